import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bisect,
  expFinite,
  logAdd,
  logBeta,
  logGamma,
  logMean,
  logSum,
} from '../../../../shared/domain/sequential/log-math.ts'

const nothing = Number.NEGATIVE_INFINITY
const log = fc.double({ min: -600, max: 600, noNaN: true })

describe('sums of logarithms', () => {
  it('are logarithms of sums', () => {
    fc.assert(
      fc.property(log, log, (a, b) => {
        const expected = Math.max(a, b) + Math.log(Math.exp(a - Math.max(a, b)) + Math.exp(b - Math.max(a, b)))
        expect(logAdd(a, b)).toBeCloseTo(expected, 9)
        expect(logSum([a, b])).toBeCloseTo(expected, 9)
        expect(logSum([a], b)).toBeCloseTo(expected, 9)
        expect(logMean([a, b])).toBeCloseTo(expected - Math.log(2), 9)
      }),
    )
  })

  it('do not overflow, and do not mind a logarithm of nothing', () => {
    expect(logSum([1e9, 1e9])).toBeCloseTo(1e9 + Math.log(2), 6)
    expect(logSum([-1e9, -1e9])).toBeCloseTo(-1e9 + Math.log(2), 6)
    expect(logSum([null, 3, null])).toBe(3)
    expect(logSum([null, 3], nothing)).toBe(3)
    expect(logAdd(nothing, 3)).toBe(3)
    expect(logAdd(3, nothing)).toBe(3)
  })

  it('are nothing for nothing', () => {
    expect(logSum([])).toBe(nothing)
    expect(logSum([null, null])).toBe(nothing)
    expect(logAdd(nothing, nothing)).toBe(nothing)
  })

  it('stay finite on their way out', () => {
    expect(expFinite(0)).toBe(1)
    expect(expFinite(-1e9)).toBe(0)
    expect(expFinite(1e9)).toBe(Number.MAX_VALUE)
  })
})

describe('the gamma function', () => {
  it.each([
    [0.5, Math.log(Math.PI) / 2],
    [1, 0],
    [2, 0],
    [5, Math.log(24)],
    [20, Math.log(121_645_100_408_832_000)],
    [1e10, 220_258_509_288.810_58],
  ])('of %d has the logarithm %d', (x, expected) => {
    expect(Math.abs(logGamma(x) - expected)).toBeLessThan(1e-13 * Math.max(1, Math.abs(expected)))
  })

  it('grows by its argument', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e4, noNaN: true }), (x) => {
        const difference = logGamma(x + 1) - logGamma(x)
        expect(Math.abs(difference - Math.log(x))).toBeLessThan(1e-14 * Math.max(10, Math.abs(logGamma(x + 1))))
      }),
    )
  })

  it('makes the beta function', () => {
    expect(Math.exp(logBeta(0.5, 0.5))).toBeCloseTo(Math.PI, 12)
    expect(Math.exp(logBeta(2, 3))).toBeCloseTo(1 / 12, 14)
  })
})

describe('halving', () => {
  it('finds where a condition ends, to the last digit', () => {
    expect(bisect(0, 2, (at) => at * at < 2)).toBeCloseTo(Math.SQRT2, 15)
    expect(bisect(1, 1e9, (at) => at < 7)).toBe(7)
  })

  it('is at an end where the condition never changes', () => {
    expect(bisect(0, 1, () => true)).toBe(1)
    expect(bisect(0, 1, () => false)).toBeLessThan(1e-50)
  })
})
