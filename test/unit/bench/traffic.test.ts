import { describe, expect, it } from 'vitest'
import { createBursts, createPoisson } from '../../../bench/gates/poisson.ts'
import { createRandom, drawNormal } from '../../../bench/gates/random.ts'
import { createTraffic, type Scenario } from '../../../bench/gates/traffic.ts'

/** Mean and variance of many draws of one fixed stream: the same at every run of this test. */
function momentsOf(draw: () => number, count = 100_000) {
  const values = Array.from({ length: count }, draw)
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1) }
}

describe('a stream of random numbers', () => {
  const take = (name: string, count: number) => Array.from({ length: count }, createRandom(name))

  it('is the same for the same name, and another for another', () => {
    expect(take('cell 7', 20)).toEqual(take('cell 7', 20))
    expect(new Set([...take('cell 7', 20), ...take('cell 8', 20), ...take('cell 70', 20)]).size).toBe(60)
  })

  it('is uniform from 0 to 1', () => {
    const slices = new Array(16).fill(0)
    const draws = take('uniform', 160_000)
    for (const draw of draws) slices[Math.floor(draw * 16)] += 1
    const chiSquare = slices.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)
    // The 99.9th percentile with 15 degrees of freedom.
    expect(chiSquare).toBeLessThan(37.7)
    expect(Math.min(...draws.slice(0, 1000))).toBeGreaterThanOrEqual(0)
    expect(Math.max(...draws.slice(0, 1000))).toBeLessThan(1)
  })

  it('begins unrelated to the streams of neighbouring names', () => {
    const firsts = Array.from({ length: 20_000 }, (_, run) => createRandom(`1 good ${run}`)())
    const { mean, variance } = momentsOf(() => firsts.pop() ?? 0, 20_000)
    expect(mean).toBeCloseTo(1 / 2, 2)
    expect(variance).toBeCloseTo(1 / 12, 2)
  })

  it('can be made normal', () => {
    const random = createRandom('normal')
    const { mean, variance } = momentsOf(() => drawNormal(random))
    expect(mean).toBeCloseTo(0, 1)
    expect(variance).toBeCloseTo(1, 1)
  })
})

describe('counts', () => {
  it.each([0.015, 0.7, 9, 150, 1500])('of a Poisson process have its mean and variance: %d', (expected) => {
    const random = createRandom(`poisson ${expected}`)
    const draw = createPoisson(expected)
    const { mean, variance } = momentsOf(() => draw(random))
    // Six standard errors; a Poisson count's fourth moment gives the variance of the variance.
    expect(Math.abs(mean - expected)).toBeLessThan(6 * Math.sqrt(expected / 100_000))
    expect(Math.abs(variance - expected)).toBeLessThan(6 * Math.sqrt((2 * expected ** 2 + expected) / 100_000))
  })

  it('are 0 for a mean of 0', () => {
    expect(createPoisson(0)(createRandom('none'))).toBe(0)
  })

  it('have the Poisson masses', () => {
    const random = createRandom('masses')
    const draw = createPoisson(1.5)
    const found = new Array(20).fill(0)
    for (let left = 200_000; left > 0; left--) found[draw(random)] += 1
    for (const [count, mass] of [0.2231, 0.3347, 0.251, 0.1255, 0.0471].entries())
      expect(found[count] / 200_000).toBeCloseTo(mass, 2)
  })

  it.each([
    { burst: 2, dispersion: 3 },
    { burst: 5, dispersion: 9 },
  ])('in bursts of $burst keep the mean, with $dispersion times its variance', ({ burst, dispersion }) => {
    const random = createRandom(`bursts ${burst}`)
    const draw = createBursts(4, burst)
    const { mean, variance } = momentsOf(() => draw(random), 200_000)
    expect(Math.abs(mean - 4)).toBeLessThan(0.1)
    expect(variance / mean).toBeGreaterThan(0.95 * dispersion)
    expect(variance / mean).toBeLessThan(1.05 * dispersion)
  })
})

describe('a simulated deployment', () => {
  const scenario: Scenario = {
    perMinute: 6000,
    weights: [
      { minute: 0, value: 10 },
      { minute: 45, value: 50 },
    ],
    stable: [{ minute: 0, value: 0.02 }],
    canary: [
      { minute: 0, value: 0.02 },
      { minute: 30, value: 0.2 },
    ],
    burst: 1,
  }
  const run = createTraffic(scenario)(createRandom('deployment'))
  const sum = (from: number, to: number, side: 'stable' | 'canary' | 'cohort') =>
    run.minutes
      .slice(from, to)
      .reduce(
        (total, minute) => ({ requests: total.requests + minute[side].requests, bad: total.bad + minute[side].bad }),
        { requests: 0, bad: 0 },
      )

  it('lasts an hour, in buckets of ten seconds', () => {
    expect(run.buckets).toHaveLength(360)
    expect(run.minutes).toHaveLength(60)
  })

  it('divides the requests by the weight of the time', () => {
    expect(run.minutes.map(({ weight }) => weight)).toEqual([...Array(45).fill(10), ...Array(15).fill(50)])
    expect(sum(0, 45, 'canary').requests / 27_000).toBeCloseTo(1, 1)
    expect(sum(0, 45, 'stable').requests / 243_000).toBeCloseTo(1, 1)
    expect(sum(45, 60, 'canary').requests / 45_000).toBeCloseTo(1, 1)
  })

  it('fails them by the rates of the time', () => {
    const rate = (from: number, to: number, side: 'stable' | 'canary' | 'cohort') => {
      const { requests, bad } = sum(from, to, side)
      return bad / requests
    }
    expect(rate(0, 30, 'canary')).toBeCloseTo(0.02, 2)
    expect(rate(30, 60, 'canary')).toBeCloseTo(0.2, 1)
    expect(rate(0, 60, 'stable')).toBeCloseTo(0.02, 2)
  })

  it('has a cohort of the canary’s size and of the old version’s rate', () => {
    expect(sum(0, 60, 'cohort').requests / sum(0, 60, 'canary').requests).toBeCloseTo(1, 1)
    expect(sum(30, 60, 'cohort').bad / sum(30, 60, 'cohort').requests).toBeCloseTo(0.02, 2)
  })

  it('has minutes that are six buckets', () => {
    for (const [index, minute] of run.minutes.entries()) {
      const buckets = run.buckets.slice(6 * index, 6 * index + 6)
      expect(minute.canary.bad).toBe(buckets.reduce((total, { canary }) => total + canary.bad, 0))
      expect(minute.stable.requests).toBe(buckets.reduce((total, { stable }) => total + stable.requests, 0))
    }
  })

  it('has a day before it, of the normal rate and all the traffic', () => {
    expect(run.history.bad).toHaveLength(1440)
    expect(run.history.requests).toBe(6000 * 1440)
    expect(run.history.bad.reduce((total, bad) => total + bad, 0) / run.history.requests).toBeCloseTo(0.02, 3)
  })

  it('is bursty throughout where the service is', () => {
    const { history, buckets } = createTraffic({ ...scenario, burst: 5 })(createRandom('bursty'))
    const squares = history.bad
      .slice(1)
      .reduce((total, bad, index) => total + (bad - (history.bad[index] ?? 0)) ** 2, 0)
    // Successive differences: twice the variance; the mean is 120.
    expect(squares / 1439 / 2 / 120).toBeGreaterThan(7.5)
    expect(squares / 1439 / 2 / 120).toBeLessThan(10.5)
    for (const { stable, canary } of buckets) {
      expect(stable.bad).toBeLessThanOrEqual(stable.requests)
      expect(canary.bad).toBeLessThanOrEqual(canary.requests)
    }
  })

  it('refuses a scenario that does not say how it begins', () => {
    expect(() => createTraffic({ ...scenario, canary: [{ minute: 5, value: 0.1 }] })).toThrow(/nothing about minute 0/)
  })
})
