import * as z from 'zod'
import { driverStatuses } from '../../../shared/domain/driver-progress.ts'

const lifecycleEvent = z
  .strictObject({
    name: z.string().describe('`Install`, `AllowTraffic`, a hook.'),
    status: z.enum(['pending', 'in-progress', 'succeeded', 'failed', 'skipped', 'unknown']),
    problem: z.exactOptional(z.string()).describe('What went wrong in it, and what helps.'),
  })
  .meta({ id: 'LifecycleEvent' })

/** The driver's own deployment behind one of ours. */
export const driver = z
  .nullable(
    z
      .strictObject({
        kind: z.literal('codedeploy'),
        deploymentId: z.nullable(z.string()).describe('`d-…`; null until it was seen.'),
        status: z.nullable(z.enum(driverStatuses)).describe('As last seen.'),
        weight: z.nullable(z.number().min(0).max(100)).describe('As it reports it, percent.'),
        waitsFor: z
          .nullable(z.enum(['ready', 'termination']))
          .describe('At what it waits to be let go on; null: it goes on by itself.'),
        events: z.array(lifecycleEvent).describe('In their order; of several targets the one furthest behind.'),
        error: z.nullable(z.strictObject({ code: z.string(), message: z.string() })),
        takenBackBy: z.nullable(z.string()).describe('The deployment of CodeDeploy that takes it back.'),
        adopted: z.boolean().describe('True: somebody else had started it.'),
      })
      .meta({ id: 'Driver' }),
  )
  .describe('With a codedeploy route: its deployment in CodeDeploy. null: none, or none yet.')

export const runningDeployment = z
  .strictObject({
    deploymentId: z.string(),
    description: z.string(),
    creator: z.string().describe('`user`, `codeDeployRollback`, `CloudFormation`, … as CodeDeploy says it.'),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'RunningDeployment' })
