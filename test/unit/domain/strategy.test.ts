import { describe, expect, it } from 'vitest'
import { ValidationError } from '../../../shared/domain/errors.ts'
import {
  checkStrategy,
  presetNames,
  presetStrategy,
  type Strategy,
  strategyLimits,
} from '../../../shared/domain/strategy.ts'

const steps = (...weights: number[]): Strategy => ({
  type: 'steps',
  steps: weights.map((weight) => ({ weight, bakeSeconds: 60 })),
})
const canary = (overrides: object): Strategy => ({
  type: 'canary',
  percent: 10,
  intervalSeconds: 60,
  bakeSeconds: 0,
  ...overrides,
})

describe('checkStrategy', () => {
  it.each<{ name: string; strategy: Strategy }>([
    { name: 'blue/green without a bake', strategy: { type: 'blue-green', bakeSeconds: 0 } },
    { name: 'a week of bake', strategy: { type: 'blue-green', bakeSeconds: strategyLimits.maxBakeSeconds } },
    { name: 'a canary of 0.1 %', strategy: canary({ percent: 0.1 }) },
    { name: 'a canary of 99.9 %', strategy: canary({ percent: 99.9 }) },
    { name: 'linear 33.3 %', strategy: { ...canary({ percent: 33.3 }), type: 'linear' } as Strategy },
    { name: 'one step', strategy: steps(100) },
    { name: 'rising steps', strategy: steps(0.1, 0.2, 50, 99.9, 100) },
    { name: '50 steps', strategy: steps(...Array.from({ length: 50 }, (_, index) => (index + 1) * 2)) },
    { name: 'a preset', strategy: { type: 'preset', name: 'CodeDeployDefault.ECSAllAtOnce' } },
  ])('finds nothing wrong with $name', ({ strategy }) => {
    expect(checkStrategy(strategy, 'strategy')).toEqual([])
  })

  it.each<{ name: string; strategy: Strategy; problems: [path: string, message: RegExp][] }>([
    {
      name: 'a bake over a week',
      strategy: { type: 'blue-green', bakeSeconds: strategyLimits.maxBakeSeconds + 1 },
      problems: [['strategy.bakeSeconds', /whole seconds from 0 to 604800/]],
    },
    {
      name: 'half a second, and a negative bake',
      strategy: canary({ intervalSeconds: 0.5, bakeSeconds: -1 }),
      problems: [
        ['strategy.intervalSeconds', /whole seconds/],
        ['strategy.bakeSeconds', /whole seconds/],
      ],
    },
    { name: '0 %', strategy: canary({ percent: 0 }), problems: [['strategy.percent', /above 0 and below 100/]] },
    { name: '100 %', strategy: canary({ percent: 100 }), problems: [['strategy.percent', /blue-green/]] },
    { name: 'two decimals', strategy: canary({ percent: 33.33 }), problems: [['strategy.percent', /one decimal/]] },
    { name: 'no steps', strategy: steps(), problems: [['strategy.steps', /1 to 50 steps, not 0/]] },
    {
      name: '51 steps',
      strategy: steps(...Array.from({ length: 51 }, (_, index) => index + 1)),
      problems: [['strategy.steps', /not 51/]],
    },
    {
      name: 'a first weight of 0',
      strategy: steps(0, 100),
      problems: [['strategy.steps[0].weight', /0 is not above 0/]],
    },
    {
      name: 'a weight that repeats',
      strategy: steps(10, 10, 100),
      problems: [['strategy.steps[1].weight', /rise strictly: 10 is not above 10/]],
    },
    {
      name: 'a last weight below 100',
      strategy: steps(10, 99.9),
      problems: [['strategy.steps[1].weight', /last step must be 100, not 99.9/]],
    },
    {
      name: 'weights out of range',
      strategy: steps(-1, 101),
      problems: [
        ['strategy.steps[0].weight', /0 to 100/],
        ['strategy.steps[1].weight', /0 to 100/],
        ['strategy.steps[1].weight', /last step/],
      ],
    },
    {
      name: 'an unknown preset',
      strategy: { type: 'preset', name: 'toString' },
      problems: [['strategy.name', /no preset "toString".*CodeDeployDefault\.ECSAllAtOnce/]],
    },
  ])('refuses $name', ({ strategy, problems }) => {
    const found = checkStrategy(strategy, 'strategy')
    expect(found.map((problem) => problem.path)).toEqual(problems.map(([path]) => path))
    for (const [index, [, message]] of problems.entries()) expect(found[index]?.message).toMatch(message)
  })
})

describe('presets', () => {
  it('has every built-in configuration of CodeDeploy for ECS and Lambda', () => {
    expect(presetNames.toSorted()).toEqual(
      [
        'ECSAllAtOnce',
        'ECSCanary10Percent15Minutes',
        'ECSCanary10Percent5Minutes',
        'ECSLinear10PercentEvery1Minutes',
        'ECSLinear10PercentEvery3Minutes',
        'LambdaAllAtOnce',
        'LambdaCanary10Percent10Minutes',
        'LambdaCanary10Percent15Minutes',
        'LambdaCanary10Percent30Minutes',
        'LambdaCanary10Percent5Minutes',
        'LambdaLinear10PercentEvery10Minutes',
        'LambdaLinear10PercentEvery1Minute',
        'LambdaLinear10PercentEvery2Minutes',
        'LambdaLinear10PercentEvery3Minutes',
      ].map((name) => `CodeDeployDefault.${name}`),
    )
  })

  it('means what its name says', () => {
    for (const name of presetNames) {
      const [, kind, percent, minutes] = /(Canary|Linear)(\d+)Percent(?:Every)?(\d+)Minute/.exec(name) ?? []
      expect(presetStrategy(name), name).toEqual(
        kind === undefined
          ? { type: 'blue-green', bakeSeconds: 0 }
          : {
              type: kind.toLowerCase(),
              percent: Number(percent),
              intervalSeconds: Number(minutes) * 60,
              bakeSeconds: 0,
            },
      )
    }
  })

  it.each(['', 'ECSAllAtOnce', 'constructor', 'CodeDeployDefault.OneAtATime'])('knows no "%s"', (name) => {
    expect(() => presetStrategy(name)).toThrow(ValidationError)
  })
})
