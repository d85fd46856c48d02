import * as z from 'zod'
import { checkStrategy, presetNames } from '../../../shared/domain/strategy.ts'
import { percent, seconds, segmentsOf } from './common.ts'

const bake = seconds().describe('How long traffic stays at 100 % before the deployment counts as succeeded. Seconds.')
const interval = seconds().describe('How long traffic stays at each weight below 100. Seconds.')

const step = z.strictObject({
  weight: percent.describe('Canary share, percent.'),
  bakeSeconds: seconds().describe('How long traffic stays at this weight before it is judged. Seconds.'),
  approval: z
    .exactOptional(z.boolean())
    .describe('A person must approve before this weight is written. Default false.'),
})

/** How traffic moves from stable to canary. */
export const strategy = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('blue-green'), bakeSeconds: bake.default(600) }).describe('All at once.'),
    z
      .strictObject({ type: z.literal('canary'), percent, intervalSeconds: interval, bakeSeconds: bake })
      .describe('`percent`, then 100.'),
    z
      .strictObject({ type: z.literal('linear'), percent, intervalSeconds: interval, bakeSeconds: bake })
      .describe('`percent`, twice `percent`, … 100.'),
    z
      .strictObject({ type: z.literal('steps'), steps: z.array(step).min(1).max(50) })
      .describe('Any list of steps: weights rise strictly, the last is 100.'),
    z
      .strictObject({ type: z.literal('preset'), name: z.enum(presetNames) })
      .describe('A CodeDeploy configuration by name: every `CodeDeployDefault.ECS…` and `CodeDeployDefault.Lambda…`.'),
  ])
  .superRefine((value, context) => {
    // The rules beyond the shape belong to the domain: other callers than this API meet the same ones.
    for (const { path, message } of checkStrategy(value, 'strategy'))
      context.addIssue({ code: 'custom', path: segmentsOf(path).slice(1), message })
  })
  .meta({ id: 'Strategy' })
