import { CreateRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { describe, expect, it } from 'vitest'
import { createPairFinder } from '../../shared/adapters/alb/pair-route.ts'
import { createAlbRouteInspector } from '../../shared/adapters/alb/route-inspector.ts'
import { createAlbTrafficRouter } from '../../shared/adapters/alb/traffic-router.ts'
import { createCodeDeployDriver } from '../../shared/adapters/codedeploy/deployment-driver.ts'
import { createCodeDeployRouteInspector } from '../../shared/adapters/codedeploy/group-inspector.ts'
import { TransientError } from '../../shared/domain/errors.ts'
import { describeDeploymentDriver } from '../contract/deployment-driver.ts'
import { lambdaRevision, serviceRoleArn } from '../support/codedeploy.ts'
import { aDrivenRoute, anAppSpec, startDrivenStack } from '../support/driven-stack.ts'

describeDeploymentDriver('CodeDeploy', async (waits) => {
  const { rig, clients, greenShare } = await startDrivenStack(waits)
  return {
    driverFor: (route) => createCodeDeployDriver(clients, route),
    route: aDrivenRoute(),
    missing: aDrivenRoute({ deploymentGroupName: 'gone' }),
    revision: anAppSpec,
    now: rig.clock.now,
    pass: (minutes) => rig.clock.advance(minutes * 60_000),
    greenShare,
  }
})

const minute = 60_000
type Stack = Awaited<ReturnType<typeof startDrivenStack>>

function inspectorOn({ clients, elb }: Stack) {
  const albClients = { reader: elb, writer: elb }
  return createCodeDeployRouteInspector({
    ...{ region: 'eu-west-1', clients },
    behind: {
      findPair: createPairFinder(() => albClients),
      routerFor: (route) => createAlbTrafficRouter(albClients, route),
      inspectGroup: createAlbRouteInspector(() => albClients).inspectGroup,
    },
  })
}

describe('the inspector on CodeDeploy and its load balancer', () => {
  it('finds the listener that a group shifts, its state and its target groups', async () => {
    const world = await startDrivenStack({ readyMinutes: 30, terminationMinutes: 60 })
    const { blue, green, production, test } = world.stack
    const driver = createCodeDeployDriver(world.clients, aDrivenRoute())
    const deploymentId = await driver.create({
      ...{ tag: 'sluice dep_1', revision: anAppSpec(2), strategy: null, platform: 'ECS' },
    })
    await world.rig.clock.advance(minute)
    const facts = await inspectorOn(world).inspect(aDrivenRoute())
    expect(facts).toMatchObject({
      state: { weights: { blue: 100, green: 0 } },
      groups: { blue: { arn: blue, sharedWith: [] }, green: { arn: green } },
      group: {
        ...{ platform: 'ECS', moves: { kind: 'alb', listenerArn: production, blue, green, wave: 1 } },
        ...{ testListenerArn: test, readyWaitMinutes: 30, terminationWaitMinutes: 60 },
        running: [{ deploymentId, description: 'sluice dep_1', creator: 'user' }],
      },
      notLookedAt: [],
    })
  })

  it('finds the rule where the listener itself forwards elsewhere', async () => {
    const world = await startDrivenStack()
    const { stack, elb, rig } = world
    const groups = [{ TargetGroupArn: stack.blue, Weight: 1 }]
    const { Rules } = await elb.send(
      new CreateRuleCommand({
        ...{ ListenerArn: stack.production, Priority: 5 },
        Conditions: [{ Field: 'path-pattern', Values: ['/*'] }],
        Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: groups } }],
      }),
    )
    const fixed = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } } as const
    await rig.elb('ModifyListener', { ListenerArn: stack.production, DefaultActions: [fixed] })
    const { group, state } = await inspectorOn(world).inspect(aDrivenRoute())
    expect(group?.moves).toMatchObject({ ruleArn: Rules?.[0]?.RuleArn, blue: stack.blue })
    expect(state?.weights).toEqual({ blue: 100, green: null })
  })

  it('says that there is no such group', async () => {
    const world = await startDrivenStack()
    const gone = aDrivenRoute({ deploymentGroupName: 'gone' })
    expect(await inspectorOn(world).inspect(gone)).toMatchObject({ group: null, notLookedAt: [] })
  })
})

describe('the driver on CodeDeploy', () => {
  it('finds the deployment whose answer was lost, and makes no second one', async () => {
    const { clients, rig, server } = await startDrivenStack()
    const driver = createCodeDeployDriver(clients, aDrivenRoute())
    const fault = { service: 'codedeploy', action: 'CreateDeployment', kind: 'lost-answer', count: 1 }
    await fetch(`${server.url}/_local/faults`, { method: 'PUT', body: JSON.stringify({ faults: [fault] }) })
    const wish = { tag: 'sluice dep_1', revision: anAppSpec(2), strategy: null, platform: 'ECS' } as const
    const since = rig.clock.now()
    const creation = driver.create(wish)
    await expect(creation).rejects.toThrow(TransientError)
    await expect(creation).rejects.toMatchObject({ refused: false })
    const id = await driver.find('sluice dep_1', since)
    const { deployments } = await rig.call('ListDeployments', {})
    expect(deployments).toEqual([id])
  })

  it('brings an alias to a version, and takes it back whole', async () => {
    const { clients, rig } = await startDrivenStack()
    const group = { applicationName: 'pay', deploymentGroupName: 'live' }
    await rig.call('CreateApplication', { applicationName: 'pay', computePlatform: 'Lambda' })
    await rig.call('CreateDeploymentGroup', {
      ...{ ...group, serviceRoleArn },
      deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
    })
    const driver = createCodeDeployDriver(clients, aDrivenRoute(group))
    const { content } = lambdaRevision('1', '2').appSpecContent
    const id = await driver.create({
      ...{ tag: 'sluice dep_1', platform: 'Lambda', revision: { type: 'app-spec', appSpec: JSON.parse(content) } },
      strategy: { type: 'linear', percent: 10, intervalSeconds: 60, bakeSeconds: 0 },
    })
    await rig.clock.advance(2.5 * minute)
    expect(await driver.read(id)).toMatchObject({ status: 'in-progress', weight: 30 })
    await driver.stop(id)
    await rig.clock.advance(minute)
    const { status, rollbackId } = await driver.read(id)
    expect(status).toBe('stopped')
    expect(await driver.read(rollbackId ?? '')).toMatchObject({ status: 'succeeded', weight: 100 })
    expect(rig.aliases()).toEqual({ 'pay:live': { version: '1' } })
  })

  it('counts the servers that have the revision', async () => {
    const { clients, rig } = await startDrivenStack()
    const group = { applicationName: 'shop', deploymentGroupName: 'live' }
    await rig.call('CreateApplication', { applicationName: 'shop', computePlatform: 'Server' })
    for (const instanceName of ['one', 'two']) {
      await rig.call('RegisterOnPremisesInstance', {
        instanceName,
        iamUserArn: `arn:aws:iam::000000000000:user/${instanceName}`,
      })
      await rig.call('AddTagsToOnPremisesInstances', {
        instanceNames: [instanceName],
        tags: [{ Key: 'app', Value: 'shop' }],
      })
    }
    const onPremisesInstanceTagFilters = [{ Key: 'app', Value: 'shop', Type: 'KEY_AND_VALUE' as const }]
    await rig.call('CreateDeploymentGroup', { ...group, serviceRoleArn, onPremisesInstanceTagFilters })
    const driver = createCodeDeployDriver(clients, aDrivenRoute(group))
    const revision = { type: 's3', bucket: 'shop', key: 'v7.zip', bundleType: 'zip' } as const
    const id = await driver.create({ tag: 'sluice dep_1', platform: 'Server', revision, strategy: null })
    expect(await driver.read(id)).toMatchObject({ weight: null, events: [] })
    const seen = new Set<number | null>()
    for (let look = 0; look < 60; look++) {
      await rig.clock.advance(5000)
      seen.add((await driver.read(id)).weight)
    }
    expect([...seen]).toEqual([0, 50, 100])
    expect(await driver.read(id)).toMatchObject({ status: 'succeeded' })
  })
})
