import * as z from 'zod'
import { phases } from '../../../shared/domain/deployment.ts'
import { serviceName } from './common.ts'

const page = (limit: number) => ({
  limit: z.int().min(1).max(100).default(limit).describe('Entries a page.'),
  cursor: z.exactOptional(z.string().min(1).max(2048)).describe('`nextCursor` of the page before.'),
})

/** Query parameters by operation. Numbers are numbers here: the edge reads them from text first. */
export const queries = {
  none: z.strictObject({}),
  listServices: z.strictObject(page(50)),
  listEvents: z.strictObject(page(100)),
  listBuckets: z.strictObject({
    // Without it the answer names the gates that there are, which only the deployment knows.
    gate: z.exactOptional(z.string()).describe('Name of a compare gate of the deployment.'),
    ...page(100),
  }),
  listDeployments: z.strictObject({
    service: z.exactOptional(serviceName),
    phase: z.exactOptional(z.enum(phases)),
    ...page(20),
  }),
  readDeployment: z.strictObject({
    waitSeconds: z.int().min(0).max(25).default(0).describe('Wait until the version moves, at most this long.'),
    afterVersion: z.exactOptional(z.int().min(0)).describe('The version you know. Default: the one at the call.'),
  }),
}
