import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { phases } from '../../../shared/domain/deployment.ts'
import { buildPlan } from '../../../shared/domain/plan.ts'
import { writtenShares } from '../../../shared/domain/written-shares.ts'
import { aDeployment } from '../../support/builders.ts'

const strategy = { type: 'canary', percent: 10, intervalSeconds: 600, bakeSeconds: 60 } as const
const waves = [1, 2].map((wave) => ({ wave, maxWeight: 999 }))
const shares = (target: number, { wave = 1, planned = waves, phase = 'aborted' as 'aborted' | 'succeeded' } = {}) =>
  writtenShares(aDeployment({ plan: buildPlan(strategy, planned), target, phase }), { wave })

describe('the shares that a deployment may have written to a route', () => {
  it.each([
    ['the first step', shares(0), [0, 10]],
    ['the last step of its wave', shares(1), [0, 10, 100]],
    ['a step of the next wave, on a route of the first', shares(2), [0, 10, 100]],
    ['a step of the first wave, on a route of the next', shares(1, { wave: 2 }), [0]],
    ['the first step of the next wave, on a route of it', shares(2, { wave: 2 }), [0, 10]],
    ['the only wave', shares(0, { planned: waves.slice(0, 1) }), [0, 10]],
    ['a success', shares(3, { wave: 2, phase: 'succeeded' }), [0, 10, 100]],
  ])('at %s', (_, found, expected) => {
    expect(found).toEqual(expected)
  })

  it('rise without a gap in what was shifted, begin with 0, and never hold a share of a later step', () => {
    const weights = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(weights, fc.nat({ max: 8 }), fc.constantFrom(...phases), (unsorted, target, phase) => {
        const sorted = [...unsorted].sort((a, b) => a - b)
        const steps = sorted.map((weight) => ({ weight, effectiveWeight: weight, bakeSeconds: 1, approval: false }))
        const plan = { steps, minimumSeconds: 0, exposurePercentMinutes: 0 }
        const found = writtenShares(aDeployment({ plan, target, phase }), { wave: 1 })
        const ended = phase === 'succeeded' ? [100] : []
        expect(found).toEqual([0, ...sorted.slice(0, target + 1), ...ended])
      }),
    )
  })
})
