import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Bucket, ComparisonState, SideCounts } from '../../../../shared/domain/sequential-test.ts'
import { aBucket, bareFixed, bareParameters, follow } from '../../../support/comparison.ts'

const side: fc.Arbitrary<SideCounts> = fc
  .tuple(fc.nat(5000), fc.nat(50))
  .map(([requests, bad]) => ({ requests, bad: Math.min(requests, bad) }))
const stratum = fc.record({ stable: side, canary: side })
const strata = fc.array(stratum, { minLength: 1, maxLength: 4 })
const bucket: fc.Arbitrary<Bucket> = fc.record({ strata, weight: fc.constantFrom(null, 1, 10, 50, 100) })
const buckets = fc.array(bucket, { minLength: 1, maxLength: 6 })
const measure = fc.constantFrom('errors' as const, 'slow' as const)

function last(all: readonly Bucket[], parameters = bareParameters(), fixed = bareFixed()): ComparisonState {
  const state = follow(all, parameters, fixed).at(-1)
  if (state === undefined) throw new Error('no bucket')
  return state
}

/** Equal but for the last digits of sums in another order. */
function expectClose(actual: number, expected: number) {
  expect(Math.abs(actual - expected)).toBeLessThan(1e-9 * Math.max(1, Math.abs(expected)))
}

describe('the evidence', () => {
  it('is not changed by a bucket that is empty or has no canary requests', () => {
    const silent = fc.oneof(
      fc.constant<Bucket>({ strata: [], weight: 10 }),
      fc.constant(aBucket([0, 0, 0, 0], 10)),
      side.map(({ requests, bad }) => aBucket([0, requests, 0, bad], 10)),
    )
    fc.assert(
      fc.property(measure, buckets, silent, (kind, all, one) => {
        const parameters = bareParameters({ measure: kind })
        expectClose(last([...all, one], parameters).logE, last(all, parameters).logE)
        expect(last([...all, one], parameters).promotion).toEqual(last(all, parameters).promotion)
      }),
    )
  })

  it('does not mind whether a bucket comes in two halves of the same share', () => {
    const half = fc.record({ stable: side, canary: side })
    fc.assert(
      fc.property(fc.array(half, { minLength: 1, maxLength: 5 }), (halves) => {
        const whole = halves.map(({ stable, canary }) =>
          aBucket([2 * canary.requests, 2 * stable.requests, 2 * canary.bad, 2 * stable.bad], 10),
        )
        const split = halves.flatMap(({ stable, canary }) => {
          const one = aBucket([canary.requests, stable.requests, canary.bad, stable.bad], 10)
          return [one, one]
        })
        expectClose(last(split).logE, last(whole).logE)
      }),
    )
  })

  it('does not mind the order of the routes, nor a route without requests', () => {
    fc.assert(
      fc.property(measure, buckets, (kind, all) => {
        const parameters = bareParameters({ measure: kind, cap: 8 })
        const fixed = bareFixed({ cap: 8, phi: 1.5, knowsNormalRate: true })
        const turned = all.map((one) => ({ ...one, strata: one.strata.toReversed() }))
        const nobody = { requests: 0, bad: 0 }
        const padded = all.map((one) => ({ ...one, strata: [...one.strata, { stable: nobody, canary: nobody }] }))
        for (const other of [turned, padded]) {
          expectClose(last(other, parameters, fixed).logE, last(all, parameters, fixed).logE)
          expect(last(other, parameters, fixed).totals).toEqual(last(all, parameters, fixed).totals)
          expect(last(other, parameters, fixed).failedAt).toBe(last(all, parameters, fixed).failedAt)
        }
      }),
    )
  })

  it('grows no faster in one bucket than the cap says', () => {
    fc.assert(
      fc.property(measure, buckets, (kind, all) => {
        const parameters = bareParameters({ measure: kind })
        let before = 0
        for (const { logE } of follow(all, parameters, bareFixed({ cap: 8 }))) {
          expect(logE - before).toBeLessThanOrEqual(Math.log(8) + 1e-9)
          before = logE
        }
      }),
    )
  })

  it('is capped after it is divided by the dispersion', () => {
    const bad = aBucket([100, 900, 5, 0], 10)
    const raw = last([bad], bareParameters({ grid: [10] })).logE
    const divided = last([bad], bareParameters({ grid: [10] }), bareFixed({ phi: 4, cap: 64 })).logE
    expect(raw).toBeGreaterThan(Math.log(64))
    expect(divided).toBeCloseTo(raw / 4, 12)
  })

  it('grows with each bad canary request and shrinks with each of stable', () => {
    const counts = fc.record({ bad: fc.nat(40), other: fc.nat(40) })
    fc.assert(
      fc.property(measure, counts, (kind, { bad, other }) => {
        const parameters = bareParameters({ measure: kind })
        const at = (onCanary: number, onStable: number) =>
          last([aBucket([500, 4500, onCanary, onStable], 10)], parameters).logE
        expect(at(bad + 1, other)).toBeGreaterThan(at(bad, other))
        expect(at(bad, other + 1)).toBeLessThanOrEqual(at(bad, other))
      }),
    )
  })

  it('never takes back its maximum, a failure or a proof', () => {
    fc.assert(
      fc.property(buckets, (all) => {
        let before = { logESup: 0, failedAt: null as number | null, provenAt: null as number | null }
        for (const [index, state] of follow(all).entries()) {
          expect(state.logESup).toBeGreaterThanOrEqual(Math.max(before.logESup, state.logE))
          expect([before.failedAt ?? index, null]).toContain(state.failedAt)
          expect([before.provenAt ?? index, null]).toContain(state.provenAt)
          expect(before.failedAt === null || state.failedAt !== null).toBe(true)
          expect(before.provenAt === null || state.provenAt !== null).toBe(true)
          before = state
        }
      }),
    )
  })

  it('on the ratios rests while the canary stands alone, and on the limit while it does not', () => {
    const beside = aBucket([100, 900, 3, 1], 10)
    const alone = aBucket([1000, 2, 40, 1], 100)
    const parameters = bareParameters({ restarts: { release: 0.5, later: 0.5 } })
    const [first, second, third] = follow([beside, alone, beside], parameters, bareFixed({ plannedBuckets: 3 }))
    const ratios = parameters.grid.length
    expect(first?.capital.slice(ratios)).toEqual([null, null, null, null])
    expect(second?.capital.slice(0, ratios)).toEqual(first?.capital.slice(0, ratios))
    expect(second?.capital.slice(ratios)).not.toContain(null)
    expect(third?.capital.slice(ratios)).toEqual(second?.capital.slice(ratios))
  })

  it('judges a route alone against the limit only where no weight is known', () => {
    const routes = [
      { stable: { requests: 900, bad: 1 }, canary: { requests: 100, bad: 1 } },
      { stable: { requests: 0, bad: 0 }, canary: { requests: 100, bad: 9 } },
    ]
    const ratios = bareParameters().grid.length
    expect(last([{ strata: routes, weight: 10 }]).capital.slice(ratios)).toEqual([null, null, null, null])
    expect(last([{ strata: routes, weight: null }]).capital.slice(ratios)).not.toContain(null)
  })
})
