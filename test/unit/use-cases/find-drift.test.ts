import { beforeEach, describe, expect, it } from 'vitest'
import { createRoute53TrafficRouter } from '../../../shared/adapters/route53/traffic-router.ts'
import type { Deps } from '../../../shared/deps.ts'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { UpstreamError } from '../../../shared/domain/errors.ts'
import {
  type AlbRoute,
  type CodeDeployRoute,
  type LambdaAliasRoute,
  type Route,
  type Route53Route,
  resourceOf,
} from '../../../shared/domain/service.ts'
import type { DirectRouter, QueuedRouter, RouterFor, TrafficRouter } from '../../../shared/ports/traffic-router.ts'
import { findDrift } from '../../../shared/use-cases/find-drift.ts'
import { aDeployment } from '../../support/builders.ts'
import { appPair, aRoute53Route } from '../../support/record-sets.ts'
import { createZoneWorld, type ZoneWorld } from '../../support/zone-world.ts'

const route = aRoute53Route()
const resource = resourceOf(route)

let world: ZoneWorld
let deployment: Deployment
let deps: Pick<Deps, 'leases' | 'routerFor' | 'clock'>

beforeEach(async () => {
  world = createZoneWorld()
  const { hostedZones, requestBudget: budget, clock, leases } = world.deps
  const router = createRoute53TrafficRouter(hostedZones, { budget, clock }, route)
  deps = { leases, clock, routerFor: routing(router) }
  const snapshot = world.stateOf(appPair)
  const settings = { ...aDeployment().settings, routes: [route] }
  const progress = { resource, snapshot, touched: true, stableHealthyBefore: null, test: null }
  deployment = aDeployment({ settings, routes: [progress] })
  const lease = await leases.take(resource, 'holder-0', 1000)
  if (lease === null) throw new Error('the lease is taken')
  await leases.confirm(lease, snapshot)
  await leases.giveBack(lease)
})

/** All routes of these tests are one pair of records. */
function routing(router: QueuedRouter): RouterFor {
  function find(one: AlbRoute | LambdaAliasRoute | CodeDeployRoute): DirectRouter
  function find(one: Route53Route): QueuedRouter
  function find(one: Route): TrafficRouter
  function find(): TrafficRouter {
    return router
  }
  return find
}

const foreign = () => world.setWeights(appPair, { blue: 50, green: 50 })

describe('a look for foreign changes of records', () => {
  it('finds them', async () => {
    expect(await world.during(findDrift(deps, deployment))).toEqual([])
    foreign()
    const [found, ...others] = await world.during(findDrift(deps, deployment))
    expect(found?.drift).toEqual({
      ...{ resource, before: { blue: 100, green: 0 }, after: { blue: 50, green: 50 }, beyondWeights: false },
    })
    expect(others).toEqual([])
  })

  it('takes no request that a writer needs: in an account that is always busy it cannot tell', async () => {
    foreign()
    let taken = 0
    let isOver = false
    const plan = (async () => {
      while (!isOver) {
        const waitMs = await world.deps.requestBudget.tryTake('plan')
        if (waitMs === 0) taken++
        await world.deps.clock.sleep(Math.max(1, waitMs))
      }
    })()
    const began = world.manual.now()
    const looks = Promise.all(Array.from({ length: 20 }, () => findDrift(deps, deployment)))
    expect(await world.during(looks)).toEqual(Array.from({ length: 20 }, () => []))
    const seconds = (world.manual.now() - began) / 1000
    isOver = true
    await world.during(plan)
    expect(world.requests).toEqual([])
    expect(taken).toBeGreaterThan(3.4 * seconds)
  })

  it('does not hide what else goes wrong', async () => {
    world.faults.page = () => {
      throw new UpstreamError('AccessDenied')
    }
    await expect(world.during(findDrift(deps, deployment))).rejects.toThrow('AccessDenied')
  })
})
