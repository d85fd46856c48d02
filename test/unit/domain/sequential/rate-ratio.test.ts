import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logRateRatioFactor, observedShare } from '../../../../shared/domain/sequential/rate-ratio.ts'
import { aStratum } from '../../../support/comparison.ts'
import { exactMean, ofRate } from '../../../support/exact-mean.ts'

/** A sum of some hundred products of doubles. */
const rounding = 1e-12
const arm = fc.integer({ min: 0, max: 14 })
const requests = fc.integer({ min: 1, max: 14 })
const rate = fc.double({ min: 0, max: 1, noNaN: true })
const tolerance = fc.double({ min: 1, max: 4, noNaN: true })
const aboveIt = fc.double({ min: 1.01, max: 100, noNaN: true })

describe('the rate-ratio factor', () => {
  it('has a mean of at most 1 while the canary is at most `tolerance` times as bad', () => {
    fc.assert(
      fc.property(arm, requests, rate, tolerance, aboveIt, (onCanary, onStable, worst, reference, times) => {
        const stable = worst / reference
        const rates = { stable: ofRate(onStable, stable), canary: ofRate(onCanary, stable * reference) }
        const mean = exactMean(rates, (stratum) => logRateRatioFactor(stratum, reference * times, reference))
        expect(mean).toBeLessThanOrEqual(1 + rounding)
      }),
    )
  })

  it('has one where each request has a rate of its own, too', () => {
    fc.assert(
      fc.property(fc.array(rate, { minLength: 1, maxLength: 12 }), requests, aboveIt, (rates, others, ratio) => {
        const mean = rates.reduce((sum, one) => sum + one, 0) / rates.length
        const logFactor = (stratum: Parameters<typeof logRateRatioFactor>[0]) => logRateRatioFactor(stratum, ratio, 1)
        const alike = ofRate(others, mean)
        expect(exactMean({ stable: rates, canary: alike }, logFactor)).toBeLessThanOrEqual(1 + rounding)
        expect(exactMean({ stable: alike, canary: rates }, logFactor)).toBeLessThanOrEqual(1 + rounding)
      }),
    )
  })

  it('has one below the reference while the canary is at least that bad', () => {
    fc.assert(
      fc.property(arm, requests, rate, rate, (onCanary, onStable, stable, part) => {
        const canary = Math.min(1, 2 * stable)
        const rates = { stable: ofRate(onStable, canary / 2), canary: ofRate(onCanary, canary) }
        const mean = exactMean(rates, (stratum) => logRateRatioFactor(stratum, 0.01 + 1.9 * part, 2))
        expect(mean).toBeLessThanOrEqual(1 + rounding)
      }),
    )
  })

  it('tends to a mean of exactly 1 for rare events', () => {
    const rates = { stable: ofRate(40, 1e-6), canary: ofRate(10, 1e-6) }
    expect(exactMean(rates, (stratum) => logRateRatioFactor(stratum, 10, 1))).toBeCloseTo(1, 8)
  })

  it('grows with each bad request of the canary, and shrinks with each of stable', () => {
    const logFactor = (badOnCanary: number, badOnStable: number) =>
      logRateRatioFactor(aStratum([100, 900, badOnCanary, badOnStable]), 5, 1)
    for (let bad = 0; bad < 100; bad++) {
      expect(logFactor(bad + 1, 3)).toBeGreaterThan(logFactor(bad, 3))
      expect(logFactor(3, bad + 1)).toBeLessThan(logFactor(3, bad))
    }
  })

  it.each([
    { name: 'no requests', counts: [0, 0, 0, 0] },
    { name: 'no bad requests', counts: [100, 900, 0, 0] },
    { name: 'no canary requests', counts: [0, 900, 0, 7] },
  ] as const)('says nothing of $name', ({ counts }) => {
    expect(logRateRatioFactor(aStratum(counts), 5, 1)).toBeCloseTo(0, 15)
    expect(logRateRatioFactor(aStratum(counts), 5, 1.25)).toBeCloseTo(0, 15)
  })
})

describe('the observed share', () => {
  it.each([
    { counts: [0, 0, 0, 0], share: 0 },
    { counts: [0, 7, 0, 0], share: 0 },
    { counts: [7, 0, 0, 0], share: 1 },
    { counts: [1, 9, 0, 0], share: 0.1 },
  ] as const)('of $counts is $share', ({ counts, share }) => {
    expect(observedShare(aStratum(counts))).toBe(share)
  })
})
