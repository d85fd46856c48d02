import * as z from 'zod'
import { seconds, text } from './common.ts'

const common = {
  reason: z.exactOptional(text(1000)).describe('For the record.'),
  expectedVersion: z.exactOptional(z.int().min(0)).describe('409 if the deployment is at another version.'),
  expectedStep: z.exactOptional(z.int().min(0)).describe('409, with the current one, at another step. Counted from 0.'),
}

/** Bodies of `POST /v1/deployments/{id}/…`; no body at all is an empty one. */
export const commandBodies = {
  abort: z.strictObject({
    ...common,
    force: z
      .boolean()
      .default(false)
      .describe(
        'True: go back even where stable is too small or unhealthy while the canary serves; else that is a 409.',
      ),
  }),
  pause: z.strictObject({
    ...common,
    timeoutSeconds: seconds(2_592_000)
      .default(86_400)
      .describe('Rolls back when the pause has lasted this long; 0: it lasts until somebody resumes. Seconds.'),
  }),
  resume: z.strictObject({
    ...common,
    drift: z
      .exactOptional(z.enum(['adopt', 'overwrite']))
      .describe('After drift: keep the foreign change as the new truth, or write ours over it.'),
  }),
  promote: z.strictObject({
    ...common,
    full: z.boolean().default(false).describe('True: 100 % now. False: the next step now.'),
  }),
  approve: z.strictObject(common),
  reject: z.strictObject(common),
}

/** Body of `POST /v1/services/{service}/rollback`; no body at all is an empty one. */
export const rollbackBody = z.strictObject({
  reason: z.exactOptional(text(1000)).describe('For the record.'),
  force: z
    .boolean()
    .default(false)
    .describe('True: although the old side is not warm, or was used since, or somebody else changed the routing.'),
})

/** Body of `POST /v1/stop`. Everybody who waits reads the reason. */
export const stopBody = z.strictObject({ reason: text(1000).describe('Why nothing may move on.') })

export type CommandName = keyof typeof commandBodies
