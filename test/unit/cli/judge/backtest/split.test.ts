import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom, drawBinomial } from '../../../../../cli/judge/backtest/random.ts'
import { splitMinute, worsen } from '../../../../../cli/judge/backtest/split.ts'

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const variance = (values: readonly number[]) => mean(values.map((value) => value ** 2)) - mean(values) ** 2
const draws = <T>(count: number, draw: () => T) => Array.from({ length: count }, draw)

describe('random numbers', () => {
  it('belong to their name', () => {
    const first = draws(5, createRandom('a'))
    expect(draws(5, createRandom('a'))).toEqual(first)
    expect(draws(5, createRandom('b'))).not.toEqual(first)
  })

  it.each([
    { trials: 5, probability: 0.1 },
    { trials: 900, probability: 0.1 },
    { trials: 20, probability: 0.95 },
    { trials: 100_000, probability: 0.01 },
    { trials: 5000, probability: 0.5 },
  ])('have mean and variance of $trials trials at $probability', ({ trials, probability }) => {
    const random = createRandom('binomial')
    const found = draws(20_000, () => drawBinomial(random, trials, probability))
    const expected = trials * probability
    expect(mean(found) / expected).toBeCloseTo(1, 1)
    expect(variance(found) / (expected * (1 - probability))).toBeCloseTo(1, 1)
    expect(found.every((one) => Number.isInteger(one) && one >= 0 && one <= trials)).toBe(true)
  })

  it.each([
    { trials: 0, probability: 0.5, always: 0 },
    { trials: 10, probability: 0, always: 0 },
    { trials: 10, probability: 1, always: 10 },
  ])('are $always for $trials trials at $probability', ({ trials, probability, always }) => {
    expect(drawBinomial(createRandom('edge'), trials, probability)).toBe(always)
  })
})

describe('a minute divided', () => {
  const minute = fc
    .tuple(fc.nat(20_000), fc.nat(20_000))
    .map(([a, b]) => ({ requests: Math.max(a, b), bad: Math.min(a, b) }))
  const split = fc.record({
    share: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
    dispersion: fc.constantFrom(1, 3, 9),
  })

  it('keeps every request, and has no more bad ones than requests on either side', () => {
    fc.assert(
      fc.property(minute, split, fc.string(), (counts, how, name) => {
        const { stable, canary } = splitMinute(createRandom(name), counts, how)
        expect(stable.requests + canary.requests).toBe(counts.requests)
        expect(stable.bad + canary.bad).toBe(counts.bad)
        for (const side of [stable, canary]) {
          expect(side.bad).toBeGreaterThanOrEqual(0)
          expect(side.requests).toBeGreaterThanOrEqual(side.bad)
        }
        const worse = worsen(createRandom(name), { stable, canary }, { ...how, times: 5 })
        expect(worse.stable).toEqual(stable)
        expect(worse.canary.bad).toBeGreaterThanOrEqual(canary.bad)
        expect(worse.canary.bad).toBeLessThanOrEqual(canary.requests)
      }),
    )
  })

  it.each([1, 3, 9])('gives the canary its share of the bad ones, as bursty as they are: %d', (dispersion) => {
    const random = createRandom('bursts')
    const counts = { requests: 100_000, bad: 400 }
    const onCanary = draws(4000, () => splitMinute(random, counts, { share: 0.1, dispersion }).canary.bad)
    expect(mean(onCanary) / 40).toBeCloseTo(1, 1.3)
    expect(variance(onCanary) / 36 / dispersion).toBeCloseTo(1, 0.8)
  })

  it('is worse by so many times', () => {
    const random = createRandom('worse')
    const [counts, how] = [
      { requests: 100_000, bad: 400 },
      { share: 0.1, dispersion: 3 },
    ]
    const bad = draws(2000, () => worsen(random, splitMinute(random, counts, how), { ...how, times: 10 }).canary.bad)
    expect(mean(bad) / 400).toBeCloseTo(1, 1.5)
  })
})
