import * as z from 'zod'
import { type Command, commands } from '../../../shared/domain/access/commands.ts'
import { auditSources } from '../../../shared/domain/audit.ts'
import { phases } from '../../../shared/domain/deployment.ts'
import { serviceName, text } from './common.ts'

const page = (limit: number) => ({
  limit: z.int().min(1).max(100).default(limit).describe('Entries a page.'),
  cursor: z.exactOptional(z.string().min(1).max(2048)).describe('`nextCursor` of the page before.'),
})

const instant = z.iso.datetime({ error: 'must be an instant in UTC: 2026-11-26T15:00:00Z' })

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
  listTokens: z.strictObject(page(50)),
  revokeToken: z.strictObject({ reason: z.exactOptional(text(1000)).describe('For the record.') }),
  listAudit: z.strictObject({
    principal: z.exactOptional(z.string().min(1).max(2048)).describe('Name, or what the door verified.'),
    source: z.exactOptional(z.enum(auditSources)),
    command: z.exactOptional(z.enum(Object.keys(commands) as [Command, ...Command[]])),
    service: z.exactOptional(serviceName),
    deployment: z.exactOptional(z.string().min(1).max(128)),
    outcome: z.exactOptional(z.enum(['allowed', 'refused'])),
    since: z.exactOptional(instant).describe('From this instant on.'),
    until: z.exactOptional(instant).describe('Before this instant.'),
    order: z.enum(['newest-first', 'oldest-first']).default('newest-first'),
    format: z
      .enum(['json', 'jsonl'])
      .default('json')
      .describe('`jsonl`: one entry a line, and the next page in the header `Link`.'),
    ...page(50),
  }),
  readDeployment: z.strictObject({
    waitSeconds: z.int().min(0).max(25).default(0).describe('Wait until the version moves, at most this long.'),
    afterVersion: z.exactOptional(z.int().min(0)).describe('The version you know. Default: the one at the call.'),
  }),
}
