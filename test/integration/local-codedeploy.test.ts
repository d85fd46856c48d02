import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeAlarmsCommand, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch'
import * as sdk from '@aws-sdk/client-codedeploy'
import { DescribeRulesCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HookEvent } from '../../local/aws/codedeploy/hook-functions.ts'
import { buildShop, type Shop } from '../../local/demo/shop.ts'
import { ecsRevision, lambdaRevision, rollBackAlways, serviceRoleArn } from '../support/codedeploy.ts'
import { type CodeDeployCloud, startCodeDeployCloud } from '../support/codedeploy-cloud.ts'
import { until } from '../support/until.ts'

const names = { applicationName: 'shop', deploymentGroupName: 'live' }
const blueGreen = { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' } as const

let cloud: CodeDeployCloud
let shop: Shop
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-codedeploy-'))
  cloud = await startCodeDeployCloud(directory, { 'pay:live': { version: '1' } })
  shop = await buildShop(cloud.elb, 8300)
  await cloud.codeDeploy.send(new sdk.CreateApplicationCommand({ applicationName: 'shop', computePlatform: 'ECS' }))
})
afterEach(async () => {
  await cloud.close()
  await shop.close()
  await rm(directory, { recursive: true })
})

/** A group that shifts 20 percent, and the rest after so many minutes. */
async function aGroup(minutes: number, settings: Partial<sdk.CreateDeploymentGroupInput> = {}): Promise<void> {
  const timeBasedCanary = { canaryPercentage: 20, canaryInterval: minutes }
  const config = { deploymentConfigName: `canary-20-${minutes}m`, computePlatform: 'ECS' } as const
  const trafficRoutingConfig = { type: 'TimeBasedCanary', timeBasedCanary } as const
  await cloud.codeDeploy.send(new sdk.CreateDeploymentConfigCommand({ ...config, trafficRoutingConfig }))
  const listenerArn = shop.ruleArn.replace(':listener-rule/', ':listener/').replace(/\/[^/]+$/, '')
  const pair = {
    targetGroups: [{ name: 'shop-blue' }, { name: 'shop-green' }],
    prodTrafficRoute: { listenerArns: [listenerArn] },
  }
  await cloud.codeDeploy.send(
    new sdk.CreateDeploymentGroupCommand({
      ...{ ...names, serviceRoleArn, deploymentStyle: blueGreen },
      deploymentConfigName: config.deploymentConfigName,
      ecsServices: [{ clusterName: 'main', serviceName: 'shop' }],
      loadBalancerInfo: { targetGroupPairInfoList: [pair] },
      blueGreenDeploymentConfiguration: {
        deploymentReadyOption: { actionOnTimeout: 'CONTINUE_DEPLOYMENT' },
        terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 0 },
      },
      ...settings,
    }),
  )
}

async function start(hooks: Record<string, string> = {}): Promise<string> {
  const input = { ...names, revision: ecsRevision(hooks) }
  return (await cloud.codeDeploy.send(new sdk.CreateDeploymentCommand(input))).deploymentId ?? ''
}

async function deployment(deploymentId: string): Promise<sdk.DeploymentInfo> {
  return (await cloud.codeDeploy.send(new sdk.GetDeploymentCommand({ deploymentId }))).deploymentInfo ?? {}
}

const status = (id: string, wanted: sdk.DeploymentStatus) =>
  until(`${id} ${wanted}`, async () => {
    const found = await deployment(id)
    return found.status === wanted ? found : undefined
  })

async function target(deploymentId: string): Promise<sdk.ECSTarget | undefined> {
  const command = new sdk.GetDeploymentTargetCommand({ deploymentId, targetId: 'main:shop' })
  return (await cloud.codeDeploy.send(command)).deploymentTarget?.ecsTarget
}

/** Waits until the replacement has this share, as CodeDeploy reports it. */
/** Looks for longer than the longest interval of a canary here lasts. */
const shifted = (id: string, percent: number) =>
  until(
    `${percent} percent`,
    async () => {
      const { startTime } = await deployment(id)
      const green = startTime && (await target(id))?.taskSetsInfo?.find(({ taskSetLabel }) => taskSetLabel === 'Green')
      return green?.trafficWeight === percent ? green : undefined
    },
    3000,
  )

/** Real requests, by the version that answered. */
async function whoAnswers(requests: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (let request = 0; request < requests; request++) {
    const response = await fetch(shop.url)
    const { version } = (await response.json()) as { version: string }
    counts[version] = (counts[version] ?? 0) + 1
  }
  return counts
}

describe('an ECS canary through the real SDK', () => {
  it('moves real traffic by its configuration, with its hooks, to the end', { timeout: 60_000 }, async () => {
    const seen: string[] = []
    cloud.functions.smoke = async (event) => {
      // CodeDeploy hands over nothing else.
      const { DeploymentId: deploymentId, LifecycleEventHookExecutionId: executionId } = event as HookEvent
      seen.push(deploymentId)
      const input = { deploymentId, lifecycleEventHookExecutionId: executionId, status: 'Succeeded' } as const
      await cloud.codeDeploy.send(new sdk.PutLifecycleEventHookExecutionStatusCommand(input))
    }
    await aGroup(12)
    expect(await whoAnswers(20)).toEqual({ v1: 20 })
    const id = await start({ AfterInstall: 'smoke', AfterAllowTraffic: 'smoke' })
    await shifted(id, 20)
    const split = await whoAnswers(100)
    expect(Math.abs((split.v2 ?? 0) - 20)).toBeLessThanOrEqual(1)
    await shifted(id, 100)
    await status(id, 'Succeeded')
    expect(await whoAnswers(20)).toEqual({ v2: 20 })
    expect(seen).toEqual([id, id])
    expect((await target(id))?.lifecycleEvents?.map((event) => event.status)).toEqual(Array(8).fill('Succeeded'))
    expect(cloud.errors).toEqual([])
  })

  it('is stopped by an alarm, and its rollback brings everybody back', { timeout: 60_000 }, async () => {
    const alarms = [{ name: 'shop-errors' }]
    await cloud.cloudWatch.send(
      new PutMetricAlarmCommand({
        ...{ AlarmName: 'shop-errors', Namespace: 'Own', MetricName: 'errors', Statistic: 'Sum', Period: 60 },
        ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' },
        TreatMissingData: 'ignore',
      }),
    )
    await aGroup(60, { alarmConfiguration: { enabled: true, alarms }, autoRollbackConfiguration: rollBackAlways })
    const setAlarm = (StateValue: 'OK' | 'ALARM') =>
      cloud.cloudWatch.send(new SetAlarmStateCommand({ AlarmName: 'shop-errors', StateValue, StateReason: 'test' }))
    await setAlarm('OK')
    const id = await start()
    await shifted(id, 20)
    await setAlarm('ALARM')
    const { errorInformation, rollbackInfo } = await status(id, 'Stopped')
    expect(errorInformation?.code).toBe('ALARM_ACTIVE')
    const rollback = await status(rollbackInfo?.rollbackDeploymentId ?? '', 'Succeeded')
    expect(rollback).toMatchObject({
      creator: 'codeDeployRollback',
      rollbackInfo: { rollbackTriggeringDeploymentId: id },
    })
    expect(await whoAnswers(20)).toEqual({ v1: 20 })
    const { MetricAlarms } = await cloud.cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: ['shop-errors'] }))
    expect(MetricAlarms?.[0]?.StateValue).toBe('ALARM')
  })

  it('goes on where it was after a kill, with the same data', { timeout: 60_000 }, async () => {
    await aGroup(8)
    const id = await start()
    await shifted(id, 20)
    await cloud.close()
    cloud = await startCodeDeployCloud(directory)
    await shifted(id, 100)
    await status(id, 'Succeeded')
    const { Rules } = await cloud.elb.send(new DescribeRulesCommand({ RuleArns: [shop.ruleArn] }))
    const weights = Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups?.map((group) => [
      group.TargetGroupArn,
      group.Weight,
    ])
    expect(Object.fromEntries(weights ?? [])).toEqual({ [shop.groups.blue]: 0, [shop.groups.green]: 100 })
    expect(await whoAnswers(20)).toEqual({ v2: 20 })
  })
})

describe('the endpoint, as the real SDK sees it', () => {
  it('throws the exceptions of the SDK', async () => {
    await aGroup(4)
    const deploymentId = await start()
    await expect(start()).rejects.toThrow(sdk.DeploymentLimitExceededException)
    await expect(deployment('d-000000000')).rejects.toThrow(sdk.DeploymentDoesNotExistException)
    await expect(cloud.codeDeploy.send(new sdk.ContinueDeploymentCommand({ deploymentId }))).rejects.toThrow(
      sdk.DeploymentIsNotInReadyStateException,
    )
    await expect(
      cloud.codeDeploy.send(new sdk.BatchGetApplicationRevisionsCommand({ ...names, revisions: [] })),
    ).rejects.toThrow('BatchGetApplicationRevisions is not implemented by the local endpoint')
  })

  it('can lose the answer to CreateDeployment, which is found again by its description', async () => {
    await aGroup(60)
    const fault = { service: 'codedeploy', action: 'CreateDeployment', kind: 'lost-answer', count: 1 }
    const body = JSON.stringify({ faults: [fault] })
    expect((await fetch(`${cloud.url}/_local/faults`, { method: 'PUT', body })).status).toBe(200)
    const create = new sdk.CreateDeploymentCommand({ ...names, revision: ecsRevision(), description: 'ours 7' })
    await expect(cloud.codeDeploy.send(create)).rejects.toThrow()
    const active: sdk.DeploymentStatus[] = ['Created', 'Queued', 'InProgress', 'Ready']
    const list = new sdk.ListDeploymentsCommand({ ...names, includeOnlyStatuses: active })
    const { deployments: deploymentIds = [] } = await cloud.codeDeploy.send(list)
    const { deploymentsInfo } = await cloud.codeDeploy.send(new sdk.BatchGetDeploymentsCommand({ deploymentIds }))
    expect(deploymentsInfo?.map(({ description }) => description)).toEqual(['ours 7'])
    await expect(cloud.codeDeploy.send(create)).rejects.toThrow(
      `already has an active Deployment '${deploymentIds[0]}'`,
    )
  })

  it('moves the alias of a Lambda function, and shows instants and fractions', { timeout: 60_000 }, async () => {
    await cloud.codeDeploy.send(new sdk.CreateApplicationCommand({ applicationName: 'pay', computePlatform: 'Lambda' }))
    const group = { applicationName: 'pay', deploymentGroupName: 'live' }
    await cloud.codeDeploy.send(
      new sdk.CreateDeploymentGroupCommand({
        ...{ ...group, serviceRoleArn, deploymentStyle: blueGreen },
        deploymentConfigName: 'CodeDeployDefault.LambdaLinear10PercentEvery1Minute',
      }),
    )
    const input = { ...group, revision: lambdaRevision('1', '2') }
    const { deploymentId = '' } = await cloud.codeDeploy.send(new sdk.CreateDeploymentCommand(input))
    const weight = await until('30 percent', async () => {
      const { startTime } = await deployment(deploymentId)
      if (!startTime) return undefined
      const command = new sdk.GetDeploymentTargetCommand({ deploymentId, targetId: 'pay:live' })
      const { deploymentTarget } = await cloud.codeDeploy.send(command)
      const found = deploymentTarget?.lambdaTarget?.lambdaFunctionInfo?.targetVersionWeight
      return found === 0.3 ? found : undefined
    })
    expect(weight).toBe(0.3)
    await cloud.codeDeploy.send(new sdk.StopDeploymentCommand({ deploymentId, autoRollbackEnabled: true }))
    const { rollbackInfo, createTime } = await status(deploymentId, 'Stopped')
    expect(createTime).toBeInstanceOf(Date)
    await status(rollbackInfo?.rollbackDeploymentId ?? '', 'Succeeded')
    expect(cloud.aliases()).toEqual({ 'pay:live': { version: '1' } })
  })
})
