import { describe, expect, it } from 'vitest'
import { defaultParameters, describeComparison, startComparison } from '../../../../shared/domain/sequential-test.ts'
import { aBucket, bareFixed, type Counts, follow } from '../../../support/comparison.ts'

const parameters = defaultParameters('errors')
const fixed = bareFixed({ cap: 64, knowsNormalRate: true })

function reasonFor(buckets: readonly (readonly [counts: Counts, weight: number | null])[], measure = parameters) {
  const states = follow(
    buckets.map(([counts, weight]) => aBucket(counts, weight)),
    measure,
    fixed,
  )
  return describeComparison(measure, fixed, states.at(-1) ?? startComparison(measure)).reason
}

describe('the reason of a comparison', () => {
  it.each<{ name: string; buckets: readonly (readonly [Counts, number | null])[]; reason: string }>([
    {
      name: 'a failure',
      buckets: [
        [[915, 8201, 4, 7], 10],
        [[915, 8201, 5, 7], 10],
      ],
      reason:
        'canary errors 9 of 1,830 (0.49 %) against 14 of 16,402 (0.085 %) on stable; ratio 5.8 (95 % sequence 1.3–22); evidence 179 : 1 against "no worse" (limit 100 : 1)',
    },
    {
      name: 'a pass',
      buckets: [[[1000, 9000, 1, 9], 10]],
      reason:
        'canary errors 1 of 1,000 (0.1 %) against 9 of 9,000 (0.1 %) on stable; ratio 1 (95 % sequence 0.0053–10); evidence 0.47 : 1 against "no worse" (limit 100 : 1)',
    },
    {
      name: 'no bad request at all',
      buckets: [[[1000, 9000, 0, 0], 10]],
      reason:
        'canary errors 0 of 1,000 (0 %) against 0 of 9,000 (0 %) on stable; evidence 1 : 1 against "no worse" (limit 100 : 1)',
    },
    {
      name: 'little data',
      buckets: [[[9, 90, 1, 0], 10]],
      reason:
        'canary errors 1 of 9 (11 %) against 0 of 90 (0 %) on stable; ratio (95 % sequence 0.13–∞); evidence 4 : 1 against "no worse" (limit 100 : 1)',
    },
    {
      name: 'no canary traffic',
      buckets: [
        [[100, 900, 0, 0], 10],
        [[0, 9000, 0, 0], 10],
      ],
      reason:
        'no canary traffic: 0 of 9,000 requests in the newest bucket at a weight of 10 %; evidence 1.8e+308 : 1 that its share is lower',
    },
    {
      name: 'no canary traffic at an unknown weight',
      buckets: [[[0, 9, 0, 0], null]],
      reason: 'no canary traffic: 0 of 9 requests in the newest bucket; evidence 1 : 1 that its share is lower',
    },
    {
      name: 'little canary traffic',
      buckets: [[[500, 9500, 0, 3], 10]],
      reason:
        'the canary gets less than its share of the traffic: canary errors 0 of 500 (0 %) against 3 of 9,500 (0.032 %) on stable; ratio 0 (95 % sequence 0–40); evidence 0.603 : 1 against "no worse" (limit 100 : 1)',
    },
    {
      name: 'an incident in both',
      buckets: [[[1000, 1000, 30, 30], 50]],
      reason:
        'incident in both versions, not a regression: canary errors 30 of 1,000 (3 %) against 30 of 1,000 (3 %) on stable; ratio 1 (95 % sequence 0.41–2.4); evidence 0.237 : 1 against "no worse" (limit 100 : 1)',
    },
    {
      name: 'the limit at 100 %',
      buckets: [[[10_000, 0, 12, 0], 100]],
      reason:
        'canary errors 12 of 10,000 (0.12 %) against a limit of 0.5 %; evidence 0.2 : 1 against "no worse" (limit 100 : 1)',
    },
    {
      name: 'a failure at 100 %',
      buckets: [
        [[10_000, 0, 200, 0], 100],
        [[10_000, 0, 200, 0], 100],
        [[10_000, 0, 200, 0], 100],
        [[10_000, 0, 200, 0], 100],
      ],
      reason:
        'canary errors 800 of 40,000 (2 %) against a limit of 0.5 %; evidence 1.0e+7 : 1 against "no worse" (limit 100 : 1)',
    },
    { name: 'no request', buckets: [[[0, 0, 0, 0], 10]], reason: 'neither side has had a request' },
    { name: 'no bucket', buckets: [], reason: 'no settled bucket yet' },
  ])('of $name', ({ buckets, reason }) => {
    expect(reasonFor(buckets)).toBe(reason)
  })

  it('calls slow requests by their name', () => {
    expect(reasonFor([[[1000, 9000, 5, 45], 10]], defaultParameters('slow'))).toMatch(
      /^canary slow requests 5 of 1,000 \(0.5 %\) against 45 of 9,000 \(0.5 %\) on stable; /,
    )
  })

  it('stays short where the evidence is beyond counting', () => {
    const huge = bareFixed()
    const [state] = follow([aBucket([1e6, 9e6, 1e6, 1e6], 10)], parameters, huge)
    const reason = state === undefined ? '' : describeComparison(parameters, huge, state).reason
    expect(reason).toContain('evidence 1.8e+308 : 1 against "no worse" (limit 100 : 1)')
  })
})
