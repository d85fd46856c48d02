import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import {
  CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentConfigCommand,
  CreateDeploymentGroupCommand,
  GetDeploymentCommand,
  StopDeploymentCommand,
} from '@aws-sdk/client-codedeploy'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  GetAliasCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { LocalRun } from '../../local/start.ts'
import { lambdaRevision, serviceRoleArn } from '../support/codedeploy.ts'
import { type BackEnd, freePort, startBackEnd } from '../support/data-plane.ts'
import { aFunction } from '../support/lambda-endpoint.ts'
import { startQuietly } from '../support/local-mode.ts'
import { until } from '../support/until.ts'

/** Requests of one look at the split. At 10 % 40 are due; six standard deviations are 36. */
const requests = 400

function settingsOf({ awsUrl }: LocalRun) {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'thing' }
  return { endpoint: awsUrl, region: 'eu-west-1', credentials }
}

/** @returns Where a load balancer listens for the function. */
async function listenFor(elb: ElasticLoadBalancingV2Client, functionArn: string): Promise<string> {
  const created = await elb.send(new CreateTargetGroupCommand({ Name: 'pay', TargetType: 'lambda' }))
  const TargetGroupArn = created.TargetGroups?.[0]?.TargetGroupArn ?? ''
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: functionArn }] }))
  const { LoadBalancers } = await elb.send(new CreateLoadBalancerCommand({ Name: 'pay', Subnets: ['a', 'b'] }))
  const balancer = LoadBalancers?.[0]
  const Port = await freePort()
  await elb.send(
    new CreateListenerCommand({
      ...{ LoadBalancerArn: balancer?.LoadBalancerArn, Protocol: 'HTTP', Port },
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    }),
  )
  const health = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))
  expect(health.TargetHealthDescriptions?.map(({ TargetHealth }) => TargetHealth?.State)).toEqual(['unavailable'])
  return `http://${balancer?.AvailabilityZones?.[0]?.LoadBalancerAddresses?.[0]?.IpAddress}:${Port}/`
}

describe('an alias behind a local load balancer', () => {
  let local: LocalRun
  let url: string
  let lambda: LambdaClient
  let codeDeploy: CodeDeployClient
  let elb: ElasticLoadBalancingV2Client
  let cloudWatch: CloudWatchClient
  let versions: BackEnd[]
  /** Requests sent so far, and how many of them version 2 answered. */
  const sent = { all: 0, second: 0 }
  const alias = { FunctionName: 'pay', Name: 'live' }

  beforeAll(async () => {
    local = await startQuietly()
    const settings = settingsOf(local)
    lambda = new LambdaClient(settings)
    codeDeploy = new CodeDeployClient(settings)
    elb = new ElasticLoadBalancingV2Client(settings)
    cloudWatch = new CloudWatchClient(settings)
    versions = [await startBackEnd('1'), await startBackEnd('2', (_, response) => response.writeHead(500).end('2'))]
    await lambda.send(new CreateFunctionCommand(aFunction('pay')))
    for (const { port } of versions) {
      const Environment = { Variables: { SLUICE_LOCAL_URL: `http://127.0.0.1:${port}` } }
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'pay', Environment }))
      await lambda.send(new PublishVersionCommand({ FunctionName: 'pay' }))
    }
    const { AliasArn } = await lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: '1' }))
    url = await listenFor(elb, AliasArn ?? '')
  })
  afterAll(async () => {
    for (const client of [lambda, codeDeploy, elb, cloudWatch]) client.destroy()
    await local.close()
    for (const version of versions) await version.stop()
  })
  beforeEach(async () => {
    await setSplit('1', {})
  })

  const setSplit = (FunctionVersion: string, AdditionalVersionWeights: Record<string, number>) =>
    lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion, RoutingConfig: { AdditionalVersionWeights } }))

  /** How many of the requests version 2 answered. */
  async function countSecond(): Promise<number> {
    let second = 0
    for (let round = 0; round < requests / 20; round++) {
      const answers = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(url)).text()))
      second += answers.filter((text) => text === '2').length
    }
    sent.all += requests
    sent.second += second
    return second
  }

  const shown = async () => {
    const { FunctionVersion, RoutingConfig } = await lambda.send(new GetAliasCommand(alias))
    return { FunctionVersion, weights: RoutingConfig?.AdditionalVersionWeights }
  }

  it('gets its requests by its weights, all of them once it is promoted', async () => {
    expect(await countSecond()).toBe(0)
    await setSplit('1', { 2: 0.1 })
    const canary = await countSecond()
    expect(canary).toBeGreaterThanOrEqual(5)
    expect(canary).toBeLessThanOrEqual(85)
    await setSplit('2', {})
    expect(await countSecond()).toBe(requests)
  })

  it('has metrics of each version, with a number of errors beside every number of invocations', async () => {
    await setSplit('1', { 2: 0.5 })
    await countSecond()
    const dimensions = (ExecutedVersion: string) =>
      Object.entries({ FunctionName: 'pay', Resource: 'pay:live', ExecutedVersion }).map(([Name, Value]) => ({
        Name,
        Value,
      }))
    const query = (version: string, MetricName: string, Stat: string, Id: string) => ({
      Id: `${Id}${version}`,
      MetricStat: {
        Metric: { Namespace: 'AWS/Lambda', MetricName, Dimensions: dimensions(version) },
        Period: 60,
        Stat,
      },
    })
    const totals = await until('the metrics', async () => {
      const { MetricDataResults = [] } = await cloudWatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(local.clock.now() - 3_600_000),
          EndTime: new Date(local.clock.now()),
          MetricDataQueries: [
            ...['1', '2'].flatMap((version) => [
              query(version, 'Invocations', 'Sum', 'invocations'),
              query(version, 'Errors', 'Sum', 'errors'),
              query(version, 'Errors', 'SampleCount', 'judged'),
              query(version, 'Duration', 'SampleCount', 'timed'),
            ]),
            query('1', 'Duration', 'p99', 'slow'),
          ],
        }),
      )
      const sum = (id: string) =>
        MetricDataResults.find(({ Id }) => Id === id)?.Values?.reduce((total, value) => total + value, 0) ?? 0
      if (sum('invocations1') + sum('invocations2') < sent.all) return undefined
      return Object.fromEntries(MetricDataResults.map(({ Id = '' }) => [Id, sum(Id)]))
    })
    const { slow1, ...counted } = totals
    expect(slow1).toBeGreaterThan(0)
    const first = sent.all - sent.second
    expect(counted).toEqual({
      ...{ invocations1: first, errors1: 0, judged1: first, timed1: first },
      ...{ invocations2: sent.second, errors2: sent.second, judged2: sent.second, timed2: sent.second },
    })
  })

  it('is split by a CodeDeploy canary, and whole again after its rollback', async () => {
    const names = { applicationName: 'pay', deploymentGroupName: 'live' }
    await codeDeploy.send(new CreateApplicationCommand({ applicationName: 'pay', computePlatform: 'Lambda' }))
    await codeDeploy.send(
      new CreateDeploymentConfigCommand({
        ...{ deploymentConfigName: 'canary-25-1d', computePlatform: 'Lambda' },
        trafficRoutingConfig: {
          type: 'TimeBasedCanary',
          timeBasedCanary: { canaryPercentage: 25, canaryInterval: 1440 },
        },
      }),
    )
    await codeDeploy.send(
      new CreateDeploymentGroupCommand({
        ...{ ...names, serviceRoleArn, deploymentConfigName: 'canary-25-1d' },
        deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
      }),
    )
    const revision = lambdaRevision('1', '2')
    const { deploymentId } = await codeDeploy.send(new CreateDeploymentCommand({ ...names, revision }))
    await until('the split', async () => ((await shown()).weights ? true : undefined))
    expect(await shown()).toEqual({ FunctionVersion: '1', weights: { 2: 0.25 } })
    const canary = await countSecond()
    // 100 are due; six standard deviations are 52.
    expect(canary).toBeGreaterThanOrEqual(48)
    expect(canary).toBeLessThanOrEqual(152)

    await codeDeploy.send(new StopDeploymentCommand({ deploymentId, autoRollbackEnabled: true }))
    await until('the rollback', async () => {
      const stopped = await codeDeploy.send(new GetDeploymentCommand({ deploymentId }))
      const rollbackId = stopped.deploymentInfo?.rollbackInfo?.rollbackDeploymentId
      if (rollbackId === undefined) return undefined
      const { deploymentInfo } = await codeDeploy.send(new GetDeploymentCommand({ deploymentId: rollbackId }))
      return deploymentInfo?.status === 'Succeeded' ? true : undefined
    })
    expect(await shown()).toEqual({ FunctionVersion: '1', weights: undefined })
    expect(await countSecond()).toBe(0)
  })
})

describe('after a restart', () => {
  it('an alias and its target group are what they were', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sluice-alias-'))
    const version = await startBackEnd('1')
    try {
      const before = await startQuietly({ dataDir })
      const lambda = new LambdaClient(settingsOf(before))
      const elb = new ElasticLoadBalancingV2Client(settingsOf(before))
      const url = `http://127.0.0.1:${version.port}`
      await lambda.send(new CreateFunctionCommand({ ...aFunction('pay', url), Publish: true }))
      const alias = { FunctionName: 'pay', Name: 'live', FunctionVersion: '1' }
      const { AliasArn, RevisionId } = await lambda.send(new CreateAliasCommand(alias))
      const listener = await listenFor(elb, AliasArn ?? '')
      expect(await (await fetch(listener)).text()).toBe('1')
      await before.close()

      const after = await startQuietly({ dataDir })
      const again = new LambdaClient(settingsOf(after))
      expect(await (await fetch(listener)).text()).toBe('1')
      expect(await again.send(new GetAliasCommand(alias))).toMatchObject({ AliasArn, RevisionId })
      await after.close()
      for (const client of [lambda, elb, again]) client.destroy()
    } finally {
      await version.stop()
      await rm(dataDir, { recursive: true, force: true })
    }
  })
})
