import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exactUpTo, logExactFactor } from '../../../../shared/domain/sequential/exact-conditional.ts'
import { logGamma } from '../../../../shared/domain/sequential/log-math.ts'
import { logRateRatioFactor } from '../../../../shared/domain/sequential/rate-ratio.ts'
import { aStratum } from '../../../support/comparison.ts'
import { exactMean, ofRate } from '../../../support/exact-mean.ts'

const requests = fc.integer({ min: 1, max: 14 })
const rate = fc.double({ min: 0.001, max: 0.999, noNaN: true })
const tolerance = fc.double({ min: 1, max: 4, noNaN: true })
const aboveIt = fc.double({ min: 1.01, max: 100, noNaN: true })

/** The rate whose odds are `odds` times those of `stable`. */
const withOdds = (stable: number, odds: number) => (stable * odds) / (1 - stable + stable * odds)
const logChoose = (n: number, k: number) => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)

/** Term by term, for counts that stay within doubles. */
function factorByHand([onCanary, onStable, badOnCanary, badOnStable]: readonly number[], odds: number): number {
  const [nB = 0, nA = 0, x = 0, m = x + (badOnStable ?? 0)] = [onCanary, onStable, badOnCanary]
  let sum = 0
  for (let k = Math.max(0, m - nA); k <= Math.min(m, nB); k++)
    sum += Math.exp(logChoose(nB, k) + logChoose(nA, m - k) - logChoose(nB + nA, m) + (k - x) * Math.log(odds))
  return 1 / sum
}

describe('the exact conditional factor', () => {
  it('has a mean of exactly 1 where the odds are as the tolerance says, and less below', () => {
    fc.assert(
      fc.property(requests, requests, rate, tolerance, aboveIt, (onCanary, onStable, stable, reference, times) => {
        const meanAt = (odds: number) =>
          exactMean({ stable: ofRate(onStable, stable), canary: ofRate(onCanary, withOdds(stable, odds)) }, (stratum) =>
            logExactFactor(stratum, reference * times, reference),
          )
        expect(meanAt(reference)).toBeCloseTo(1, 11)
        expect(meanAt(reference / 2)).toBeLessThanOrEqual(1 + 1e-12)
      }),
    )
  })

  it('has one of at most 1 where each request has a rate of its own', () => {
    fc.assert(
      fc.property(fc.array(rate, { minLength: 1, maxLength: 10 }), requests, aboveIt, (rates, others, odds) => {
        const mean = rates.reduce((sum, one) => sum + one, 0) / rates.length
        const logFactor = (stratum: Parameters<typeof logExactFactor>[0]) => logExactFactor(stratum, odds, 1)
        const alike = ofRate(others, mean)
        expect(exactMean({ stable: rates, canary: alike }, logFactor)).toBeLessThanOrEqual(1 + 1e-11)
        expect(exactMean({ stable: alike, canary: rates }, logFactor)).toBeLessThanOrEqual(1 + 1e-11)
      }),
    )
  })

  it.each([
    [1, 1, 1, 0],
    [1, 1000, 1, 400],
    [1000, 1, 400, 1],
    [1, 1000, 0, 1000],
    [1000, 1, 999, 1],
    [30, 5, 20, 5],
    [5, 30, 5, 20],
    [200, 1800, 150, 900],
    [100, 100, 99, 2],
  ])('agrees with the sum of all its terms: %d and %d requests, %d and %d bad', (...counts) => {
    const [onCanary = 0, onStable = 0, badOnCanary = 0, badOnStable = 0] = counts
    const stratum = aStratum([onCanary, onStable, badOnCanary, badOnStable])
    for (const odds of [1.25, 2, 5, 100])
      expect(Math.exp(logExactFactor(stratum, odds, 1)) / factorByHand(counts, odds)).toBeCloseTo(1, 9)
  })

  it.each([
    { name: 'nothing bad', counts: [100, 900, 0, 0] },
    { name: 'everything bad', counts: [100, 900, 100, 900] },
    { name: 'everything bad, one request a side', counts: [1, 1, 1, 1] },
    { name: 'nobody on the canary', counts: [0, 900, 0, 450] },
    { name: 'nobody on stable', counts: [100, 0, 50, 0] },
  ] as const)('says nothing of $name: there is one way only', ({ counts }) => {
    expect(logExactFactor(aStratum(counts), 5, 1)).toBeCloseTo(0, 12)
  })

  it('stays finite where its terms do not', () => {
    const half = exactUpTo / 2
    const apart = logExactFactor(aStratum([exactUpTo, exactUpTo, half, half]), 10_000, 1)
    expect(apart).toBeLessThan(-20_000)
    expect(Number.isFinite(apart)).toBe(true)
    const all = logExactFactor(aStratum([half, 1e9, half, half]), 10_000, 1)
    expect(all).toBeGreaterThan(20_000)
    expect(Number.isFinite(all)).toBe(true)
  })

  it('is the rate-ratio factor above so many bad requests, which is never above it', () => {
    const [below, above] = [aStratum([1e5, 1e5, 6000, 4000]), aStratum([1e5, 1e5, 6001, 4000])]
    expect(logExactFactor(above, 2, 1)).toBe(logRateRatioFactor(above, 2, 1))
    expect(logExactFactor(below, 2, 1)).toBeGreaterThan(logRateRatioFactor(below, 2, 1))
  })
})
