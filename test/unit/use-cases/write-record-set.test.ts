import { beforeEach, describe, expect, it } from 'vitest'
import { createRoute53TrafficRouter } from '../../../shared/adapters/route53/traffic-router.ts'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { ConflictError, TransientError } from '../../../shared/domain/errors.ts'
import { resourceOf } from '../../../shared/domain/service.ts'
import type { QueuedRouter } from '../../../shared/ports/traffic-router.ts'
import { changeDeployment, loadDeployment } from '../../../shared/use-cases/change-deployment.ts'
import { allowPlanWrite, requireOurs } from '../../../shared/use-cases/route-guard.ts'
import { type WriteReceipt, writeRoute } from '../../../shared/use-cases/write-route.ts'
import { aDeployment } from '../../support/builders.ts'
import { aRoute53Route } from '../../support/record-sets.ts'
import { createZoneWorld, type ZoneWorld } from '../../support/zone-world.ts'

const route = aRoute53Route()
const resource = resourceOf(route)
const { id } = aDeployment()
const cause = { type: 'command', actor: { kind: 'system', name: 'test' }, reason: 'enough' } as const

let world: ZoneWorld
let router: QueuedRouter

beforeEach(async () => {
  world = createZoneWorld()
  const { hostedZones, requestBudget: budget, clock } = world.deps
  router = createRoute53TrafficRouter(hostedZones, { budget, clock }, route)
  const progress = { resource, snapshot: world.stateOf(router.pair), touched: false }
  await world.addDeployment({
    ...{ phase: 'shifting', stage: 'shifting' },
    routes: [{ ...progress, stableHealthyBefore: null, test: null }],
  })
})

/** As the plan writes; `before` comes between its look at the record and its write. */
async function writePlan(percent: number, before?: () => Promise<unknown>): Promise<WriteReceipt> {
  const { routes } = await loadDeployment(world.deps, id)
  const progress = routes[0] ?? failing()
  await before?.()
  return writeRoute(world.deps, {
    ...{ deployment: id, resource, router },
    snapshot: progress.touched ? null : progress.snapshot,
    target: (seen, lease) => {
      requireOurs({ route, resource, progress }, seen, lease)
      return router.target(seen, { canary: 'green', percent, keepIdle: true })
    },
    mayWrite: (seen) => allowPlanWrite(world.deps, id, resource, seen),
  })
}

async function rollBack(): Promise<WriteReceipt> {
  const { routes }: Deployment = await changeDeployment(world.deps, id, () => ({ type: 'roll-back', cause }))
  const snapshot = routes[0]?.snapshot ?? failing()
  return writeRoute(world.deps, {
    ...{ deployment: id, resource, router, lane: 'rollback' },
    target: () => snapshot,
    mayWrite: async () => false,
  })
}

const failing = (): never => {
  throw new Error('there is no route')
}
const memory = async () => {
  const { lastWritten, intended } = (await world.deps.leases.peek(resource)) ?? failing()
  return [lastWritten?.weights, intended?.weights]
}

describe('the first write of a deployment', () => {
  it('that had no time to be sent is no drift to its next try', async () => {
    world.faults.page = () => {
      throw new TransientError('Throttling: Rate exceeded', { refused: true })
    }
    await expect(world.during(writePlan(10))).rejects.toThrow(TransientError)
    world.faults.page = () => undefined
    expect(await world.during(writePlan(10))).toMatchObject({
      ...{ before: { blue: 100, green: 0 }, after: { blue: 90, green: 10 } },
    })
    expect(await memory()).toEqual([{ blue: 90, green: 10 }, undefined])
  })
})

describe('a write of the plan that comes too late', () => {
  it('and finds its own earlier one in place leaves the intent of the rollback', async () => {
    await world.during(writePlan(10))
    world.faults.upsert = async () => {
      await world.deps.clock.sleep(500)
      return undefined
    }
    const late = writePlan(10, () => world.deps.clock.sleep(100))
    const restored = rollBack()
    expect(await world.during(late)).toMatchObject({ after: { blue: 90, green: 10 }, changeId: null })
    await world.during(restored)
    expect(world.weights()).toEqual({ 'app-blue': 100, 'app-green': 0 })
    expect(await memory()).toEqual([{ blue: 100, green: 0 }, undefined])
  })

  it('leaves no intent in the place of the one of the rollback', async () => {
    await world.during(writePlan(10))
    world.faults.upsert = async () => {
      await world.deps.clock.sleep(500)
      return undefined
    }
    let restored: Promise<WriteReceipt> | null = null
    const late = writePlan(50, async () => {
      restored = rollBack()
      await world.deps.clock.sleep(100)
      expect(await memory()).toEqual([
        { blue: 90, green: 10 },
        { blue: 100, green: 0 },
      ])
    })
    await expect(world.during(late)).rejects.toThrow(ConflictError)
    await world.during(Promise.resolve(restored))
    expect(world.weights()).toEqual({ 'app-blue': 100, 'app-green': 0 })
    expect(await memory()).toEqual([{ blue: 100, green: 0 }, undefined])
  })
})
