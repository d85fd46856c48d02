import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { predefinedConfigs } from '../../../../../local/aws/codedeploy/predefined-configs.ts'
import { stepsOf, trafficAt } from '../../../../../local/aws/codedeploy/traffic-steps.ts'

const everyTenth = (minutes: number) => Array.from({ length: 10 }, (_, index) => [index * minutes, (index + 1) * 10])
const atOnce = [[0, 100]]

describe('the predefined configurations', () => {
  it.each([
    ['CodeDeployDefault.AllAtOnce', 'Server', atOnce],
    ['CodeDeployDefault.HalfAtATime', 'Server', atOnce],
    ['CodeDeployDefault.OneAtATime', 'Server', atOnce],
    ['CodeDeployDefault.ECSAllAtOnce', 'ECS', atOnce],
    [
      'CodeDeployDefault.ECSCanary10Percent5Minutes',
      'ECS',
      [
        [0, 10],
        [5, 100],
      ],
    ],
    [
      'CodeDeployDefault.ECSCanary10Percent15Minutes',
      'ECS',
      [
        [0, 10],
        [15, 100],
      ],
    ],
    ['CodeDeployDefault.ECSLinear10PercentEvery1Minutes', 'ECS', everyTenth(1)],
    ['CodeDeployDefault.ECSLinear10PercentEvery3Minutes', 'ECS', everyTenth(3)],
    ['CodeDeployDefault.LambdaAllAtOnce', 'Lambda', atOnce],
    [
      'CodeDeployDefault.LambdaCanary10Percent5Minutes',
      'Lambda',
      [
        [0, 10],
        [5, 100],
      ],
    ],
    [
      'CodeDeployDefault.LambdaCanary10Percent10Minutes',
      'Lambda',
      [
        [0, 10],
        [10, 100],
      ],
    ],
    [
      'CodeDeployDefault.LambdaCanary10Percent15Minutes',
      'Lambda',
      [
        [0, 10],
        [15, 100],
      ],
    ],
    [
      'CodeDeployDefault.LambdaCanary10Percent30Minutes',
      'Lambda',
      [
        [0, 10],
        [30, 100],
      ],
    ],
    ['CodeDeployDefault.LambdaLinear10PercentEvery1Minute', 'Lambda', everyTenth(1)],
    ['CodeDeployDefault.LambdaLinear10PercentEvery2Minutes', 'Lambda', everyTenth(2)],
    ['CodeDeployDefault.LambdaLinear10PercentEvery3Minutes', 'Lambda', everyTenth(3)],
    ['CodeDeployDefault.LambdaLinear10PercentEvery10Minutes', 'Lambda', everyTenth(10)],
  ])('%s is for %s and shifts as its name says', (name, platform, steps) => {
    expect(predefinedConfigs[name]?.platform).toBe(platform)
    const shown = stepsOf(predefinedConfigs[name]?.routing).map(({ atMinutes, percent }) => [atMinutes, percent])
    expect(shown).toEqual(steps)
  })

  it('are all in the table above', () => {
    expect(Object.keys(predefinedConfigs)).toHaveLength(17)
  })
})

describe('a linear shift', () => {
  it('ends with what is left when its percentage does not divide 100', () => {
    const routing = { type: 'TimeBasedLinear', timeBasedLinear: { linearPercentage: 30, linearInterval: 2 } } as const
    expect(stepsOf(routing)).toEqual([
      { atMinutes: 0, percent: 30 },
      { atMinutes: 2, percent: 60 },
      { atMinutes: 4, percent: 90 },
      { atMinutes: 6, percent: 100 },
    ])
  })

  it('starts at once, only rises, and ends with everything', () => {
    const percentage = fc.integer({ min: 1, max: 99 })
    fc.assert(
      fc.property(percentage, fc.integer({ min: 1, max: 60 }), (linearPercentage, linearInterval) => {
        const steps = stepsOf({ type: 'TimeBasedLinear', timeBasedLinear: { linearPercentage, linearInterval } })
        expect(steps[0]).toEqual({ atMinutes: 0, percent: linearPercentage })
        expect(steps.at(-1)?.percent).toBe(100)
        for (const [index, step] of steps.slice(1).entries()) {
          expect(step.percent).toBeGreaterThan(steps[index]?.percent ?? 100)
          expect(step.atMinutes).toBe((index + 1) * linearInterval)
        }
      }),
    )
  })
})

describe('where traffic is', () => {
  const canary = [
    { atMinutes: 0, percent: 10 },
    { atMinutes: 5, percent: 100 },
  ]
  it.each([
    [-1, { percent: 10, nextInMs: 300_000 }],
    [0, { percent: 10, nextInMs: 300_000 }],
    [299_999, { percent: 10, nextInMs: 1 }],
    [300_000, { percent: 100, nextInMs: undefined }],
    [900_000, { percent: 100, nextInMs: undefined }],
  ])('%i ms after the start follows from the steps', (elapsedMs, expected) => {
    expect(trafficAt(canary, elapsedMs)).toEqual(expected)
  })
})
