import { describe, expect, it } from 'vitest'
import type { AliasWeight } from '../../../../../local/aws/codedeploy/alias-weights.ts'
import {
  aCodeDeploy,
  type CodeDeployRig,
  eventsOf,
  info,
  lambdaRevision,
  rollBackAlways,
  serviceRoleArn,
} from '../../../../support/codedeploy.ts'

const minute = 60_000
const names = { applicationName: 'pay', deploymentGroupName: 'live' }

async function aLambdaGroup(alias: AliasWeight, settings: object = {}): Promise<CodeDeployRig> {
  const rig = aCodeDeploy({ 'pay:live': alias })
  await rig.call('CreateApplication', { applicationName: 'pay', computePlatform: 'Lambda' })
  await rig.call('CreateDeploymentGroup', {
    ...names,
    serviceRoleArn,
    deploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
    deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
    ...settings,
  })
  return rig
}

async function start(rig: CodeDeployRig, from = '1', to = '2'): Promise<string> {
  const { deploymentId = '' } = await rig.call('CreateDeployment', { ...names, revision: lambdaRevision(from, to) })
  return deploymentId
}

const split = { version: '1', additional: { version: '2', weight: 0.1 } }

describe('a deployment to Lambda', () => {
  it('splits the alias, and then moves it to the target version', async () => {
    const rig = await aLambdaGroup({ version: '1' })
    const id = await start(rig)
    await rig.clock.advance(minute)
    expect(rig.aliases()).toEqual({ 'pay:live': split })
    const shown = async () => {
      const { deploymentTargets } = await rig.call('BatchGetDeploymentTargets', {
        deploymentId: id,
        targetIds: ['pay:live'],
      })
      return deploymentTargets?.[0]?.lambdaTarget
    }
    expect(await shown()).toMatchObject({
      status: 'InProgress',
      lambdaFunctionInfo: {
        ...{ functionName: 'pay', functionAlias: 'live', currentVersion: '1', targetVersion: '2' },
        targetVersionWeight: 0.1,
      },
    })
    await rig.clock.advance(5 * minute)
    expect(rig.aliases()).toEqual({ 'pay:live': { version: '2' } })
    expect(await shown()).toMatchObject({ status: 'Succeeded', lambdaFunctionInfo: { targetVersionWeight: 1 } })
    expect(await eventsOf(rig, id, 'pay:live')).toEqual([
      'BeforeAllowTraffic Succeeded',
      'AllowTraffic Succeeded',
      'AfterAllowTraffic Succeeded',
    ])
  })

  it('that is stopped without a rollback leaves the alias split, which fails the next one', async () => {
    const rig = await aLambdaGroup({ version: '1' })
    const id = await start(rig)
    await rig.clock.advance(minute)
    await rig.call('StopDeployment', { deploymentId: id, autoRollbackEnabled: false })
    await rig.clock.advance(minute)
    expect(rig.aliases()).toEqual({ 'pay:live': split })
    const next = await start(rig)
    await rig.clock.advance(minute)
    expect(await info(rig, next)).toMatchObject({
      status: 'Failed',
      errorInformation: { code: 'INVALID_LAMBDA_CONFIGURATION' },
    })
    expect(rig.aliases()).toEqual({ 'pay:live': split })
  })

  it('that is stopped with a rollback has its alias whole again', async () => {
    const rig = await aLambdaGroup({ version: '1' })
    const id = await start(rig)
    await rig.clock.advance(minute)
    await rig.call('StopDeployment', { deploymentId: id, autoRollbackEnabled: true })
    await rig.clock.advance(minute)
    expect(rig.aliases()).toEqual({ 'pay:live': { version: '1' } })
    const rollbackId = (await info(rig, id)).rollbackInfo?.rollbackDeploymentId ?? ''
    expect(await info(rig, rollbackId)).toMatchObject({
      status: 'Succeeded',
      creator: 'codeDeployRollback',
      deploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce',
    })
  })

  it('is rolled back by an alarm', async () => {
    const alarmConfiguration = { enabled: true, alarms: [{ name: 'errors' }] }
    const rig = await aLambdaGroup({ version: '1' }, { alarmConfiguration, autoRollbackConfiguration: rollBackAlways })
    await rig.setAlarm('errors', 'OK')
    const id = await start(rig)
    await rig.clock.advance(minute)
    await rig.setAlarm('errors', 'ALARM')
    await rig.clock.advance(minute)
    expect(await info(rig, id)).toMatchObject({ status: 'Stopped', errorInformation: { code: 'ALARM_ACTIVE' } })
    expect(rig.aliases()).toEqual({ 'pay:live': { version: '1' } })
  })

  it.each([
    ['does not exist', 'pay:other', { version: '1' }, 'INVALID_LAMBDA_FUNCTION'],
    ['points to another version', 'pay:live', { version: '3' }, 'INVALID_LAMBDA_CONFIGURATION'],
  ])('fails when its alias %s', async (_, key, alias, code) => {
    const rig = await aLambdaGroup(alias)
    const only = aCodeDeploy({ [key]: alias })
    await only.restart(rig.save())
    const id = await start(only)
    await only.clock.advance(minute)
    expect(await info(only, id)).toMatchObject({ status: 'Failed', errorInformation: { code } })
  })

  it('never waits to be continued', async () => {
    const rig = await aLambdaGroup({ version: '1' })
    const deploymentId = await start(rig)
    await expect(rig.call('ContinueDeployment', { deploymentId })).rejects.toMatchObject({
      code: 'UnsupportedActionForDeploymentTypeException',
    })
  })
})
