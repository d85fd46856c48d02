import type { DeploymentInfo, DeploymentTarget, LifecycleEvent } from '@aws-sdk/client-codedeploy'
import { describe, expect, it } from 'vitest'
import { toProgress } from '../../../../shared/adapters/codedeploy/progress.ts'
import { UpstreamError } from '../../../../shared/domain/errors.ts'

function ecs(settings: Partial<DeploymentInfo> = {}): DeploymentInfo {
  return {
    ...{ deploymentId: 'd-1', status: 'InProgress', computePlatform: 'ECS', creator: 'user' },
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 60 },
    },
    ...settings,
  }
}

const events = (...statuses: NonNullable<LifecycleEvent['status']>[]): LifecycleEvent[] =>
  statuses.map((status, index) => ({ lifecycleEventName: `e${index}`, status }))

const task = (green: number, lifecycleEvents: LifecycleEvent[] = []): DeploymentTarget => ({
  deploymentTargetType: 'ECSTarget',
  ecsTarget: {
    lifecycleEvents,
    taskSetsInfo: [
      { taskSetLabel: 'Blue', trafficWeight: 100 - green },
      { taskSetLabel: 'Green', trafficWeight: green },
    ],
  },
})
const version = (targetVersionWeight: number): DeploymentTarget => ({
  deploymentTargetType: 'LambdaTarget',
  lambdaTarget: { lambdaFunctionInfo: { targetVersionWeight } },
})
const instance = (
  status: 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Skipped',
  lifecycleEvents: LifecycleEvent[] = [],
  instanceLabel?: 'Blue' | 'Green',
): DeploymentTarget => ({
  deploymentTargetType: 'InstanceTarget',
  instanceTarget: { status, lifecycleEvents, ...(instanceLabel && { instanceLabel }) },
})

describe('the status', () => {
  it.each([
    ['Created', 'created'],
    ['Queued', 'queued'],
    ['InProgress', 'in-progress'],
    ['Baking', 'baking'],
    ['Ready', 'ready'],
    ['Succeeded', 'succeeded'],
    ['Failed', 'failed'],
    ['Stopped', 'stopped'],
  ] as const)('of %s is %s', (status, expected) => {
    expect(toProgress(ecs({ status }), []).status).toBe(expected)
  })

  it.each(['Paused', 'toString', undefined])('refuses %s, which CodeDeploy does not document', (status) => {
    const info = { ...ecs(), status } as DeploymentInfo
    expect(() => toProgress(info, [])).toThrow(UpstreamError)
  })
})

describe('the weight', () => {
  const lambda: Partial<DeploymentInfo> = { computePlatform: 'Lambda' }
  const server: Partial<DeploymentInfo> = { computePlatform: 'Server' }
  const blueGreen = [instance('Succeeded', [], 'Green'), instance('Pending', [], 'Blue')]
  it.each<[string, Partial<DeploymentInfo>, DeploymentTarget[], number | null]>([
    ['0 before ECS has tasks', {}, [], 0],
    ['that of the green task set', {}, [task(10)], 10],
    ['100 once it has succeeded, though no task set tells', { status: 'Succeeded' }, [], 100],
    ['0 before Lambda has a target', lambda, [], 0],
    ['the fraction of the target version in percent', lambda, [version(0.1)], 10],
    ['a fraction that floats do not have', lambda, [version(0.07)], 7],
    ['100 for a whole alias', lambda, [version(1)], 100],
    ['the lowest of several functions', lambda, [version(0.5), version(0.2)], 20],
    ['unknown before servers are listed', server, [], null],
    ['0 while no server has it', server, [instance('Pending'), instance('InProgress')], 0],
    ['a third of three servers', server, [instance('Succeeded'), instance('Failed'), instance('Pending')], 33.3],
    ['that of the servers that replace others', server, blueGreen, 100],
    ['that of servers where no platform is told', { computePlatform: undefined }, [instance('Succeeded')], 100],
  ])('is %s', (_, settings, targets, expected) => {
    expect(toProgress(ecs(settings), targets).weight).toBe(expected)
  })
})

describe('the wait', () => {
  const done = events('Succeeded', 'Skipped', 'Succeeded')
  const keeps = (minutes: number, action: 'TERMINATE' | 'KEEP_ALIVE' = 'TERMINATE'): Partial<DeploymentInfo> => ({
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: { action, terminationWaitTimeInMinutes: minutes },
    },
  })
  it.each<[string, Partial<DeploymentInfo>, LifecycleEvent[], 'ready' | 'termination' | null]>([
    ['ready', { status: 'Ready' }, events('Succeeded', 'Pending'), 'ready'],
    ['termination once all events have ended well', {}, done, 'termination'],
    ['termination where CodeDeploy says so', { instanceTerminationWaitTimeStarted: true }, [], 'termination'],
    ['none while an event is under way', {}, events('Succeeded', 'InProgress'), null],
    ['none while an event is to come', {}, events('Succeeded', 'Pending'), null],
    ['none after an event that failed', {}, events('Succeeded', 'Failed'), null],
    ['none before there are events', {}, [], null],
    ['none where the old tasks go at once', keeps(0), done, null],
    ['none where the old tasks stay', keeps(60, 'KEEP_ALIVE'), done, null],
    ['none where the group says nothing', { blueGreenDeploymentConfiguration: undefined }, done, null],
    ['none of a rollback', { creator: 'codeDeployRollback' }, done, null],
    ['none on Lambda', { computePlatform: 'Lambda' }, done, null],
    ['none after the end', { status: 'Succeeded', instanceTerminationWaitTimeStarted: true }, done, null],
    ['none before the beginning', { status: 'Queued' }, done, null],
  ])('is %s', (_, settings, lifecycleEvents, expected) => {
    expect(toProgress(ecs(settings), [task(100, lifecycleEvents)]).waitsFor).toBe(expected)
  })
})

describe('the events', () => {
  it('are those of the target, in their order', () => {
    const all = events('Succeeded', 'Failed', 'Skipped', 'Unknown', 'InProgress', 'Pending')
    expect(toProgress(ecs(), [task(0, all)]).events).toEqual(
      ['succeeded', 'failed', 'skipped', 'unknown', 'in-progress', 'pending'].map((status, index) => ({
        ...{ name: `e${index}`, status },
      })),
    )
  })

  it.each([
    [
      ...(['of the server that is furthest behind', ['succeeded', 'pending']] as const),
      [instance('Succeeded', events('Succeeded', 'Succeeded')), instance('InProgress', events('Succeeded', 'Pending'))],
    ],
    [
      ...(['of the one that failed, as it will not come further', ['succeeded', 'failed']] as const),
      [instance('Pending', events('Pending', 'Pending')), instance('Failed', events('Succeeded', 'Failed'))],
    ],
  ] as const)('are, of several, those %s', (_, expected, targets) => {
    const { events } = toProgress(ecs({ computePlatform: 'Server' }), targets)
    expect(events.map(({ status }) => status)).toEqual(expected)
  })

  it('are unknown where the word is new', () => {
    const lifecycleEvents = [{ lifecycleEventName: 'Install', status: 'Dreaming' }] as unknown as LifecycleEvent[]
    expect(toProgress(ecs(), [task(0, lifecycleEvents)]).events).toEqual([{ name: 'Install', status: 'unknown' }])
  })

  const log = `${'x'.repeat(1000)} exit 1\n`
  it.each([
    ['nothing', undefined, undefined],
    ['success', { errorCode: 'Success', message: 'Succeeded', scriptName: 'a.sh' }, undefined],
    ['empty members', { errorCode: undefined, message: '', logTail: '' }, undefined],
    [
      ...(['a script', { errorCode: 'ScriptFailed', scriptName: 'a.sh', message: 'exit code 1' }] as const),
      'ScriptFailed in a.sh: exit code 1',
    ],
    [
      ...(['a long log', { errorCode: 'ScriptTimedOut', logTail: log }] as const),
      `ScriptTimedOut; the end of its log: ${'x'.repeat(593)} exit 1`,
    ],
    ['a message alone', { message: 'no' }, 'UnknownError: no'],
  ] as const)('tell what %s says went wrong', (_, diagnostics, problem) => {
    const lifecycleEvents = [{ lifecycleEventName: 'Install', status: 'Failed', diagnostics }] as LifecycleEvent[]
    expect(toProgress(ecs(), [task(0, lifecycleEvents)]).events).toEqual([
      { name: 'Install', status: 'failed', ...(problem !== undefined && { problem }) },
    ])
  })
})

describe('the error and the rollback', () => {
  it('are what CodeDeploy tells', () => {
    const info = ecs({
      status: 'Stopped',
      errorInformation: { code: 'ALARM_ACTIVE', message: 'One or more alarms have been activated' },
      rollbackInfo: { rollbackDeploymentId: 'd-2' },
    })
    expect(toProgress(info, [])).toMatchObject({
      ...{ error: { code: 'ALARM_ACTIVE', message: 'One or more alarms have been activated' }, rollbackId: 'd-2' },
    })
  })

  it.each([
    ['a message alone', { message: 'no' }, { code: 'UNKNOWN', message: 'no' }],
    ['a code alone', { code: 'TIMEOUT' }, { code: 'TIMEOUT', message: '' }],
    ['nothing', {}, null],
    ['no error', undefined, null],
  ] as const)('make something of %s', (_, errorInformation, error) => {
    expect(toProgress(ecs({ errorInformation }), []).error).toEqual(error)
  })

  it('are none where a rollback only names what it undoes', () => {
    const info = ecs({ rollbackInfo: { rollbackTriggeringDeploymentId: 'd-1' } })
    expect(toProgress(info, [])).toMatchObject({ error: null, rollbackId: null })
  })
})

it('says when an event began, where CodeDeploy does', () => {
  const startTime = new Date('2026-01-01T00:00:07.000Z')
  const lifecycleEvents: LifecycleEvent[] = [{ lifecycleEventName: 'Install', status: 'InProgress', startTime }]
  expect(toProgress(ecs(), [task(0, lifecycleEvents)]).events).toEqual([
    { name: 'Install', status: 'in-progress', startedAt: '2026-01-01T00:00:07.000Z' },
  ])
})
