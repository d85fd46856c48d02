import type { CreateDeploymentGroupInput, CreateDeploymentInput } from '@aws-sdk/client-codedeploy'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  aCodeDeploy,
  anEcsStack,
  type CodeDeployRig,
  type EcsStack,
  ecsGroup,
  ecsRevision,
  eventsOf,
  info,
  rollBackAlways,
} from '../../../../support/codedeploy.ts'
import { forwardTo } from '../../../../support/elastic-load-balancing.ts'

const minute = 60_000
let rig: CodeDeployRig
let stack: EcsStack

beforeEach(async () => {
  rig = aCodeDeploy()
  stack = await anEcsStack(rig)
  await rig.call('CreateApplication', { applicationName: 'web', computePlatform: 'ECS' })
})

async function start(
  settings: Partial<CreateDeploymentGroupInput> = {},
  input: Partial<CreateDeploymentInput> = {},
): Promise<string> {
  await rig.call('CreateDeploymentGroup', ecsGroup(stack, settings))
  return again(input)
}

async function again(input: Partial<CreateDeploymentInput> = {}): Promise<string> {
  const names = { applicationName: 'web', deploymentGroupName: 'live' }
  const { deploymentId = '' } = await rig.call('CreateDeployment', { ...names, revision: ecsRevision(), ...input })
  return deploymentId
}

const canary = { deploymentConfigName: 'CodeDeployDefault.ECSCanary10Percent5Minutes' }
const waits = (ready: number | undefined, termination: number) => ({
  blueGreenDeploymentConfiguration: {
    deploymentReadyOption:
      ready === undefined
        ? { actionOnTimeout: 'CONTINUE_DEPLOYMENT' as const }
        : { actionOnTimeout: 'STOP_DEPLOYMENT' as const, waitTimeInMinutes: ready },
    terminateBlueInstancesOnDeploymentSuccess: {
      action: 'TERMINATE' as const,
      terminationWaitTimeInMinutes: termination,
    },
  },
})
const all = (status: string) => [
  ...[`BeforeInstall ${status}`, `Install ${status}`, `AfterInstall ${status}`, `AllowTestTraffic ${status}`],
  ...[`AfterAllowTestTraffic ${status}`, `BeforeAllowTraffic ${status}`, `AllowTraffic ${status}`],
  `AfterAllowTraffic ${status}`,
]

describe('a deployment to ECS', () => {
  it('is created, queued and in progress before its targets are known', async () => {
    const id = await start()
    const targets = () => rig.call('ListDeploymentTargets', { deploymentId: id })
    expect((await info(rig, id)).status).toBe('Created')
    await rig.clock.advance(1_000)
    expect((await info(rig, id)).status).toBe('Queued')
    await expect(targets()).rejects.toMatchObject({ code: 'DeploymentNotStartedException' })
    await rig.clock.advance(1_000)
    expect((await info(rig, id)).status).toBe('InProgress')
    expect(await targets()).toEqual({ targetIds: ['main:web'] })
  })

  it('attaches the replacement at weight 0, points the test listener at it, and shifts as its configuration says', async () => {
    const id = await start(canary)
    await rig.clock.advance(4_500)
    expect(await stack.weights()).toBe('100/0')
    expect(await stack.weights(stack.test)).toBe('1/-')
    await rig.clock.advance(15_500)
    expect(await stack.weights(stack.test)).toBe('0/100')
    expect(await stack.weights()).toBe('90/10')
    await rig.clock.advance(4 * minute)
    expect(await stack.weights()).toBe('90/10')
    await rig.clock.advance(minute)
    expect(await stack.weights()).toBe('0/100')
    expect(await info(rig, id)).toMatchObject({ status: 'Succeeded', creator: 'user', completeTime: expect.any(Date) })
    expect(await eventsOf(rig, id)).toEqual(all('Succeeded'))
  })

  it('raises a linear shift by 10 percent every minute', async () => {
    await start({ deploymentConfigName: 'CodeDeployDefault.ECSLinear10PercentEvery1Minutes' })
    const seen: string[] = []
    await rig.clock.advance(30_000)
    for (let turn = 0; turn < 10; turn++) {
      seen.push(await stack.weights())
      await rig.clock.advance(minute)
    }
    expect(seen).toEqual(Array.from({ length: 10 }, (_, step) => `${90 - 10 * step}/${10 + 10 * step}`))
  })

  it('shows its task sets with the weights that it has set', async () => {
    const id = await start(canary)
    await rig.clock.advance(30_000)
    const { deploymentTarget } = await rig.call('GetDeploymentTarget', { deploymentId: id, targetId: 'main:web' })
    expect(deploymentTarget).toMatchObject({
      deploymentTargetType: 'ECSTarget',
      ecsTarget: {
        targetArn: 'arn:aws:ecs:eu-west-1:000000000000:service/main/web',
        status: 'InProgress',
        taskSetsInfo: [
          {
            taskSetLabel: 'Blue',
            status: 'PRIMARY',
            trafficWeight: 90,
            targetGroup: { name: 'web-blue' },
            runningCount: 1,
          },
          {
            taskSetLabel: 'Green',
            status: 'ACTIVE',
            trafficWeight: 10,
            targetGroup: { name: 'web-green' },
            desiredCount: 1,
          },
        ],
      },
    })
  })

  it('deploys to the group that is not live, which alternates', async () => {
    await start()
    await rig.clock.advance(minute)
    expect(await stack.weights()).toBe('0/100')
    const second = await again()
    await rig.clock.advance(minute)
    expect((await info(rig, second)).status).toBe('Succeeded')
    expect(await stack.weights()).toBe('100/0')
    expect(await stack.weights(stack.test)).toBe('100/0')
  })

  it('moves every rule that carries the pair, and no other', async () => {
    const rule = async (priority: number, arn: string) => {
      const { Rules } = await rig.elb('CreateRule', {
        ListenerArn: stack.production,
        Priority: priority,
        Conditions: [{ Field: 'path-pattern', Values: [`/${priority}`] }],
        Actions: [forwardTo([[arn, 1]])],
      })
      return Rules?.[0]?.RuleArn ?? ''
    }
    const { TargetGroups } = await rig.elb('CreateTargetGroup', {
      Name: 'other',
      Protocol: 'HTTP',
      Port: 1,
      VpcId: 'v',
    })
    const carrying = await rule(1, stack.blue)
    const foreign = await rule(2, TargetGroups?.[0]?.TargetGroupArn ?? '')
    const { Rules: before } = await rig.elb('DescribeRules', { RuleArns: [foreign] })
    await start()
    await rig.clock.advance(minute)
    const { Rules } = await rig.elb('DescribeRules', { RuleArns: [carrying] })
    const weights = Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups?.map(({ Weight }) => Weight)
    expect(weights?.sort()).toEqual([0, 100])
    expect((await rig.elb('DescribeRules', { RuleArns: [foreign] })).Rules).toEqual(before)
  })

  it('stalls in Install while a target of the replacement is unhealthy, and goes on when it is not', async () => {
    rig.unhealthy.add(stack.green)
    const id = await start()
    await rig.clock.advance(59 * minute)
    expect((await eventsOf(rig, id)).slice(0, 3)).toEqual([
      'BeforeInstall Succeeded',
      'Install InProgress',
      'AfterInstall Pending',
    ])
    rig.unhealthy.clear()
    await rig.clock.advance(minute)
    expect((await info(rig, id)).status).toBe('Succeeded')
  })

  it('fails after an hour when nothing is registered in the replacement', async () => {
    await rig.elb('DeregisterTargets', { TargetGroupArn: stack.green, Targets: [{ Id: '127.0.0.1' }] })
    const id = await start()
    await rig.clock.advance(61 * minute)
    expect(await info(rig, id)).toMatchObject({
      status: 'Failed',
      errorInformation: { code: 'TIMEOUT', message: expect.stringContaining('to become healthy') },
    })
    expect(await stack.weights()).toBe('100/0')
    expect((await eventsOf(rig, id)).slice(1)).toEqual(['Install Failed', ...all('Skipped').slice(2)])
  })

  it.each([
    ['production', 'production' as const],
    ['test', 'test' as const],
  ])('fails when the %s listener does not forward to the live group', async (_, name) => {
    const DefaultActions = [{ Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '404' } }]
    await rig.elb('ModifyListener', { ListenerArn: stack[name], DefaultActions })
    const id = await start({ autoRollbackConfiguration: rollBackAlways })
    await rig.clock.advance(minute)
    expect(await info(rig, id)).toMatchObject({
      status: 'Failed',
      errorInformation: {
        code: 'ELASTIC_LOAD_BALANCING_INVALID',
        message:
          'The ELB could not be updated due to the following error: Primary taskset target group must be behind listener',
      },
      rollbackInfo: { rollbackMessage: expect.stringContaining('not possible') },
    })
  })

  it('fails on a wrong AppSpec only after it was created', async () => {
    const revision = { revisionType: 'AppSpecContent' as const, appSpecContent: { content: 'version: 0.0' } }
    const id = await start({}, { revision })
    await rig.clock.advance(minute)
    expect(await info(rig, id)).toMatchObject({ status: 'Failed', errorInformation: { code: 'INVALID_REVISION' } })
    expect(await rig.call('ListDeploymentTargets', { deploymentId: id })).toEqual({ targetIds: [] })
  })

  it('fails when its group is deleted before it begins', async () => {
    const id = await start()
    await rig.call('DeleteDeploymentGroup', { applicationName: 'web', deploymentGroupName: 'live' })
    await rig.clock.advance(minute)
    expect(await info(rig, id)).toMatchObject({ errorInformation: { code: 'DEPLOYMENT_GROUP_MISSING' } })
  })
})

describe('a deployment that waits', () => {
  it('is Ready after the test traffic until READY_WAIT is released', async () => {
    const id = await start(waits(60, 0))
    await rig.clock.advance(minute)
    expect((await info(rig, id)).status).toBe('Ready')
    expect(await stack.weights(stack.test)).toBe('0/100')
    expect(await stack.weights()).toBe('100/0')
    const wrong = rig.call('ContinueDeployment', { deploymentId: id, deploymentWaitType: 'TERMINATION_WAIT' })
    await expect(wrong).rejects.toMatchObject({ code: 'DeploymentIsNotInReadyStateException' })
    await rig.call('ContinueDeployment', { deploymentId: id, deploymentWaitType: 'READY_WAIT' })
    await rig.clock.advance(minute)
    expect((await info(rig, id)).status).toBe('Succeeded')
    expect(await stack.weights()).toBe('0/100')
  })

  it('is stopped when nobody continues it in time', async () => {
    const id = await start(waits(30, 0))
    await rig.clock.advance(31 * minute)
    expect(await info(rig, id)).toMatchObject({
      status: 'Stopped',
      errorInformation: {
        code: 'TIMEOUT',
        message:
          'The deployment timed out while waiting for a notification to continue. This time out period is 30 minutes.',
      },
    })
    expect(await stack.weights()).toBe('100/0')
  })

  it('is in progress, its events over, until the original task set may be terminated', async () => {
    const id = await start(waits(undefined, 30))
    await rig.clock.advance(minute)
    expect(await info(rig, id)).toMatchObject({ status: 'InProgress', instanceTerminationWaitTimeStarted: true })
    expect(await eventsOf(rig, id)).toEqual(all('Succeeded'))
    expect(await stack.weights()).toBe('0/100')
    await rig.clock.advance(30 * minute)
    expect((await info(rig, id)).status).toBe('Succeeded')
  })

  it('ends early when TERMINATION_WAIT is released, and can be released no more', async () => {
    const id = await start(waits(undefined, 2880))
    await rig.clock.advance(minute)
    const release = () => rig.call('ContinueDeployment', { deploymentId: id, deploymentWaitType: 'TERMINATION_WAIT' })
    await release()
    await rig.clock.advance(5_000)
    expect((await info(rig, id)).status).toBe('Succeeded')
    await expect(release()).rejects.toMatchObject({ code: 'DeploymentAlreadyCompletedException' })
  })
})

describe('a deployment that is stopped', () => {
  const stop = (deploymentId: string, autoRollbackEnabled?: boolean) =>
    rig.call('StopDeployment', { deploymentId, ...(autoRollbackEnabled !== undefined && { autoRollbackEnabled }) })

  it('is Pending first, and then leaves the traffic where it is', async () => {
    const id = await start(canary)
    await rig.clock.advance(30_000)
    expect(await stop(id, false)).toMatchObject({ status: 'Pending' })
    expect((await info(rig, id)).status).toBe('InProgress')
    await rig.clock.advance(5_000)
    const stopped = await info(rig, id)
    expect(stopped).toMatchObject({ status: 'Stopped', errorInformation: { code: 'MANUAL_STOP' } })
    expect(stopped.rollbackInfo).toBeUndefined()
    expect((await eventsOf(rig, id)).slice(-2)).toEqual(['AllowTraffic Failed', 'AfterAllowTraffic Skipped'])
    await rig.clock.advance(10 * minute)
    expect(await stack.weights()).toBe('90/10')
    await expect(stop(id)).rejects.toMatchObject({ code: 'DeploymentAlreadyCompletedException' })
  })

  it('is rolled back by a new deployment when asked, which both records name', async () => {
    const id = await start(canary)
    await rig.clock.advance(30_000)
    await stop(id, true)
    await rig.clock.advance(minute)
    const { rollbackInfo } = await info(rig, id)
    const rollbackId = rollbackInfo?.rollbackDeploymentId ?? ''
    expect(rollbackInfo?.rollbackMessage).toBe(
      `Deployment ${id} terminated. Automatic rollback is triggered with a DeploymentId ${rollbackId}.`,
    )
    expect(await info(rig, rollbackId)).toMatchObject({
      status: 'Succeeded',
      creator: 'codeDeployRollback',
      deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
      rollbackInfo: { rollbackTriggeringDeploymentId: id },
    })
    expect(await stack.weights()).toBe('100/0')
    expect(await stack.weights(stack.test)).toBe('100/0')
    expect(await rig.call('ListDeployments', {})).toEqual({ deployments: [rollbackId, id] })
  })

  it('keeps the group busy until its rollback has ended', async () => {
    const id = await start(canary)
    await rig.clock.advance(30_000)
    await expect(again()).rejects.toMatchObject({
      code: 'DeploymentLimitExceededException',
      message: `The Deployment Group 'live' already has an active Deployment '${id}'`,
    })
    await stop(id, true)
    await rig.clock.advance(3_000)
    await expect(again()).rejects.toMatchObject({ code: 'DeploymentLimitExceededException' })
    await rig.clock.advance(minute)
    expect(await again()).toMatch(/^d-/)
  })

  it('follows its group where the call does not say', async () => {
    const id = await start({ ...canary, autoRollbackConfiguration: rollBackAlways })
    await rig.clock.advance(30_000)
    await stop(id)
    await rig.clock.advance(minute)
    expect((await info(rig, id)).rollbackInfo?.rollbackDeploymentId).toMatch(/^d-/)
    expect(await stack.weights()).toBe('100/0')
  })

  it('takes traffic back even from the wait for the termination', async () => {
    const id = await start(waits(undefined, 60))
    await rig.clock.advance(minute)
    await stop(id, true)
    await rig.clock.advance(minute)
    expect(await stack.weights()).toBe('100/0')
  })

  it('has no rollback before its replacement is installed', async () => {
    const id = await start({}, {})
    await stop(id, true)
    await rig.clock.advance(minute)
    expect(await info(rig, id)).toMatchObject({
      status: 'Stopped',
      rollbackInfo: { rollbackMessage: `Deployment ${id} terminated. A rollback is not possible at this point.` },
    })
    expect(await rig.call('ListDeployments', {})).toEqual({ deployments: [id] })
  })
})

describe('an alarm of the group', () => {
  const watched = (settings: object = {}) => ({
    ...canary,
    alarmConfiguration: { enabled: true, alarms: [{ name: 'errors' }], ...settings },
    autoRollbackConfiguration: rollBackAlways,
  })

  it('stops the deployment and has it rolled back, though it is still in ALARM', async () => {
    await rig.setAlarm('errors', 'OK')
    const id = await start(watched())
    await rig.clock.advance(30_000)
    expect(await stack.weights()).toBe('90/10')
    await rig.setAlarm('errors', 'ALARM')
    await rig.clock.advance(30_000)
    expect(await stack.weights()).toBe('100/0')
    const stopped = await info(rig, id)
    expect(stopped).toMatchObject({
      status: 'Stopped',
      errorInformation: { code: 'ALARM_ACTIVE', message: expect.stringContaining('Activated alarms: <errors>') },
    })
    expect((await info(rig, stopped.rollbackInfo?.rollbackDeploymentId ?? '')).status).toBe('Succeeded')
  })

  it('that is active already stops the deployment in Install', async () => {
    await rig.setAlarm('errors', 'ALARM')
    const id = await start(watched())
    await rig.clock.advance(minute)
    expect(await eventsOf(rig, id)).toEqual(['BeforeInstall Succeeded', 'Install Failed', ...all('Skipped').slice(2)])
  })

  it('that does not exist stops it, unless that is to be ignored', async () => {
    const id = await start(watched())
    await rig.clock.advance(minute)
    expect(await info(rig, id)).toMatchObject({ status: 'Stopped' })
    const override = { enabled: true, ignorePollAlarmFailure: true, alarms: [{ name: 'errors' }] }
    const ignoring = await again({ overrideAlarmConfiguration: override })
    await rig.clock.advance(10 * minute)
    expect((await info(rig, ignoring)).status).toBe('Succeeded')
  })

  it('is not looked at when the deployment turns the polling off', async () => {
    await rig.setAlarm('errors', 'ALARM')
    const id = await start(watched(), { overrideAlarmConfiguration: { enabled: false } })
    await rig.clock.advance(10 * minute)
    expect((await info(rig, id)).status).toBe('Succeeded')
  })
})

describe('a restart of the process', () => {
  it.each([500, 1_500, 5_000, 15_000, 2 * minute])(
    '%i ms after the start changes nothing about the end',
    async (ms) => {
      const id = await start(canary)
      await rig.clock.advance(ms)
      await rig.restart(rig.save())
      await rig.clock.advance(10 * minute)
      expect((await info(rig, id)).status).toBe('Succeeded')
      expect(await stack.weights()).toBe('0/100')
    },
  )

  it('repeats a step that was done and not written down', async () => {
    const id = await start(canary)
    await rig.clock.advance(5_000)
    const saved = rig.save()
    await rig.clock.advance(25_000)
    expect(await stack.weights()).toBe('90/10')
    await rig.restart(saved)
    await rig.clock.advance(10 * minute)
    expect((await info(rig, id)).status).toBe('Succeeded')
    expect(rig.errors).toEqual([])
  })

  it('finds a stop that was asked for', async () => {
    const id = await start(canary)
    await rig.clock.advance(30_000)
    await rig.call('StopDeployment', { deploymentId: id, autoRollbackEnabled: true })
    await rig.restart(rig.save())
    await rig.clock.advance(minute)
    expect((await info(rig, id)).status).toBe('Stopped')
    expect(await stack.weights()).toBe('100/0')
  })

  it('is nothing like a reset, which forgets everything', async () => {
    const id = await start(canary)
    await rig.clock.advance(30_000)
    await rig.reset()
    await rig.clock.advance(10 * minute)
    expect(await stack.weights()).toBe('90/10')
    await expect(info(rig, id)).rejects.toMatchObject({ code: 'DeploymentDoesNotExistException' })
    expect(rig.errors).toEqual([])
  })
})
