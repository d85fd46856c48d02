import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Bucket,
  type ComparisonParameters,
  type ComparisonState,
  describeComparison,
  findCountProblems,
  findParameterProblems,
} from '../../../../shared/domain/sequential-test.ts'
import { aBucket, bareFixed, bareParameters, follow } from '../../../support/comparison.ts'

const count = fc.oneof(
  fc.constantFrom(0, 1, 2, 10, 10_000, 10_001, 1e6, 1e9, 1e12, 1e15 - 1, 1e15),
  fc.nat(50),
  fc.nat(1_000_000),
)
const side = fc.tuple(count, count, fc.boolean()).map(([a, b, allBad]) => {
  const requests = Math.max(a, b)
  return { requests, bad: allBad ? requests : Math.min(a, b) }
})
const bucket: fc.Arbitrary<Bucket> = fc.record({
  strata: fc.array(fc.record({ stable: side, canary: side }), { maxLength: 3 }),
  weight: fc.constantFrom(null, 0, 1e-9, 0.1, 10, 50, 99.9, 99.99999999, 100),
})

/** Parameters at the ends of what is taken. */
const fraction = fc.constantFrom(1e-12, 1e-9, 0.005, 0.5, 1 - 1e-9, 1 - 1e-12)
const parametersTaken: fc.Arbitrary<ComparisonParameters> = fc
  .record({
    measure: fc.constantFrom('errors' as const, 'slow' as const),
    alpha: fc.constantFrom(1e-12, 0.01, 0.5),
    beta: fc.constantFrom(1e-12, 0.05, 0.5),
    tolerance: fc.constantFrom(1, 1 + Number.EPSILON, 1.25, 1.4999999999999998),
    grid: fc.constantFrom([1.5, 2, 3, 5, 10, 30, 100], [1.5, 10_000], [9999]),
    restarts: fc.constantFrom({ release: 0.8, later: 0.2 }, { release: 1, later: 0 }, { release: 0, later: 1 }),
    phi: fc.constantFrom(1, 3.3, 1e6),
    cap: fc.constantFrom(null, 1 + Number.EPSILON, 64, Number.MAX_VALUE),
    minErrors: fc.constantFrom(0, 3),
    materiality: fc.constantFrom(0, 0.0005, 1),
    rho: fc.constantFrom(1.2500000000000002, 2, 100),
    pMax: fraction,
    p0: fraction,
  })
  .map((overrides) => bareParameters(overrides))

function fixedFor({ phi, cap = null, p0 = 0.005 }: ComparisonParameters, plannedBuckets: number | null = 60) {
  return bareFixed({ phi: phi === 'history' ? 1 : phi, cap, p0, plannedBuckets, knowsNormalRate: true })
}

/** Paths of numbers that JSON has no word for: they would come back as null. */
function findUnspeakable(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path} = ${value}`]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) => findUnspeakable(one, `${path}.${key}`))
}

function reread(state: ComparisonState): ComparisonState {
  return JSON.parse(JSON.stringify(state))
}

describe('a comparison at its extremes', () => {
  it('has numbers only, whatever was counted and chosen', () => {
    fc.assert(
      fc.property(
        parametersTaken,
        fc.array(bucket, { maxLength: 8 }),
        fc.constantFrom(null, 1, 7, 60),
        (parameters, buckets, plannedBuckets) => {
          expect(findParameterProblems(parameters, '')).toEqual([])
          expect(buckets.flatMap((one) => findCountProblems(one, ''))).toEqual([])
          const fixed = fixedFor(parameters, plannedBuckets)
          for (const state of follow(buckets, parameters, fixed)) {
            const result = describeComparison(parameters, fixed, state)
            expect(findUnspeakable({ state, result })).toEqual([])
            expect(result.reason).not.toMatch(/NaN|Infinity|undefined|null/)
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  it('has estimates within their sequences', () => {
    fc.assert(
      fc.property(parametersTaken, fc.array(bucket, { maxLength: 4 }), (parameters, buckets) => {
        const fixed = fixedFor(parameters)
        for (const state of follow(buckets, parameters, fixed)) {
          const { rates, ratio } = describeComparison(parameters, fixed, state)
          for (const { estimate, low, high } of [rates.canary, rates.stable, ratio])
            if (estimate !== null) {
              expect(low).toBeLessThanOrEqual(estimate)
              expect(estimate).toBeLessThanOrEqual(high ?? Number.POSITIVE_INFINITY)
            }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('goes on from what was stored as if it had not been', () => {
    fc.assert(
      fc.property(parametersTaken, fc.array(bucket, { minLength: 1, maxLength: 8 }), (parameters, buckets) => {
        const fixed = fixedFor(parameters)
        const straight = follow(buckets, parameters, fixed)
        const stored = follow(buckets, parameters, fixed, reread)
        expect(stored.map(reread)).toEqual(straight.map(reread))
      }),
      { numRuns: 300 },
    )
  })

  it('counts a million errors without losing count', () => {
    const parameters = bareParameters()
    const worse = aBucket([1_000_000_000, 9_000_000_000, 1_000_000, 1_000_000])
    const [state] = follow([worse], parameters)
    if (state === undefined) throw new Error('no state')
    // The best of the grid for a true ratio of 9 at a share of 10 %, to the digit: 10, with 1 part in 7 of the capital.
    const expected = 1e6 * Math.log(10) - 2e6 * Math.log(1.9) - Math.log(7)
    expect(state.logE).toBeCloseTo(expected, 6)
    expect(describeComparison(parameters, bareFixed(), state)).toMatchObject({ verdict: 'fail', e: Number.MAX_VALUE })
  })
})
