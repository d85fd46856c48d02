import { describe, expect, it } from 'vitest'
import { rateSequence } from '../../../../shared/domain/sequential/confidence.ts'
import { limitFor, usualRate } from '../../../../shared/domain/sequential/limit.ts'
import { aStratum, type Counts } from '../../../support/comparison.ts'

const limitAfter = (before: Counts, knowsNormalRate = true) =>
  limitFor({ p0: 0.005, phi: 1, knowsNormalRate }, aStratum(before))

describe('the limit that stands in for a baseline', () => {
  it.each<{ name: string; before: Counts }>([
    { name: 'before the first bucket', before: [0, 0, 0, 0] },
    { name: 'where only the canary had requests', before: [1000, 0, 500, 0] },
    { name: 'where stable was better than it', before: [1000, 100_000, 900, 100] },
    { name: 'where stable had too few requests to say that it is more now', before: [20, 200, 0, 2] },
  ])('is the fixed one $name', ({ before }) => {
    expect(limitAfter(before)).toBe(0.005)
  })

  it('is what stable was beside the canary, where nothing is known of the day before', () => {
    expect(limitAfter([20, 200, 0, 2], false)).toBe(rateSequence({ requests: 200, bad: 2 }, 1, 0.01).high)
    expect(limitAfter([1000, 0, 500, 0], false)).toBe(0.005)
  })

  it('is what stable was used to, where that is surely more', () => {
    expect(limitAfter([0, 10_000, 0, 200])).toBe(rateSequence({ requests: 10_000, bad: 200 }, 1, 0.01).high)
    expect(limitAfter([0, 10_000, 0, 200])).toBeGreaterThan(0.02)
  })

  it('is below 1 where everything was bad', () => {
    expect(usualRate({ requests: 10, bad: 10 }, 1)).toBe(1 - 1e-9)
  })
})
