import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildPlan } from '../../../shared/domain/plan.ts'
import { isMovedBy, isReachedBy, lastStepOfWave, wavesOf } from '../../../shared/domain/waves.ts'
import { anAlbRoute } from '../../support/builders.ts'
import { aRoute53Route } from '../../support/record-sets.ts'

const alb = (wave: number) => anAlbRoute({ wave })
const dns = (wave: number) => aRoute53Route({ wave })
const canary = { type: 'canary', percent: 0.3, intervalSeconds: 600, bakeSeconds: 300 } as const

describe('wavesOf', () => {
  it.each([
    ['one wave of load balancers', [alb(1), alb(1)], [{ wave: 1, maxWeight: 999 }]],
    ['a wave by its coarsest router', [alb(1), dns(1)], [{ wave: 1, maxWeight: 255 }]],
    [
      'waves in the order of their numbers',
      [dns(7), alb(3), alb(1), alb(3)],
      [
        { wave: 1, maxWeight: 999 },
        { wave: 3, maxWeight: 999 },
        { wave: 7, maxWeight: 255 },
      ],
    ],
  ])('lists %s', (_, routes, expected) => {
    expect(wavesOf(routes)).toEqual(expected)
  })
})

describe('a plan over waves', () => {
  it('runs all steps on one wave, then on the next', () => {
    const plan = buildPlan(canary, wavesOf([alb(1), dns(2)]))
    expect(plan.steps.map(({ wave, weight, effectiveWeight }) => [wave, weight, effectiveWeight])).toEqual([
      [1, 0.3, 0.3],
      [1, 100, 100],
      [2, 0.3, 0.391],
      [2, 100, 100],
    ])
    expect(plan.minimumSeconds).toBe(1800)
  })

  it('names no wave where there is one', () => {
    expect(buildPlan(canary, wavesOf([alb(4)])).steps.every(({ wave }) => wave === undefined)).toBe(true)
  })
})

describe('a step', () => {
  it.each([
    ['of its own wave', 2, { wave: 2 }, true, true],
    ['of a later wave', 1, { wave: 2 }, false, true],
    ['of an earlier wave', 3, { wave: 2 }, false, false],
    ['of a plan without waves', 3, {}, true, true],
  ])('%s', (_, wave, step, moved, reached) => {
    expect([isMovedBy({ wave }, step), isReachedBy({ wave }, step)]).toEqual([moved, reached])
  })

  it('knows the last step of its wave', () => {
    const { steps } = buildPlan(canary, wavesOf([alb(1), alb(2)]))
    expect(steps.map((_, index) => lastStepOfWave(steps, index))).toEqual([1, 1, 3, 3])
    expect(lastStepOfWave([{}, {}, {}], 0)).toBe(2)
  })

  it('moves every route in exactly one wave', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 20 }), (numbers) => {
        const routes = numbers.map(alb)
        const { steps } = buildPlan({ type: 'blue-green', bakeSeconds: 60 }, wavesOf(routes))
        for (const route of routes) expect(steps.filter((step) => isMovedBy(route, step))).toHaveLength(1)
      }),
    )
  })
})
