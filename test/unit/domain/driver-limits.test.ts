import { describe, expect, it } from 'vitest'
import { type DrivenSettings, findDriverLimits, findStrategyProblems } from '../../../shared/domain/driver-limits.ts'
import { presetNames, type StepWish, type Strategy } from '../../../shared/domain/strategy.ts'
import { anAlarmsGate, aProbeGate, aWebhookGate } from '../../support/gates.ts'

const canary: Strategy = { type: 'canary', percent: 10, intervalSeconds: 300, bakeSeconds: 0 }
const steps = (...list: readonly StepWish[]): Strategy => ({ type: 'steps', steps: list })
const half = { weight: 50, bakeSeconds: 60 }
const all = { weight: 100, bakeSeconds: 60 }

const held =
  'must be "roll-back" with a codedeploy route: CodeDeploy cannot be held in the middle of a shift; "mode": "observe" shows verdicts without acting on them'
const noTurn =
  'must be "during" with a codedeploy route: Sluice has no turn before CodeDeploy shifts; a gate before traffic runs as a hook of the AppSpec'
const noWait =
  'must be false with a codedeploy route: CodeDeploy waits for nobody between two shifts; only the first step can wait'

describe('findDriverLimits', () => {
  it.each<[string, DrivenSettings]>([
    ['nothing at all', {}],
    ['a strategy that CodeDeploy has', { strategy: canary }],
    ['an approval before the first step', { strategy: steps({ ...half, approval: true }, all) }],
    [
      'gates that roll back',
      { gates: [anAlarmsGate(), aProbeGate({ when: 'during' }), aWebhookGate({ when: 'during' })] },
    ],
    ['asking after drift', { onDrift: 'halt' }],
    ['going back after drift', { onDrift: 'roll-back' }],
    ['a late watch that notifies', { lateWatch: { seconds: 60, action: 'notify' } }],
  ])('takes %s', (_, settings) => {
    expect(findDriverLimits(settings)).toEqual([])
  })

  it.each<[string, DrivenSettings, readonly (readonly [string, string])[]]>([
    ['a gate that halts', { gates: [anAlarmsGate(), anAlarmsGate({ onFail: 'halt' })] }, [['gates[1].onFail', held]]],
    ['a gate that halts without data', { gates: [anAlarmsGate({ onNoData: 'halt' })] }, [['gates[0].onNoData', held]]],
    ['a probe before traffic', { gates: [aProbeGate({ when: 'before' })] }, [['gates[0].when', noTurn]]],
    [
      'a judge before traffic that halts',
      { gates: [aWebhookGate({ when: 'both', onFail: 'halt' })] },
      [
        ['gates[0].onFail', held],
        ['gates[0].when', noTurn],
      ],
    ],
    [
      'a later approval',
      { strategy: steps({ ...half, approval: true }, { ...all, approval: true }) },
      [['strategy.steps[1].approval', noWait]],
    ],
    [
      'half a percent and half a minute',
      { strategy: { ...canary, percent: 0.5, intervalSeconds: 30 } },
      [
        ['strategy.percent', 'must be whole percent for CodeDeploy, not 0.5'],
        ['strategy.intervalSeconds', 'must be whole minutes for CodeDeploy, from 60 s on, not 30 s'],
      ],
    ],
    [
      'writing over foreign weights',
      { onDrift: 'overwrite' },
      [['onDrift', 'must be "halt" or "roll-back" with a codedeploy route: the weights are CodeDeploy\'s to write']],
    ],
    [
      'a late rollback',
      { lateWatch: { seconds: 60, action: 'roll-back' } },
      [
        [
          'lateWatch.action',
          'must be "notify" with a codedeploy route: going back later is a new deployment of the earlier revision',
        ],
      ],
    ],
  ])('refuses %s', (_, settings, problems) => {
    expect(findDriverLimits(settings)).toEqual(problems.map(([path, message]) => ({ path, message })))
  })
})

describe('findStrategyProblems', () => {
  const paths = (strategy: Strategy, platform: Parameters<typeof findStrategyProblems>[1]) =>
    findStrategyProblems(strategy, platform, 'strategy').map(({ path }) => path)

  it.each(presetNames)('takes %s while the platform is unknown, and then on its own platform only', (name) => {
    const [own, other] = name.includes('.ECS') ? (['ECS', 'Lambda'] as const) : (['Lambda', 'ECS'] as const)
    const preset: Strategy = { type: 'preset', name }
    expect([null, own, other].map((platform) => paths(preset, platform))).toEqual([[], [], ['strategy.name']])
  })

  it('takes only one step on servers', () => {
    expect(paths({ type: 'blue-green', bakeSeconds: 60 }, 'Server')).toEqual([])
    expect(findStrategyProblems(canary, 'Server', 'strategy')).toEqual([
      {
        path: 'strategy',
        message:
          "must be blue-green for servers: how many instances CodeDeploy replaces at a time is the group's own configuration",
      },
    ])
  })

  it.each([null, 'ECS', 'Lambda'] as const)('refuses steps that are no plain course, on %s', (platform) => {
    expect(paths(steps({ weight: 1, bakeSeconds: 60 }, half, all), platform)).toEqual(['strategy'])
    expect(paths(steps(), platform)).toEqual(['strategy'])
  })
})
