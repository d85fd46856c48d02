import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildPlan } from '../../../shared/domain/plan.ts'
import { checkStrategy, presetNames, type Strategy } from '../../../shared/domain/strategy.ts'
import { maxRouterWeight } from '../../../shared/domain/traffic.ts'

const alb = [{ wave: 1, maxWeight: maxRouterWeight.alb }]
const route53 = [{ wave: 1, maxWeight: maxRouterWeight.route53 }]

const shortSteps = (strategy: Strategy) => buildPlan(strategy, alb).steps.map((step) => [step.weight, step.bakeSeconds])
const tenths = fc.integer({ min: 1, max: 999 }).map((value) => value / 10)

describe('buildPlan', () => {
  it('puts the whole traffic over at once for blue/green', () => {
    expect(buildPlan({ type: 'blue-green', bakeSeconds: 600 }, alb)).toEqual({
      steps: [{ weight: 100, effectiveWeight: 100, bakeSeconds: 600, approval: false }],
      minimumSeconds: 600,
      exposurePercentMinutes: 0,
    })
  })

  it('bakes a canary for its interval, then everything', () => {
    expect(buildPlan({ type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 600 })).toEqual({
      steps: [
        { weight: 10, effectiveWeight: 10, bakeSeconds: 1800, approval: false },
        { weight: 100, effectiveWeight: 100, bakeSeconds: 600, approval: false },
      ],
      minimumSeconds: 2400,
      exposurePercentMinutes: 300,
    })
  })

  it('keeps steps as given, approvals too', () => {
    const strategy: Strategy = {
      type: 'steps',
      steps: [
        { weight: 0.1, bakeSeconds: 60 },
        { weight: 50, bakeSeconds: 90, approval: true },
        { weight: 100, bakeSeconds: 0, approval: false },
      ],
    }
    expect(buildPlan(strategy, route53)).toEqual({
      steps: [
        { weight: 0.1, effectiveWeight: 0.391, bakeSeconds: 60, approval: false },
        { weight: 50, effectiveWeight: 50, bakeSeconds: 90, approval: true },
        { weight: 100, effectiveWeight: 100, bakeSeconds: 0, approval: false },
      ],
      minimumSeconds: 150,
      exposurePercentMinutes: 75.1,
    })
  })

  it.each([
    { percent: 50, weights: [50, 100] },
    { percent: 30, weights: [30, 60, 90, 100] },
    { percent: 33.3, weights: [33.3, 66.6, 99.9, 100] },
    { percent: 33.4, weights: [33.4, 66.8, 100] },
    { percent: 99.9, weights: [99.9, 100] },
  ])('raises by $percent % to exactly 100', ({ percent, weights }) => {
    expect(shortSteps({ type: 'linear', percent, intervalSeconds: 60, bakeSeconds: 5 })).toEqual(
      weights.map((weight) => [weight, weight === 100 ? 5 : 60]),
    )
  })

  it('raises by 0.1 % in a thousand steps', () => {
    const weights = shortSteps({ type: 'linear', percent: 0.1, intervalSeconds: 1, bakeSeconds: 0 }).map(([w]) => w)
    expect(weights).toEqual(Array.from({ length: 1000 }, (_, index) => (index + 1) / 10))
  })

  it('makes of every linear strategy steps that pass the rules for steps', () => {
    fc.assert(
      fc.property(tenths, fc.nat(604_800), fc.nat(604_800), (percent, intervalSeconds, bakeSeconds) => {
        const plan = buildPlan({ type: 'linear', percent, intervalSeconds, bakeSeconds }, alb)
        const problems = checkStrategy({ type: 'steps', steps: plan.steps }, 'strategy')
        expect(problems.filter((problem) => problem.path !== 'strategy.steps')).toEqual([])
        expect(plan.minimumSeconds).toBe((plan.steps.length - 1) * intervalSeconds + bakeSeconds)
      }),
      { numRuns: 200 },
    )
  })

  it.each(presetNames)('plans the preset %s as CodeDeploy runs it', (name) => {
    const [, kind, minutes] = /(Canary|Linear)10Percent(?:Every)?(\d+)Minutes?$/.exec(name) ?? []
    const seconds = Number(minutes) * 60
    const below = kind === 'Linear' ? [10, 20, 30, 40, 50, 60, 70, 80, 90] : kind === 'Canary' ? [10] : []
    expect(shortSteps({ type: 'preset', name })).toEqual([...below.map((weight) => [weight, seconds]), [100, 0]])
  })
})
