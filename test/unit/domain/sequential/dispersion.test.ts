import { describe, expect, it } from 'vitest'
import { estimateDispersion, toPhi } from '../../../../shared/domain/sequential/dispersion.ts'
import { createRandom } from '../../../support/random-counts.ts'

const day = 1440

/** Bad requests of each minute of a day: bursts as chance has them, each of a geometric size with this mean. */
function aDay(options: { seed: number; burst?: number; perMinute?: (minute: number) => number }): number[] {
  const { seed, burst = 1, perMinute = () => 2 } = options
  const random = createRandom(seed)
  const size = () => {
    let count = 1
    while (random.next() > 1 / burst) count++
    return count
  }
  return Array.from({ length: day }, (_, minute) => {
    const bursts = random.side(perMinute(minute), 0).requests
    return Array.from({ length: bursts }, size).reduce((sum, count) => sum + count, 0)
  })
}

/** The middle of the estimates of some days. */
function typical(options: Omit<Parameters<typeof aDay>[0], 'seed'>): number {
  const estimates = Array.from(
    { length: 15 },
    (_, seed) => estimateDispersion(aDay({ seed: seed + 1, ...options })) ?? 0,
  )
  return estimates.toSorted((a, b) => a - b)[7] ?? 0
}

describe('the dispersion of a day before', () => {
  it.each([
    { name: 'independent errors', burst: 1, low: 0.95, high: 1.05 },
    // E[c²]/E[c] of a geometric c is twice its mean, less 1.
    { name: 'bursts of 2 on average', burst: 2, low: 2.7, high: 3.2 },
    { name: 'bursts of 5 on average', burst: 5, low: 8, high: 9.6 },
  ])('is right for $name', ({ burst, low, high }) => {
    const found = typical({ burst })
    expect(found).toBeGreaterThan(low)
    expect(found).toBeLessThan(high)
  })

  it('does not mind a rate that goes up and down with the day', () => {
    const wave = (minute: number) => 3 + 2.5 * Math.sin((2 * Math.PI * minute) / day)
    expect(typical({ perMinute: wave })).toBeLessThan(1.1)
    expect(typical({ perMinute: (minute) => 0.5 + minute / 200 })).toBeLessThan(1.1)
  })

  it('does not take one bad hour for burstiness', () => {
    const calm = aDay({ seed: 3 })
    const incident = calm.map((count, minute) => (minute >= 600 && minute < 660 ? (minute % 2) * 300 : count))
    expect(estimateDispersion(incident)).toBeLessThan(1.2)
    // What the incident would make of a single sum over the day.
    expect(estimateDispersion(incident.slice(570, 690))).toBeGreaterThan(100)
  })

  it('is not known without two minutes and a bad request', () => {
    expect(estimateDispersion([])).toBeNull()
    expect(estimateDispersion([7])).toBeNull()
    expect(estimateDispersion([0, 0])).toBeNull()
    expect(estimateDispersion(Array.from({ length: day }, () => 0))).toBeNull()
  })

  it('is that of successive differences in a short history', () => {
    expect(estimateDispersion([1, 3])).toBe(1)
    expect(estimateDispersion([0, 4, 0])).toBe(4)
  })

  it('leaves out hours without a bad request', () => {
    const quiet = Array.from({ length: 120 }, () => 0)
    expect(estimateDispersion([...quiet, ...Array.from({ length: 60 }, (_, minute) => (minute % 2) * 4)])).toBe(4)
  })

  it('is the mean of the two in the middle of an even number of hours', () => {
    const hour = (height: number) => Array.from({ length: 60 }, (_, minute) => (minute % 2) * height)
    expect(estimateDispersion([...hour(20), ...hour(2), ...hour(4), ...hour(10)])).toBe(7)
  })
})

describe('what the evidence is divided by', () => {
  it.each([
    [null, 1],
    [0.4, 1],
    [1, 1],
    [1.2, 1],
    [1.3, 1.43],
    [9, 9.9],
  ])('for an estimate of %s is %d', (estimate, phi) => {
    expect(toPhi(estimate)).toBeCloseTo(phi, 12)
  })
})
