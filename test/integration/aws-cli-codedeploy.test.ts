import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildShop, type Shop } from '../../local/demo/shop.ts'
import type { LocalRun } from '../../local/start.ts'
import { ecsRevision, serviceRoleArn } from '../support/codedeploy.ts'
import { startQuietly } from '../support/local-mode.ts'
import { until } from '../support/until.ts'

/** The CLI of Debian's package: version 2, as most people have it. */
const aws = '/usr/bin/aws'
const isThere = existsSync(aws)
if (!isThere) console.warn(`${aws} is absent (apt-get install awscli): the tests with the real AWS CLI do not run`)

const run = promisify(execFile)
const credentials = { accessKeyId: 'any', secretAccessKey: 'thing' }

describe.skipIf(!isThere)('CodeDeploy, by the real AWS CLI', () => {
  let local: LocalRun
  let shop: Shop

  beforeAll(async () => {
    local = await startQuietly()
    const elb = new ElasticLoadBalancingV2Client({ endpoint: local.awsUrl, region: 'eu-west-1', credentials })
    shop = await buildShop(elb, 8400)
    elb.destroy()
  })
  afterAll(async () => {
    await local.close()
    await shop.close()
  })

  /** `aws deploy …`, its output read. */
  async function deploy(...args: readonly string[]): Promise<Record<string, Record<string, unknown>>> {
    const env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_DEFAULT_REGION: 'eu-west-1',
    }
    const { stdout } = await run(aws, ['--endpoint-url', local.awsUrl, '--output', 'json', 'deploy', ...args], { env })
    return stdout.trim() === '' ? {} : JSON.parse(stdout)
  }

  const group = ['--application-name', 'shop', '--deployment-group-name', 'live']

  it('creates, watches, stops and rolls back a canary', { timeout: 120_000 }, async () => {
    const listener = shop.ruleArn.replace(':listener-rule/', ':listener/').replace(/\/[^/]+$/, '')
    await deploy('create-application', '--application-name', 'shop', '--compute-platform', 'ECS')
    await deploy(
      ...['create-deployment-config', '--deployment-config-name', 'canary-25-1d', '--compute-platform', 'ECS'],
      '--traffic-routing-config',
      'type=TimeBasedCanary,timeBasedCanary={canaryPercentage=25,canaryInterval=1440}',
    )
    await deploy(
      ...['create-deployment-group', ...group, '--service-role-arn', serviceRoleArn],
      ...['--deployment-config-name', 'canary-25-1d', '--ecs-services', 'serviceName=shop,clusterName=main'],
      ...['--deployment-style', 'deploymentType=BLUE_GREEN,deploymentOption=WITH_TRAFFIC_CONTROL'],
      '--load-balancer-info',
      `targetGroupPairInfoList=[{targetGroups=[{name=shop-blue},{name=shop-green}],prodTrafficRoute={listenerArns=[${listener}]}}]`,
      '--blue-green-deployment-configuration',
      'terminateBlueInstancesOnDeploymentSuccess={action=TERMINATE},deploymentReadyOption={actionOnTimeout=CONTINUE_DEPLOYMENT}',
    )
    const created = await deploy('create-deployment', ...group, '--revision', JSON.stringify(ecsRevision()))
    const id = String(created.deploymentId)
    const shown = async (deploymentId: string) =>
      (await deploy('get-deployment', '--deployment-id', deploymentId)).deploymentInfo ?? {}

    const weights = await until('25 percent', async () => {
      if ((await shown(id)).status !== 'InProgress') return undefined
      const target = ['get-deployment-target', '--deployment-id', id, '--target-id', 'main:shop']
      const { deploymentTarget } = await deploy(...target)
      const { taskSetsInfo } = (deploymentTarget?.ecsTarget ?? {}) as { taskSetsInfo?: { trafficWeight: number }[] }
      const found = taskSetsInfo?.map(({ trafficWeight }) => trafficWeight)
      return found?.[1] === 25 ? found : undefined
    })
    expect(weights).toEqual([75, 25])

    const stopped = await deploy('stop-deployment', '--deployment-id', id, '--auto-rollback-enabled')
    expect(stopped.status).toBe('Pending')
    const { rollbackInfo } = await until('the stop', async () => {
      const found = await shown(id)
      return found.status === 'Stopped' ? found : undefined
    })
    const rollbackId = String(Object(rollbackInfo).rollbackDeploymentId)
    // The CLI's own waiter polls every 15 real seconds; the rollback is over long before its second look.
    await deploy('wait', 'deployment-successful', '--deployment-id', rollbackId)
    expect(await shown(rollbackId)).toMatchObject({ status: 'Succeeded', creator: 'codeDeployRollback' })
    expect(await deploy('list-deployments', ...group, '--include-only-statuses', 'Stopped')).toEqual({
      deployments: [id],
    })
    expect(await deploy('list-deployments', ...group)).toEqual({ deployments: [rollbackId, id] })
    const answer = await fetch(shop.url)
    expect(await answer.json()).toEqual({ version: 'v1' })
  })

  it('prints errors as AWS does', async () => {
    await expect(deploy('get-deployment', '--deployment-id', 'd-000000000')).rejects.toThrow(
      /An error occurred \(DeploymentDoesNotExistException\) when calling the GetDeployment operation: The deployment d-000000000 could not be found/,
    )
  })
})
