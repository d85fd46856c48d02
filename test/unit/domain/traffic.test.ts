import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvariantError, ValidationError } from '../../../shared/domain/errors.ts'
import {
  canaryPercent,
  effectivePercent,
  maxRouterWeight,
  otherSlot,
  type RawWeights,
  sameRouting,
  sameShares,
  servingSlot,
  toRouterWeights,
} from '../../../shared/domain/traffic.ts'
import { aRouteState } from '../../support/builders.ts'

const everyPercent = Array.from({ length: 1001 }, (_, tenths) => tenths / 10)

describe('toRouterWeights', () => {
  it.each([
    { percent: 0, max: 999, weights: { stable: 100, canary: 0 } },
    { percent: 100, max: 999, weights: { stable: 0, canary: 100 } },
    { percent: 1, max: 999, weights: { stable: 99, canary: 1 } },
    { percent: 10, max: 999, weights: { stable: 90, canary: 10 } },
    { percent: 99, max: 999, weights: { stable: 1, canary: 99 } },
    { percent: 0.1, max: 999, weights: { stable: 999, canary: 1 } },
    { percent: 33.3, max: 999, weights: { stable: 667, canary: 333 } },
    { percent: 99.9, max: 999, weights: { stable: 1, canary: 999 } },
    { percent: 0, max: 255, weights: { stable: 100, canary: 0 } },
    { percent: 100, max: 255, weights: { stable: 0, canary: 100 } },
    { percent: 10, max: 255, weights: { stable: 90, canary: 10 } },
    { percent: 0.1, max: 255, weights: { stable: 255, canary: 1 } },
    { percent: 99.9, max: 255, weights: { stable: 1, canary: 255 } },
    { percent: 12.5, max: 255, weights: { stable: 7, canary: 1 } },
    { percent: 33.3, max: 255, weights: { stable: 2, canary: 1 } },
    { percent: 0, max: 10, weights: { stable: 10, canary: 0 } },
    { percent: 50, max: 10, weights: { stable: 1, canary: 1 } },
  ])('gives $weights for $percent % at most $max', ({ percent, max, weights }) => {
    expect(toRouterWeights(percent, max)).toEqual(weights)
  })

  describe.each(Object.values(maxRouterWeight))('at most %i', (max) => {
    it('gives each side whole weights in range, and 0 only to a side without a share', () => {
      for (const percent of everyPercent) {
        const { stable, canary } = toRouterWeights(percent, max)
        for (const weight of [stable, canary]) {
          expect(Number.isInteger(weight) && weight >= 0 && weight <= max).toBe(true)
        }
        expect(canary === 0, `canary at ${percent} %`).toBe(percent === 0)
        expect(stable === 0, `stable at ${percent} %`).toBe(percent === 100)
      }
    })

    it('never falls as the percentage rises', () => {
      for (const [index, percent] of everyPercent.slice(1).entries()) {
        const before = toRouterWeights(everyPercent[index] ?? 0, max)
        const after = toRouterWeights(percent, max)
        const rise = after.canary * (before.stable + before.canary) - before.canary * (after.stable + after.canary)
        expect(rise, `at ${percent} %`).toBeGreaterThanOrEqual(0)
      }
    })
  })

  it('is exact to a tenth of a percent on an ALB', () => {
    for (const percent of everyPercent) expect(effectivePercent(toRouterWeights(percent, 999))).toBe(percent)
  })

  it('finds no nearer fraction with weights up to 255 by trying them all', () => {
    for (const percent of [0.1, 0.3, 0.5, 7.7, 16.7, 33.3, 49.9, 66.6, 99.7]) {
      const { stable, canary } = toRouterWeights(percent, 255)
      let best = Number.POSITIVE_INFINITY
      for (let c = 1; c <= 255; c++)
        for (let s = 1; s <= 255; s++) best = Math.min(best, Math.abs((100 * c) / (c + s) - percent))
      expect(Math.abs((100 * canary) / (canary + stable) - percent)).toBeCloseTo(best, 10)
    }
  })

  it.each([-0.1, 100.1, 33.33, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (percent) => {
    expect(() => toRouterWeights(percent, 999)).toThrow(ValidationError)
  })
})

describe('effective and live shares', () => {
  it('rounds the effective share to three decimals', () => {
    expect(effectivePercent({ stable: 255, canary: 1 })).toBe(0.391)
  })

  it('knows no share when both weights are 0', () => {
    expect(() => effectivePercent({ stable: 0, canary: 0 })).toThrow(InvariantError)
    expect(canaryPercent({ blue: 0, green: 0 }, 'green')).toBeNull()
    expect(canaryPercent({ blue: null, green: null }, 'green')).toBeNull()
  })

  it.each([
    { weights: { blue: 90, green: 10 }, canary: 'green' as const, percent: 10 },
    { weights: { blue: 90, green: 10 }, canary: 'blue' as const, percent: 90 },
    { weights: { blue: 1, green: null }, canary: 'green' as const, percent: 0 },
    { weights: { blue: null, green: 7 }, canary: 'green' as const, percent: 100 },
    { weights: { blue: 2, green: 1 }, canary: 'green' as const, percent: 33.333 },
  ])('reads $percent % for $canary from $weights', ({ weights, canary, percent }) => {
    expect(canaryPercent(weights, canary)).toBe(percent)
  })

  it.each([
    { weights: { blue: 100, green: 0 }, slot: 'blue' },
    { weights: { blue: null, green: 1 }, slot: 'green' },
    { weights: { blue: 99, green: 1 }, slot: null },
    { weights: { blue: 0, green: 0 }, slot: null },
    { weights: { blue: null, green: null }, slot: null },
  ])('sees that $slot serves at $weights', ({ weights, slot }) => {
    expect(servingSlot({ weights })).toBe(slot)
  })

  it('names the other slot', () => {
    expect([otherSlot('blue'), otherSlot('green')]).toEqual(['green', 'blue'])
  })
})

describe('sameShares', () => {
  const weight = fc.option(fc.nat(999), { nil: null })
  const weights = fc.record<RawWeights>({ blue: weight, green: weight })

  it.each([
    { a: { blue: 100, green: 0 }, b: { blue: 1, green: null }, same: true },
    { a: { blue: 90, green: 10 }, b: { blue: 9, green: 1 }, same: true },
    { a: { blue: 90, green: 10 }, b: { blue: 10, green: 90 }, same: false },
    { a: { blue: 100, green: 0 }, b: { blue: 0, green: 100 }, same: false },
    { a: { blue: 999, green: 1 }, b: { blue: 998, green: 1 }, same: false },
    { a: { blue: 0, green: 0 }, b: { blue: null, green: 0 }, same: true },
    { a: { blue: 0, green: 0 }, b: { blue: 100, green: 0 }, same: false },
    { a: { blue: 0, green: 100 }, b: { blue: 0, green: 0 }, same: false },
  ])('says $same for $a and $b', ({ a, b, same }) => {
    expect(sameShares(a, b)).toBe(same)
  })

  it('is an equivalence: reflexive, symmetric, transitive', () => {
    const some = [null, 0, 1, 2, 3, 4, 6].flatMap((blue) => [null, 0, 1, 2, 3, 4, 6].map((green) => ({ blue, green })))
    for (const a of some)
      for (const b of some) {
        expect(sameShares(a, a)).toBe(true)
        expect(sameShares(a, b)).toBe(sameShares(b, a))
        if (sameShares(a, b)) for (const c of some) expect(sameShares(a, c)).toBe(sameShares(b, c))
      }
  })

  it('does not mind a common factor', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 999 }), (a, factor) => {
        const scaled = { blue: a.blue && a.blue * factor, green: a.green && a.green * factor }
        expect(sameShares(a, scaled)).toBe(true)
      }),
    )
  })

  it('means the same live share for every slot', () => {
    fc.assert(
      fc.property(weights, weights, (a, b) => {
        if (sameShares(a, b)) expect(canaryPercent(a, 'blue')).toBe(canaryPercent(b, 'blue'))
      }),
    )
  })
})

describe('sameRouting', () => {
  it('needs equal shares and equal settings, and looks at nothing else', () => {
    const state = aRouteState()
    expect(sameRouting(state, { ...state, weights: { blue: 7, green: null }, raw: { order: 2 } })).toBe(true)
    expect(sameRouting(state, { ...state, weights: { blue: 99, green: 1 } })).toBe(false)
    expect(sameRouting(state, { ...state, settings: '{"stickiness":60}' })).toBe(false)
  })
})
