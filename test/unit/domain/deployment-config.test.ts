import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toDeploymentConfig } from '../../../shared/domain/deployment-config.ts'
import { buildPlan } from '../../../shared/domain/plan.ts'
import { presetNames, type Strategy } from '../../../shared/domain/strategy.ts'

const canary = (percent: number, minutes: number): Strategy => ({
  ...{ type: 'canary', percent, intervalSeconds: minutes * 60, bakeSeconds: 0 },
})
const linear = (percent: number, minutes: number): Strategy => ({
  ...{ type: 'linear', percent, intervalSeconds: minutes * 60, bakeSeconds: 0 },
})
const steps = (...list: readonly (readonly [weight: number, bakeSeconds: number, approval?: boolean])[]): Strategy => ({
  type: 'steps',
  steps: list.map(([weight, bakeSeconds, approval]) => ({ weight, bakeSeconds, ...(approval && { approval }) })),
})

/** Nine shifts of ten percent, then the rest: `[weight, minutes until the next shift]`. */
const tenths = (minutes: number) =>
  Array.from({ length: 10 }, (_, step) => [(step + 1) * 10, step === 9 ? 0 : minutes] as const)
const tenThenRest = (minutes: number) =>
  [
    [10, minutes],
    [100, 0],
  ] as const

/**
 * What CodeDeploy's user guide says of each predefined configuration ("Working with deployment configurations", for ECS
 * and for Lambda): ten percent at first and the other ninety so many minutes later, ten percent every so many minutes, or
 * everything at once.
 */
const documentedSteps: Readonly<Record<string, readonly (readonly [weight: number, minutes: number])[]>> = {
  ECSLinear10PercentEvery1Minutes: tenths(1),
  ECSLinear10PercentEvery3Minutes: tenths(3),
  ECSCanary10Percent5Minutes: tenThenRest(5),
  ECSCanary10Percent15Minutes: tenThenRest(15),
  ECSAllAtOnce: [[100, 0]],
  LambdaCanary10Percent5Minutes: tenThenRest(5),
  LambdaCanary10Percent10Minutes: tenThenRest(10),
  LambdaCanary10Percent15Minutes: tenThenRest(15),
  LambdaCanary10Percent30Minutes: tenThenRest(30),
  LambdaLinear10PercentEvery1Minute: tenths(1),
  LambdaLinear10PercentEvery2Minutes: tenths(2),
  LambdaLinear10PercentEvery3Minutes: tenths(3),
  LambdaLinear10PercentEvery10Minutes: tenths(10),
  LambdaAllAtOnce: [[100, 0]],
}

/** The list of CodeDeploy's user guide, "Working with deployment configurations", with the strategy that each stands for. */
const documented = [
  ['ECSAllAtOnce', { type: 'blue-green', bakeSeconds: 0 }],
  ['ECSCanary10Percent5Minutes', canary(10, 5)],
  ['ECSCanary10Percent15Minutes', canary(10, 15)],
  ['ECSLinear10PercentEvery1Minutes', linear(10, 1)],
  ['ECSLinear10PercentEvery3Minutes', linear(10, 3)],
  ['LambdaAllAtOnce', { type: 'blue-green', bakeSeconds: 0 }],
  ['LambdaCanary10Percent5Minutes', canary(10, 5)],
  ['LambdaCanary10Percent10Minutes', canary(10, 10)],
  ['LambdaCanary10Percent15Minutes', canary(10, 15)],
  ['LambdaCanary10Percent30Minutes', canary(10, 30)],
  ['LambdaLinear10PercentEvery1Minute', linear(10, 1)],
  ['LambdaLinear10PercentEvery2Minutes', linear(10, 2)],
  ['LambdaLinear10PercentEvery3Minutes', linear(10, 3)],
  ['LambdaLinear10PercentEvery10Minutes', linear(10, 10)],
] as const satisfies readonly (readonly [string, Strategy])[]

const platformOf = (name: string) => (name.startsWith('ECS') ? 'ECS' : 'Lambda')

describe('toDeploymentConfig', () => {
  it.each(documented)('takes %s for the strategy that it stands for', (short, strategy) => {
    const name = `CodeDeployDefault.${short}`
    const answer = toDeploymentConfig(strategy, platformOf(short), 'strategy')
    expect(answer).toMatchObject({ status: 'found', config: { name, isPredefined: true } })
    expect(toDeploymentConfig({ type: 'preset', name }, platformOf(short), 'strategy')).toEqual(answer)
    expect(buildPlan({ type: 'preset', name })).toEqual(buildPlan(strategy))
  })

  it.each(Object.entries(documentedSteps))(
    'plans %s as AWS documents it, and finds it by that plan',
    (short, expected) => {
      const name = `CodeDeployDefault.${short}`
      const plan = buildPlan({ type: 'preset', name })
      expect(plan.steps.map(({ weight, bakeSeconds }) => [weight, bakeSeconds / 60])).toEqual(expected)
      const asSteps = steps(...plan.steps.map(({ weight, bakeSeconds }) => [weight, bakeSeconds] as const))
      expect(toDeploymentConfig(asSteps, platformOf(short), 'strategy')).toMatchObject({
        ...{ status: 'found', config: { name, isPredefined: true, platform: platformOf(short) } },
      })
    },
  )

  it('has a documented plan for every preset', () => {
    expect(
      Object.keys(documentedSteps)
        .map((short) => `CodeDeployDefault.${short}`)
        .sort(),
    ).toEqual([...presetNames].sort())
  })

  it.each([
    ['all at once', steps([100, 0, true]), 'CodeDeployDefault.ECSAllAtOnce'],
    ['a canary', steps([10, 300, true], [100, 0]), 'CodeDeployDefault.ECSCanary10Percent5Minutes'],
    ['a linear one', steps([40, 60, true], [80, 60], [100, 0]), 'sluice-ecs-linear-40-1m'],
  ] as const)('takes an approval before the first step of %s', (_, strategy, name) => {
    expect(toDeploymentConfig(strategy, 'ECS', 'strategy')).toMatchObject({ status: 'found', config: { name } })
  })

  it('knows every preset', () => {
    expect(documented.map(([short]) => `CodeDeployDefault.${short}`).sort()).toEqual([...presetNames].sort())
  })

  it.each([
    ['a canary of another share', canary(25, 5), 'sluice-ecs-canary-25-5m', ['TimeBasedCanary', 25, 5]],
    ['a canary of another interval', canary(10, 10), 'sluice-ecs-canary-10-10m', ['TimeBasedCanary', 10, 10]],
    ['a linear one', linear(20, 7), 'sluice-ecs-linear-20-7m', ['TimeBasedLinear', 20, 7]],
    ['steps that are a canary', steps([5, 600], [100, 0]), 'sluice-ecs-canary-5-10m', ['TimeBasedCanary', 5, 10]],
    [
      ...(['steps that are linear', steps([40, 60], [80, 60], [100, 30])] as const),
      ...(['sluice-ecs-linear-40-1m', ['TimeBasedLinear', 40, 1]] as const),
    ],
  ] as const)('names %s by what it does', (_, strategy, name, [type, percentage, intervalMinutes]) => {
    expect(toDeploymentConfig(strategy, 'ECS', 'strategy')).toEqual({
      status: 'found',
      config: { name, isPredefined: false, platform: 'ECS', routing: { type, percentage, intervalMinutes } },
    })
  })

  it('takes one step to 100 % for all at once', () => {
    expect(toDeploymentConfig(steps([100, 600]), 'Lambda', 'strategy')).toEqual({
      status: 'found',
      config: {
        ...{ name: 'CodeDeployDefault.LambdaAllAtOnce', isPredefined: true, platform: 'Lambda' },
        routing: { type: 'AllAtOnce' },
      },
    })
  })

  it.each([
    ['tenths of a percent', canary(2.5, 5), [['percent', /whole percent.*2\.5/]]],
    ['seconds', { ...canary(10, 1), intervalSeconds: 90 } as Strategy, [['intervalSeconds', /whole minutes.*90 s/]]],
    ['no interval', linear(10, 0), [['intervalSeconds', /from 60 s on/]]],
    ['more than two days', linear(10, 400), [['intervalSeconds', /2880 minutes at most; this would take 3600/]]],
    ['steps of any kind', steps([1, 60], [5, 60], [100, 0]), [['', /must be one that CodeDeploy has/]]],
    ['steps with an approval after the first', steps([5, 60], [100, 0, true]), [['', /no approval after the first/]]],
    ['steps with two approvals', steps([5, 60, true], [100, 0, true]), [['', /no approval after the first/]]],
    [
      ...(['a preset of the other platform', { type: 'preset', name: 'CodeDeployDefault.ECSAllAtOnce' }] as const),
      [['name', /must be a configuration for Lambda/]],
    ],
  ] as const)('has none for %s', (_, strategy, problems) => {
    expect(toDeploymentConfig(strategy, 'Lambda', 'strategy')).toEqual({
      status: 'impossible',
      problems: problems.map(([field, message]) => ({
        path: field === '' ? 'strategy' : `strategy.${field}`,
        message: expect.stringMatching(message),
      })),
    })
  })

  it('gives one name to one content, and different ones to different contents', () => {
    const wish = fc.record({
      strategy: fc
        .tuple(fc.constantFrom(canary, linear), fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 29 }))
        .map(([make, percent, minutes]) => make(percent, minutes)),
      platform: fc.constantFrom('ECS' as const, 'Lambda' as const),
    })
    fc.assert(
      fc.property(wish, wish, (a, b) => {
        const [one, other] = [a, b].map(({ strategy, platform }) => toDeploymentConfig(strategy, platform, 'strategy'))
        if (one?.status !== 'found' || other?.status !== 'found') throw new Error('each of these is possible')
        const isSame =
          JSON.stringify([one.config.platform, one.config.routing]) ===
          JSON.stringify([other.config.platform, other.config.routing])
        expect(one.config.name === other.config.name).toBe(isSame)
        expect(one.config.name).toMatch(/^[\w.+=,@-]{1,100}$/)
      }),
    )
  })
})
