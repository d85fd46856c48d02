import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logPromotionFactors, promotionParts } from '../../../../shared/domain/sequential/promotion.ts'
import { readComparison } from '../../../../shared/domain/sequential-test.ts'
import { aBucket, aStratum, bareFixed, bareParameters, type Counts, follow } from '../../../support/comparison.ts'
import { exactMean, ofRate } from '../../../support/exact-mean.ts'

function read(counts: readonly Counts[], overrides = {}, fixed = bareFixed()) {
  const parameters = bareParameters(overrides)
  const states = follow(
    counts.map((one) => aBucket(one, 10)),
    parameters,
    fixed,
  )
  return states.map((state) => readComparison(parameters, state))
}

describe('a canary that is proven no worse', () => {
  it('has factors with a mean of at most 1 while it is at least `rho` times as bad, and above the budget', () => {
    const requests = fc.integer({ min: 1, max: 12 })
    const rate = fc.double({ min: 0, max: 1, noNaN: true })
    const budget = fc.double({ min: 0.001, max: 0.9, noNaN: true })
    fc.assert(
      fc.property(requests, requests, rate, budget, rate, (onCanary, onStable, stable, pMax, more) => {
        const [rho, stableRate] = [2, stable / 2]
        const least = Math.max(rho * stableRate, pMax)
        const rates = { stable: ofRate(onStable, stableRate), canary: ofRate(onCanary, least + (1 - least) * more) }
        for (let part = 0; part < promotionParts; part++) {
          const mean = exactMean(rates, (one) => logPromotionFactors({ rho, pMax }, one, 10)[part] ?? Number.NaN)
          expect(mean).toBeLessThanOrEqual(1 + 1e-12)
        }
      }),
    )
  })

  it('says nothing of its ratio where there is no baseline', () => {
    const parameters = { rho: 2, pMax: 0.005 }
    const ratios = (counts: Counts, weight: number) =>
      logPromotionFactors(parameters, aStratum(counts), weight).slice(0, 3)
    expect(ratios([100, 0, 3, 0], 10)).toEqual([0, 0, 0])
    expect(ratios([100, 900, 3, 5], 100)).toEqual([0, 0, 0])
    expect(ratios([100, 900, 3, 5], 10)).not.toContain(0)
  })

  // (1 + mean over f of ((1 − f·pMax) / (1 − pMax))^n) / 2 ≥ 1/beta, solved for n outside this project.
  it.each([
    { pMax: 0.01, beta: 0.05, requests: 438 },
    { pMax: 0.01, beta: 0.01, requests: 617 },
    { pMax: 0.005, beta: 0.05, requests: 877 },
    { pMax: 0.002, beta: 0.01, requests: 3094 },
  ])('has had $requests requests without a bad one, for $pMax and $beta', ({ requests, ...overrides }) => {
    expect(read([[requests - 1, 9 * requests, 0, 0]], overrides)[0]?.proven).toBe(false)
    expect(read([[requests, 9 * requests, 0, 0]], overrides)[0]).toMatchObject({ proven: true, provenAt: 0 })
  })

  it('needs more of them where errors come in bursts', () => {
    const requests: Counts = [883, 8000, 0, 0]
    expect(read([requests], {}, bareFixed({ phi: 2 }))[0]?.proven).toBe(false)
    expect(read([requests, requests], {}, bareFixed({ phi: 2 }))[1]?.proven).toBe(true)
  })

  it('is not while there is evidence of 10 to 1 against it', () => {
    const doubtful: Counts = [10_000, 90_000, 20, 45]
    const [found] = read([doubtful], { pMax: 0.02 })
    expect(found?.e).toBeGreaterThan(10)
    expect(found).toMatchObject({ proven: false, provenAt: null })
  })

  it('stays so through good and little bad, not through evidence against it', () => {
    const good: Counts = [1000, 9000, 0, 9]
    const bad: Counts = [1000, 9000, 9, 9]
    const found = read([good, good, bad, bad])
    expect(found.map(({ proven }) => proven)).toEqual([true, true, true, false])
    expect(found.map(({ provenAt }) => provenAt)).toEqual([0, 0, 0, 0])
  })

  it('never is once it failed, though the evidence fades', () => {
    const bad: Counts = [100, 900, 9, 0]
    const found = read([bad, [1_000_000, 9_000_000, 100, 9000]])
    expect(found[1]).toMatchObject({ verdict: 'fail', failedAt: 0, proven: false, provenAt: 1 })
    expect(found[1]?.e).toBeLessThan(10)
  })
})
