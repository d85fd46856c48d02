import * as z from 'zod'
import { completeParameters, findParameterProblems } from '../../../shared/domain/sequential-test.ts'
import { gateCommon } from './gate-common.ts'
import { dimensionsOfMetric, name, namespace } from './own-metric.ts'

const counters = z
  .strictObject({
    namespace,
    requests: name.describe('Metric that counts requests.'),
    bad: name.describe('Metric that counts the bad ones among them.'),
    dimensions: z.strictObject({ blue: dimensionsOfMetric, green: dimensionsOfMetric }).describe('Of each side.'),
    periodSeconds: z.literal([10, 60]).default(60),
  })
  .superRefine(({ requests, bad, dimensions }, context) => {
    const problem = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    // Either would be compared with itself, and pass whatever happens.
    if (requests === bad) problem(['bad'], 'must be another metric than "requests"')
    if (isSame(dimensions.blue, dimensions.green))
      problem(['dimensions', 'green'], 'must differ from those of blue: each side needs counters of its own')
  })
  .describe('Two counters of your own.')

type Dimensions = Readonly<Record<string, string>>

function isSame(one: Dimensions, other: Dimensions): boolean {
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every((each) => one[each] === other[each])
}

const share = z.number().min(0).max(1)

/** What of a gate is a parameter of its test; ranges and what goes together are checked by the domain. */
const parameters = {
  alpha: z.exactOptional(z.number()).describe('Bound on a false rollback, above 0 up to 0.5. Default 0.01.'),
  beta: z.exactOptional(z.number()).describe('Bound on a false proof, above 0 up to 0.5. Default 0.05.'),
  grid: z.exactOptional(z.array(z.number())).describe('How many times worse the canary may be: 1 to 20 ratios.'),
  tolerance: z.exactOptional(z.number()).describe('Ratio up to which the canary is no worse. Default 1.'),
  restarts: z
    .exactOptional(z.strictObject({ release: share, later: share }))
    .describe('Capital at the release, and over fresh starts in each later minute. Default 0.8 and 0.2.'),
  phi: z
    .exactOptional(z.union([z.number(), z.literal('history', 'must be a number, 1 or more, or "history"')]))
    .describe('Dispersion, 1 or more. Default: measured on the day before.'),
  cap: z
    .exactOptional(z.nullable(z.number()))
    .describe('How much one bucket may multiply the evidence. Default 64 a minute, 8 in 10 s; without history 16, 4.'),
  minErrors: z.exactOptional(z.number()).describe('Fewer bad canary requests never fail. Default 3.'),
  materiality: z.exactOptional(z.number()).describe('Smallest difference of the rates that matters. Default 0.0005.'),
  rho: z.exactOptional(z.number()).describe('Proven: below so many times the baseline. Default 2.'),
  pMax: z.exactOptional(z.number()).describe('Proven, too: below this rate, the error budget. Default 0.005.'),
  p0: z
    .exactOptional(z.number())
    .describe('The rate to hold at 100 %. Default: the higher of pMax and the usual rate.'),
}

export const compareGate = z
  .strictObject({
    ...gateCommon('compare'),
    measure: z.enum(['errors', 'slow']).default('errors').describe('Errors, or requests slower than slowSeconds.'),
    slowSeconds: z.exactOptional(z.number().min(0.001).max(3600)).describe('With `slow` on the router’s metrics.'),
    source: z
      .union([z.literal('router', 'must be "router", or two counters of your own'), counters])
      .default('router')
      .describe('The target groups’ own metrics by the minute, or two counters.'),
    weight: z.number().min(0.001).max(1000).default(1).describe('Its share of alpha among the compare gates.'),
    atStepEnd: z
      .enum(['advance', 'prove'])
      .default('advance')
      .describe('`prove`: a step ends when the canary is proven no worse, early or late.'),
    ...parameters,
  })
  .superRefine((gate, context) => {
    const problem = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message })
    const counts = gate.source === 'router'
    if (gate.measure === 'slow' && counts && gate.slowSeconds === undefined)
      problem(['slowSeconds'], 'is required: how long a request takes to be slow')
    if (gate.slowSeconds !== undefined && (gate.measure === 'errors' || !counts))
      problem(['slowSeconds'], 'goes only with measure "slow" and the source "router"')
    for (const { path, message } of findParameterProblems(completeParameters(gate), '')) problem(toKeys(path), message)
  })
  .describe('The canary against stable in the same minutes: an anytime-valid sequential test.')

/** `grid[0]` as a path of its own. */
function toKeys(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([word, index]) => (index === undefined ? word : Number(index)))
}
