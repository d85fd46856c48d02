import * as z from 'zod'
import { seconds } from './common.ts'

const gateName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,62}$/,
    'must start with a lower-case letter and hold only lower-case letters, digits and hyphens, at most 63 characters',
  )

/** What every gate has. The name is the kind where none is given. */
export const gateCommon = <const Kind extends string>(kind: Kind) => ({
  kind: z.literal(kind),
  name: gateName.default(kind).describe('Unique among the gates. Default: the kind.'),
  mode: z.enum(['enforce', 'observe']).default('enforce').describe('`observe` shows verdicts and decides nothing.'),
  onFail: z.enum(['roll-back', 'halt']).default('roll-back').describe('`halt` stops raising and asks a person.'),
  noDataLimit: z
    .int()
    .min(1)
    .max(1000)
    .default(3)
    .describe('Windows without data, after the grace, until `onNoData` decides.'),
  onNoData: z.enum(['roll-back', 'halt']).default('roll-back'),
  graceSeconds: seconds(86_400)
    .default(240)
    .describe('For how long after a weight settled missing data does not count. Seconds.'),
  maxExtendSeconds: seconds(86_400)
    .default(900)
    .describe('By how much a step may be prolonged while this gate has not passed. Seconds.'),
})
