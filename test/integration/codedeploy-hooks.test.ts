import * as sdk from '@aws-sdk/client-codedeploy'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createHookOf } from '../../functions/hooks/handler.ts'
import type { HookEvent } from '../../local/aws/codedeploy/hook-functions.ts'
import { buildShop, type Shop } from '../../local/demo/shop.ts'
import { createCodeDeployHookStatus } from '../../shared/adapters/codedeploy/hook-status.ts'
import { createLogger } from '../../shared/logger.ts'
import type { Clock } from '../../shared/ports/clock.ts'
import { describeHookStatus } from '../contract/hook-status.ts'
import { ecsRevision, rollBackAlways, serviceRoleArn } from '../support/codedeploy.ts'
import { type CodeDeployCloud, startCodeDeployCloud } from '../support/codedeploy-cloud.ts'
import { until } from '../support/until.ts'

/** As fast as the cloud: its looks are 10 s apart on it, too. */
const speed = 60
const beganAtMs = Date.now()
const clock: Clock = {
  now: () => beganAtMs + (Date.now() - beganAtMs) * speed,
  realNow: Date.now,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / speed)),
}

let cloud: CodeDeployCloud
let shop: Shop
let lines: Record<string, unknown>[]
beforeEach(async () => {
  lines = []
  cloud = await startCodeDeployCloud()
  shop = await buildShop(cloud.elb, 8500)
  await cloud.codeDeploy.send(new sdk.CreateApplicationCommand({ applicationName: 'shop', computePlatform: 'ECS' }))
  vi.stubEnv('AWS_ENDPOINT_URL', cloud.url)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'any')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'thing')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloud.close()
  await shop.close()
})

/** A deployment group of its own, over the shop's target groups, that shifts everything at once. */
async function aGroup(deploymentGroupName: string) {
  const names = { applicationName: 'shop', deploymentGroupName }
  const listenerArn = shop.ruleArn.replace(':listener-rule/', ':listener/').replace(/\/[^/]+$/, '')
  const targetGroups = [{ name: 'shop-blue' }, { name: 'shop-green' }]
  await cloud.codeDeploy.send(
    new sdk.CreateDeploymentGroupCommand({
      ...{ ...names, serviceRoleArn, autoRollbackConfiguration: rollBackAlways },
      deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
      deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
      ecsServices: [{ clusterName: 'main', serviceName: deploymentGroupName }],
      loadBalancerInfo: {
        targetGroupPairInfoList: [{ targetGroups, prodTrafficRoute: { listenerArns: [listenerArn] } }],
      },
      blueGreenDeploymentConfiguration: {
        deploymentReadyOption: { actionOnTimeout: 'CONTINUE_DEPLOYMENT' },
        terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 0 },
      },
    }),
  )
  return names
}

/** Registers the function that ships as `smoke`, with this environment; its own clients find the cloud's endpoint. */
function registerHook(environment: Readonly<Record<string, string>>): void {
  const logger = createLogger((line) => void lines.push(JSON.parse(line)))
  cloud.functions.smoke = createHookOf(
    { AWS_REGION: 'eu-west-1', SLUICE_OUTBOUND_ALLOW: '127.0.0.1', ...environment },
    { clock, logger },
  )
}

async function start(group: string, hooks: Readonly<Record<string, string>>): Promise<string> {
  const input = { ...(await aGroup(group)), revision: ecsRevision(hooks) }
  return (await cloud.codeDeploy.send(new sdk.CreateDeploymentCommand(input))).deploymentId ?? ''
}

/** Deploys, and waits for the end. */
async function deploy(hooks: Readonly<Record<string, string>>) {
  const deploymentId = await start('live', hooks)
  const info = await until(`the end of ${deploymentId}`, async () => {
    const { deploymentInfo } = await cloud.codeDeploy.send(new sdk.GetDeploymentCommand({ deploymentId }))
    return deploymentInfo?.completeTime === undefined ? undefined : deploymentInfo
  })
  const target = new sdk.GetDeploymentTargetCommand({ deploymentId, targetId: 'main:live' })
  const events = (await cloud.codeDeploy.send(target)).deploymentTarget?.ecsTarget?.lifecycleEvents ?? []
  return { info, events: Object.fromEntries(events.map((event) => [event.lifecycleEventName, event.status])) }
}

const probeOf = (port: number, path: string) =>
  JSON.stringify({
    kind: 'probe',
    url: `http://127.0.0.1:${port}${path}`,
    expectBody: { path: '$.version', value: 'v2' },
  })

const whoAnswers = async () => ((await (await fetch(shop.url)).json()) as { version: string }).version

it('lets a deployment go on whose new version answers as it should', { timeout: 60_000 }, async () => {
  registerHook({ SLUICE_HOOK_GATE: probeOf(shop.servers.green.port, '/') })
  const { info, events } = await deploy({ AfterInstall: 'smoke', BeforeAllowTraffic: 'smoke' })
  expect(info.status).toBe('Succeeded')
  expect(events).toMatchObject({
    AfterInstall: 'Succeeded',
    BeforeAllowTraffic: 'Succeeded',
    AllowTraffic: 'Succeeded',
  })
  expect(await whoAnswers()).toBe('v2')
  expect(lines).toMatchObject([
    { event: 'hook-judged', status: 'Succeeded', looks: 2 },
    { event: 'hook-judged', status: 'Succeeded', looks: 2 },
  ])
  expect(cloud.errors).toEqual([])
})

it('stops one before anybody gets a new version that answers badly', { timeout: 60_000 }, async () => {
  shop.servers.green.deploy('v2', 1)
  registerHook({ SLUICE_HOOK_GATE: probeOf(shop.servers.green.port, '/') })
  const { info, events } = await deploy({ BeforeAllowTraffic: 'smoke' })
  expect(info).toMatchObject({ status: 'Failed', errorInformation: { code: 'HOOK_EXECUTION_FAILURE' } })
  expect(events).toMatchObject({ BeforeAllowTraffic: 'Failed', AllowTraffic: 'Skipped' })
  expect(await whoAnswers()).toBe('v1')
  const reason = '3 of 3 bad looks in a row: answered 500, expected 200-299'
  expect(lines).toMatchObject([{ event: 'hook-judged', status: 'Failed', deployment: info.deploymentId, reason }])
})

it('lets one go on whose targets are healthy on both sides', { timeout: 60_000 }, async () => {
  const { blue, green } = shop.groups
  registerHook({ SLUICE_HOOK_GATE: '{"kind":"target-health"}', SLUICE_HOOK_TARGET_GROUPS: `${blue},${green}` })
  const { info } = await deploy({ AfterInstall: 'smoke' })
  expect(info.status).toBe('Succeeded')
  expect(lines).toMatchObject([{ event: 'hook-judged', status: 'Succeeded' }])
})

it('stops one whose replacement is not healthy yet when the time is up', { timeout: 60_000 }, async () => {
  const { blue, green } = shop.groups
  registerHook({
    ...{ SLUICE_HOOK_GATE: '{"kind":"target-health"}', SLUICE_HOOK_TARGET_GROUPS: `${blue},${green}` },
    SLUICE_HOOK_BUDGET_SECONDS: '1',
  })
  // Nothing uses the replacement's group before it is installed, so nobody checks its health.
  const { info } = await deploy({ BeforeInstall: 'smoke' })
  expect(info).toMatchObject({ status: 'Failed', errorInformation: { code: 'HOOK_EXECUTION_FAILURE' } })
  expect(lines.at(-1)).toMatchObject({ reason: expect.stringMatching(/^did not pass within 1 s; last no-data: /) })
})

it('stops one at once whose hook is configured wrongly', { timeout: 60_000 }, async () => {
  registerHook({ SLUICE_HOOK_GATE: '{"kind":"probe"}' })
  const { info } = await deploy({ AfterInstall: 'smoke' })
  expect(info).toMatchObject({ status: 'Failed', errorInformation: { code: 'HOOK_EXECUTION_FAILURE' } })
  expect(lines.map(({ event }) => event)).toEqual(['hook-not-configured', 'hook-judged'])
})

describeHookStatus('at CodeDeploy', async () => {
  let begun = 0
  return {
    hookStatus: createCodeDeployHookStatus(cloud.codeDeploy),
    async begin() {
      const called: HookEvent[] = []
      cloud.functions.waiting = async (event) => void called.push(event as HookEvent)
      const deploymentId = await start(`group-${++begun}`, { BeforeInstall: 'waiting' })
      const event = await until('the hook', () => called.find((each) => each.DeploymentId === deploymentId))
      return { deploymentId, executionId: event.LifecycleEventHookExecutionId }
    },
    async stop(deploymentId) {
      await cloud.codeDeploy.send(new sdk.StopDeploymentCommand({ deploymentId }))
      await until('the stop', async () => {
        const { deploymentInfo } = await cloud.codeDeploy.send(new sdk.GetDeploymentCommand({ deploymentId }))
        return deploymentInfo?.status === 'Stopped' || undefined
      })
    },
  }
})
