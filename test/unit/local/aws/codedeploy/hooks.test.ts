import { beforeEach, describe, expect, it } from 'vitest'
import type { HookEvent } from '../../../../../local/aws/codedeploy/hook-functions.ts'
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

const minute = 60_000
let rig: CodeDeployRig
let stack: EcsStack
let asked: { name: string; event: HookEvent }[]

beforeEach(async () => {
  rig = aCodeDeploy()
  stack = await anEcsStack(rig)
  asked = []
  await rig.call('CreateApplication', { applicationName: 'web', computePlatform: 'ECS' })
  await rig.call('CreateDeploymentGroup', ecsGroup(stack, { autoRollbackConfiguration: rollBackAlways }))
})

/** Registers a function that notes its events, and does what `act` says. */
function aFunction(name: string, act: (event: HookEvent) => Promise<unknown> = async () => undefined): void {
  rig.functions[name] = async (event) => {
    // CodeDeploy hands over nothing else.
    asked.push({ name, event: event as HookEvent })
    return act(event as HookEvent)
  }
}

const answer = (event: HookEvent, status: 'Succeeded' | 'Failed') =>
  rig.call('PutLifecycleEventHookExecutionStatus', {
    deploymentId: event.DeploymentId,
    lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
    status,
  })

async function start(hooks: Record<string, string>): Promise<string> {
  const input = { applicationName: 'web', deploymentGroupName: 'live', revision: ecsRevision(hooks) }
  return (await rig.call('CreateDeployment', input)).deploymentId ?? ''
}

describe('a lifecycle hook', () => {
  it('is called once with the two members that AWS gives, by name or by ARN, and its answer lets the deployment go on', async () => {
    aFunction('check', (event) => answer(event, 'Succeeded'))
    const id = await start({
      BeforeInstall: 'check',
      AfterAllowTraffic: 'arn:aws:lambda:eu-west-1:000000000000:function:check',
    })
    await rig.clock.advance(minute)
    expect((await info(rig, id)).status).toBe('Succeeded')
    const event = { DeploymentId: id, LifecycleEventHookExecutionId: expect.stringMatching(/^[\w+/=]{40,}$/) }
    expect(asked).toEqual([
      { name: 'check', event },
      { name: 'check', event },
    ])
    expect(asked[0]?.event.LifecycleEventHookExecutionId).not.toBe(asked[1]?.event.LifecycleEventHookExecutionId)
  })

  it('holds the deployment until it is answered, also over a restart', async () => {
    aFunction('check')
    const id = await start({ AfterInstall: 'check' })
    await rig.clock.advance(30 * minute)
    await rig.restart(rig.save())
    await rig.clock.advance(29 * minute)
    expect((await eventsOf(rig, id))[2]).toBe('AfterInstall InProgress')
    expect(asked).toHaveLength(1)
    const [{ event } = { event: { DeploymentId: '', LifecycleEventHookExecutionId: '' } }] = asked
    expect(await answer(event, 'Succeeded')).toEqual({
      lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
    })
    await expect(answer(event, 'Failed')).rejects.toMatchObject({ code: 'LifecycleEventAlreadyCompletedException' })
    await rig.clock.advance(minute)
    expect((await info(rig, id)).status).toBe('Succeeded')
    await expect(answer(event, 'Failed')).rejects.toMatchObject({ code: 'LifecycleEventAlreadyCompletedException' })
  })

  it('is not called again after a kill in the middle of the call: its start was on the disk before', async () => {
    const onDisk: unknown[] = []
    aFunction('check', async () => onDisk.push(rig.onDisk()))
    const id = await start({ AfterInstall: 'check' })
    await rig.clock.advance(minute)
    await rig.restart(onDisk[0])
    await rig.clock.advance(minute)
    expect((await eventsOf(rig, id))[2]).toBe('AfterInstall InProgress')
    expect(asked).toHaveLength(1)
  })

  it('that answers Failed fails the deployment, which is rolled back without hooks', async () => {
    aFunction('check', (event) => answer(event, 'Failed'))
    const id = await start({ AfterAllowTestTraffic: 'check' })
    await rig.clock.advance(minute)
    const failed = await info(rig, id)
    expect(failed).toMatchObject({
      status: 'Failed',
      errorInformation: {
        code: 'HOOK_EXECUTION_FAILURE',
        message: 'The deployment failed because one or more of the lifecycle event validation functions failed.',
      },
    })
    expect((await info(rig, failed.rollbackInfo?.rollbackDeploymentId ?? '')).status).toBe('Succeeded')
    expect(asked).toHaveLength(1)
    expect(await stack.weights(stack.test)).toBe('100/0')
  })

  it('at BeforeInstall fails the deployment without a rollback: there is nothing to take back', async () => {
    aFunction('check', (event) => answer(event, 'Failed'))
    const id = await start({ BeforeInstall: 'check' })
    await rig.clock.advance(minute)
    expect((await info(rig, id)).rollbackInfo?.rollbackDeploymentId).toBeUndefined()
    const { deploymentTarget } = await rig.call('GetDeploymentTarget', { deploymentId: id, targetId: 'main:web' })
    expect(deploymentTarget?.ecsTarget?.lifecycleEvents?.[0]).toMatchObject({
      status: 'Failed',
      diagnostics: { errorCode: 'UnknownError', scriptName: 'check', message: expect.stringContaining('validation') },
    })
  })

  it('whose function is absent fails the deployment at once', async () => {
    const id = await start({ BeforeAllowTraffic: 'absent' })
    await rig.clock.advance(minute)
    expect(await info(rig, id)).toMatchObject({
      status: 'Failed',
      errorInformation: { code: 'HOOK_EXECUTION_FAILURE', message: expect.stringContaining('absent') },
    })
  })

  it('that never answers fails the deployment after an hour, though it was called three times as it threw', async () => {
    aFunction('check', async () => {
      throw new Error('boom')
    })
    const id = await start({ AfterInstall: 'check' })
    await rig.clock.advance(59 * minute)
    expect((await info(rig, id)).status).toBe('InProgress')
    await rig.clock.advance(2 * minute)
    expect(await info(rig, id)).toMatchObject({
      status: 'Failed',
      errorInformation: { code: 'TIMEOUT', message: expect.stringContaining('status callback within one hour') },
    })
    expect(asked).toHaveLength(3)
    expect(rig.errors).toEqual([expect.objectContaining({ message: 'boom' })])
  })

  it('is refused every other status, and every id but its own', async () => {
    aFunction('check')
    const id = await start({ BeforeInstall: 'check' })
    await rig.clock.advance(minute)
    const own = asked[0]?.event.LifecycleEventHookExecutionId
    const put = (lifecycleEventHookExecutionId: string | undefined, status: 'Succeeded' | 'Skipped') =>
      rig.call('PutLifecycleEventHookExecutionStatus', { deploymentId: id, lifecycleEventHookExecutionId, status })
    await expect(put(own, 'Skipped')).rejects.toMatchObject({
      code: 'InvalidLifecycleEventHookExecutionStatusException',
    })
    const event = (deploymentId: string, name: string) =>
      Buffer.from(JSON.stringify({ deploymentId, event: name })).toString('base64')
    for (const wrong of [undefined, 'x', event('d-000000000', 'BeforeInstall'), event(id, 'Install'), 'bnVsbA==']) {
      await expect(put(wrong, 'Succeeded')).rejects.toMatchObject({
        code: 'InvalidLifecycleEventHookExecutionIdException',
      })
    }
  })
})
