import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../../../local/clock.ts'
import { createMemoryCloud } from '../../../../shared/adapters/memory/cloud.ts'
import { createMemoryCodeDeploy } from '../../../../shared/adapters/memory/codedeploy.ts'
import { createFaults } from '../../../../shared/adapters/memory/faults.ts'
import { createMemoryRouting } from '../../../../shared/adapters/memory/routing.ts'
import type { AliasTarget } from '../../../../shared/domain/route-facts.ts'
import type { CodeDeployRoute } from '../../../../shared/domain/service.ts'
import type { DriverWish } from '../../../../shared/ports/deployment-driver.ts'
import { describeDeploymentDriver, type GroupWaits } from '../../../contract/deployment-driver.ts'
import { albArns } from '../../../support/alb.ts'
import { anAlbRoute } from '../../../support/builders.ts'
import { aDrivenRoute, anAppSpec } from '../../../support/driven-stack.ts'

const { rule, blue, green } = albArns

function aCloud({ readyMinutes, terminationMinutes }: GroupWaits = { readyMinutes: null, terminationMinutes: 0 }) {
  const clock = createManualClock()
  const cloud = createMemoryCloud(clock)
  for (const arn of [blue, green]) cloud.setGroup(arn)
  cloud.routing.set(rule, { weights: { [blue]: 1 } })
  const route: CodeDeployRoute = aDrivenRoute()
  cloud.codedeploy.setGroup(route, {
    ...{ platform: 'ECS', moves: anAlbRoute() },
    ...{ readyWaitMinutes: readyMinutes, terminationWaitMinutes: terminationMinutes },
  })
  const share = () => {
    const { [blue]: stays = 0, [green]: comes = 0 } = cloud.weightsOf(rule)
    return (100 * comes) / (stays + comes)
  }
  return { clock, cloud, route, share }
}

describeDeploymentDriver('the memory CodeDeploy', async (waits) => {
  const { clock, cloud, route, share } = aCloud(waits)
  return {
    ...{ driverFor: cloud.driverFor, route, missing: { ...route, deploymentGroupName: 'gone' } },
    revision: anAppSpec,
    now: clock.now,
    pass: (minutes) => clock.advance(minutes * 60_000),
    greenShare: async () => share(),
  }
})

const aWish = (settings: Partial<DriverWish> = {}): DriverWish => ({
  ...{ tag: 'sluice dep_1', revision: anAppSpec(2), platform: 'ECS' },
  strategy: { type: 'canary', percent: 10, intervalSeconds: 300, bakeSeconds: 0 },
  ...settings,
})
const minute = 60_000

describe('the memory CodeDeploy', () => {
  it('moves traffic for whoever looks, and none of it counts as ours', async () => {
    const { clock, cloud, route } = aCloud()
    await cloud.driverFor(route).create(aWish())
    await clock.advance(2 * minute)
    expect((await cloud.routerFor(anAlbRoute()).read()).weights).toEqual({ blue: 90, green: 10 })
    await clock.advance(10 * minute)
    expect(cloud.weightsOf(rule)).toEqual({ [blue]: 0, [green]: 100 })
    expect(cloud.routing.writes).toEqual([])
  })

  it('leaves a foreign change between two shifts, and keeps stickiness', async () => {
    const { clock, cloud, route } = aCloud()
    cloud.routing.set(rule, { weights: { [blue]: 1 }, stickySeconds: 60 })
    const id = await cloud.driverFor(route).create(aWish())
    await clock.advance(2 * minute)
    expect(cloud.weightsOf(rule)).toEqual({ [blue]: 90, [green]: 10 })
    cloud.routing.set(rule, { weights: { [blue]: 50, [green]: 50 }, stickySeconds: 60 })
    await clock.advance(minute)
    expect(cloud.weightsOf(rule)).toEqual({ [blue]: 50, [green]: 50 })
    await cloud.driverFor(route).stop(id)
    await clock.advance(minute)
    expect(cloud.weightsOf(rule)).toEqual({ [green]: 0, [blue]: 100 })
    expect(cloud.routing.actions(rule)).toMatchObject([
      { ForwardConfig: { TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 } } },
    ])
  })

  it('brings the next one to blue', async () => {
    const { clock, cloud, route, share } = aCloud()
    for (const expected of [100, 0, 100]) {
      await cloud.driverFor(route).create(aWish())
      await clock.advance(10 * minute)
      expect(share()).toBe(expected)
    }
  })

  it.each([
    ['with', { enabled: true, events: ['DEPLOYMENT_FAILURE'] }, 0],
    ['without', { enabled: false, events: ['DEPLOYMENT_FAILURE'] }, 100],
  ] as const)('fails at an event when told to, %s a rollback as the group says', async (_, autoRollback, left) => {
    const { clock, cloud, route, share } = aCloud()
    cloud.codedeploy.setGroup(route, { platform: 'ECS', moves: anAlbRoute(), autoRollback })
    const error = { code: 'HOOK_EXECUTION_FAILURE', message: 'the hook said no' }
    cloud.codedeploy.failAt(route, { event: 'AfterAllowTraffic', error })
    const id = await cloud.driverFor(route).create(aWish())
    await clock.advance(10 * minute)
    const { status, error: told, events } = await cloud.driverFor(route).read(id)
    expect([status, told]).toEqual(['failed', error])
    expect(events.at(-1)).toEqual({ name: 'AfterAllowTraffic', status: 'failed', problem: error.message })
    expect(share()).toBe(left)
    expect(cloud.codedeploy.deployments().map(({ creator }) => creator)).toEqual(
      left === 0 ? ['user', 'codeDeployRollback'] : ['user'],
    )
  })

  it('fails where the load balancer is gone when it begins, or on the way', async () => {
    const { clock, cloud, route } = aCloud()
    cloud.routing.remove(rule)
    const id = await cloud.driverFor(route).create(aWish())
    await clock.advance(minute)
    const invalid = { status: 'failed', error: { code: 'ELASTIC_LOAD_BALANCING_INVALID' }, rollbackId: null }
    expect(await cloud.driverFor(route).read(id)).toMatchObject(invalid)
    cloud.routing.set(rule, { weights: { [blue]: 1 } })
    const next = await cloud.driverFor(route).create(aWish())
    await clock.advance(2 * minute)
    await cloud.driverFor(route).read(next)
    cloud.routing.remove(rule)
    await clock.advance(5 * minute)
    expect(await cloud.driverFor(route).read(next)).toMatchObject(invalid)
  })

  it('loses an answer and shows all that was created', async () => {
    const { cloud, route } = aCloud()
    const lost = new Error('lost')
    cloud.inject({
      after(call) {
        if (call.action === 'driver.create' && call.subject === 'codedeploy:web/live') throw lost
      },
    })
    await expect(cloud.driverFor(route).create(aWish())).rejects.toThrow(lost)
    cloud.inject({})
    const [deployment] = cloud.codedeploy.deployments()
    expect(deployment).toMatchObject({ description: 'sluice dep_1', status: 'created' })
    expect(await cloud.driverFor(route).find('sluice dep_1', 0)).toBe(deployment?.deploymentId)
  })

  it('tells of the group, of what runs in it whoever started it, and of what it moves', async () => {
    const { clock, cloud, route } = aCloud({ readyMinutes: 30, terminationMinutes: 60 })
    const deploymentId = cloud.codedeploy.start(route, aWish({ tag: 'by hand' }))
    const createdAt = new Date(clock.now()).toISOString()
    expect(await cloud.inspector.inspect(route)).toEqual({
      kind: 'codedeploy',
      state: await cloud.routerFor(anAlbRoute()).read(),
      groups: {
        blue: expect.objectContaining({ arn: blue, sharedWith: [] }),
        green: expect.objectContaining({ arn: green, sharedWith: [] }),
      },
      group: {
        ...{ platform: 'ECS', deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce', moves: anAlbRoute() },
        ...{ testListenerArn: null, alarms: { enabled: false, names: [] } },
        ...{ autoRollback: { enabled: false, events: [] }, readyWaitMinutes: 30, terminationWaitMinutes: 60 },
        running: [{ deploymentId, description: 'by hand', creator: 'user', createdAt }],
      },
      notLookedAt: [],
    })
    cloud.codedeploy.setGroup(route, null)
    expect(await cloud.inspector.inspect(route)).toMatchObject({ group: null, state: null })
  })

  it('deploys to servers, without weights until they have the revision', async () => {
    const { clock, cloud, route } = aCloud()
    cloud.codedeploy.setGroup(route, { platform: 'Server' })
    const revision = { type: 'github', repository: 'acme/web', commitId: 'a' } as const
    const id = await cloud.driverFor(route).create(aWish({ platform: 'Server', strategy: null, revision }))
    expect(await cloud.driverFor(route).read(id)).toMatchObject({ weight: null, events: [] })
    await clock.advance(5000)
    expect(await cloud.driverFor(route).read(id)).toMatchObject({ weight: 0, status: 'in-progress' })
    await clock.advance(minute)
    expect(await cloud.driverFor(route).read(id)).toMatchObject({ weight: 100, status: 'succeeded' })
  })

  it('is where it would be, however often somebody looked on the way', () => {
    const looks = fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 30 })
    const commands = fc.record({ stopAfter: fc.option(fc.nat(30)), continueAfter: fc.option(fc.nat(30)), looks })
    return fc.assert(
      fc.asyncProperty(commands, async ({ stopAfter, continueAfter, looks }) => {
        const ends = await Promise.all(
          [true, false].map(async (isWatched) => {
            const { clock, cloud, route, share } = aCloud({ readyMinutes: 10, terminationMinutes: 3 })
            const driver = cloud.driverFor(route)
            const id = await driver.create(aWish())
            for (const [at, seconds] of looks.entries()) {
              if (at === continueAfter) await driver.continue(id, 'ready')
              if (at === stopAfter) await driver.stop(id)
              await clock.advance(seconds * 1000)
              if (isWatched) cloud.codedeploy.settle()
            }
            return { share: share(), deployments: cloud.codedeploy.deployments() }
          }),
        )
        expect(ends[1]).toEqual(ends[0])
      }),
      { numRuns: 50 },
    )
  })
})

describe('the memory CodeDeploy with functions', () => {
  const properties = { Name: 'pay', Alias: 'live', CurrentVersion: '1', TargetVersion: '2' }
  const appSpec = { version: 0, Resources: [{ pay: { Type: 'AWS::Lambda::Function', Properties: properties } }] }
  const lambdaWish = aWish({ platform: 'Lambda', revision: { type: 'app-spec', appSpec } })

  function aLambdaGroup(target: AliasTarget | null) {
    const clock = createManualClock()
    const aliases = new Map<string, AliasTarget>(target ? [['pay:live', target]] : [])
    const nothing = () => {
      throw new Error('nobody asks for a router here')
    }
    const codedeploy = createMemoryCodeDeploy({
      ...{ clock, run: createFaults().run, routing: createMemoryRouting(() => true), inspectGroup: async () => null },
      functions: {
        ...{ routerFor: nothing, inspector: { inspect: nothing } },
        aliasOf: (name: string, alias: string) => aliases.get(`${name}:${alias}`) ?? null,
        setAlias: (name: string, alias: string, to: AliasTarget) => void aliases.set(`${name}:${alias}`, to),
      } as unknown as Parameters<typeof createMemoryCodeDeploy>[0]['functions'],
    })
    const route = aDrivenRoute()
    codedeploy.setGroup(route, { platform: 'Lambda' })
    return { clock, codedeploy, driver: codedeploy.driverFor(route), alias: () => aliases.get('pay:live') }
  }
  const whole = (version: string): AliasTarget => ({ version, additional: null })

  it('moves an alias, and takes it back whole', async () => {
    const { clock, driver, alias } = aLambdaGroup(whole('1'))
    const id = await driver.create(lambdaWish)
    await clock.advance(2 * minute)
    expect(await driver.read(id)).toMatchObject({ weight: 10, status: 'in-progress' })
    expect(alias()).toEqual({ version: '1', additional: { version: '2', weight: 0.1 } })
    await driver.stop(id)
    await clock.advance(minute)
    const { rollbackId } = await driver.read(id)
    expect(await driver.read(rollbackId ?? '')).toMatchObject({ status: 'succeeded', weight: 100 })
    expect(alias()).toEqual(whole('1'))
  })

  it('moves it to the end', async () => {
    const { clock, driver, alias } = aLambdaGroup(whole('1'))
    const id = await driver.create(lambdaWish)
    await clock.advance(10 * minute)
    expect(await driver.read(id)).toMatchObject({ weight: 100, status: 'succeeded' })
    expect(alias()).toEqual(whole('2'))
  })

  it.each([
    ['is divided', { version: '1', additional: { version: '2', weight: 0.1 } }, 'INVALID_LAMBDA_CONFIGURATION'],
    ['points elsewhere', whole('3'), 'INVALID_LAMBDA_CONFIGURATION'],
    ['is not there', null, 'INVALID_LAMBDA_FUNCTION'],
  ] as const)('fails at once where the alias %s', async (_, target, code) => {
    const { clock, driver, alias } = aLambdaGroup(target)
    const id = await driver.create(lambdaWish)
    await clock.advance(minute)
    expect(await driver.read(id)).toMatchObject({ status: 'failed', error: { code } })
    expect(alias() ?? null).toEqual(target)
  })
})
