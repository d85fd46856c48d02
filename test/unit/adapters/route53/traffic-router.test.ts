import { beforeEach, describe, expect, it } from 'vitest'
import { createMemoryCloud, type MemoryCloud } from '../../../../shared/adapters/memory/cloud.ts'
import { createMemoryRequestBudget } from '../../../../shared/adapters/memory/request-budget.ts'
import { createRoute53TrafficRouter } from '../../../../shared/adapters/route53/traffic-router.ts'
import { NotFoundError, TransientError, UpstreamError, ValidationError } from '../../../../shared/domain/errors.ts'
import { recordsOf, toPairState } from '../../../../shared/domain/record-set.ts'
import type { Lane } from '../../../../shared/domain/zone-change.ts'
import {
  aRecordSet,
  aRoute53Route,
  aSimpleRecord,
  aWeightedRecord,
  hostedZoneId,
  zoneName,
} from '../../../support/route53.ts'

const route = aRoute53Route()
let nowMs: number
let slept: number[]
let asked: string[]
let cloud: MemoryCloud
const clock = {
  realNow: () => nowMs,
  async sleep(ms: number) {
    nowMs += ms
    slept.push(ms)
  },
}

function routerOf(budget = createMemoryRequestBudget(clock)) {
  return createRoute53TrafficRouter(cloud.hostedZones, { budget, clock }, route)
}

/** A budget that answers as told, then lets everybody through. */
function aBudget(answers: readonly number[]) {
  const lanes: Lane[] = []
  const left = [...answers]
  const budget = {
    lanes,
    noted: 0,
    async tryTake(lane: Lane) {
      lanes.push(lane)
      return left.shift() ?? 0
    },
    async noteThrottled() {
      budget.noted++
    },
  }
  return budget
}

beforeEach(() => {
  nowMs = Date.UTC(2026, 0, 1)
  slept = []
  asked = []
  cloud = createMemoryCloud({ now: () => nowMs }, { pageSize: 2 })
  cloud.hostedZones.addZone(hostedZoneId, { name: zoneName })
  for (const record of [aWeightedRecord('blue', 100), aWeightedRecord('green', 0)])
    cloud.hostedZones.set(hostedZoneId, record)
  cloud.inject({ before: ({ action }) => void asked.push(action) })
})

describe('a router of two records', () => {
  it('reads them with one request where one page holds them', async () => {
    const state = await routerOf().read()
    const records = [aRecordSet(aWeightedRecord('blue', 100)), aRecordSet(aWeightedRecord('green', 0))]
    const pair = { hostedZoneId, name: `web.${zoneName}`, type: 'A', blue: 'blue', green: 'green' }
    expect(state).toEqual(toPairState(records, pair))
    expect(asked).toEqual(['zones.page'])
  })

  it('reads on while the group goes on, and no further', async () => {
    for (const identifier of ['c', 'd', 'e']) cloud.hostedZones.set(hostedZoneId, aWeightedRecord(identifier, 0))
    for (const name of ['x', 'y', 'z']) cloud.hostedZones.set(hostedZoneId, aSimpleRecord(`${name}.web.${zoneName}`))
    expect((await routerOf().read()).weights).toEqual({ blue: 100, green: 0 })
    expect(asked).toEqual(['zones.page', 'zones.page', 'zones.page'])
  })

  it('makes targets that one batch puts in place', async () => {
    const router = routerOf()
    const seen = await router.read()
    const target = router.target(seen, { canary: 'green', percent: 33.3, keepIdle: true })
    await cloud.hostedZones.upsert(hostedZoneId, recordsOf(JSON.parse(JSON.stringify(target))), '')
    expect(await router.read()).toEqual(target)
    expect(target.weights).toEqual({ blue: 2, green: 1 })
  })

  it.each([-1, 0.05, 101])('refuses %d percent', async (percent) => {
    const router = routerOf()
    const seen = await router.read()
    expect(() => router.target(seen, { canary: 'green', percent, keepIdle: true })).toThrow(ValidationError)
  })

  it('refuses to raise beside a third record that gets traffic', async () => {
    cloud.hostedZones.set(hostedZoneId, aWeightedRecord('third', 1))
    const router = routerOf()
    const seen = await router.read()
    expect(() => router.target(seen, { canary: 'green', percent: 1, keepIdle: true })).toThrow(UpstreamError)
  })

  it('says that its records are gone', async () => {
    cloud.hostedZones.remove(hostedZoneId, route.name, route.type)
    await expect(routerOf().read()).rejects.toThrow(NotFoundError)
  })

  it('says that its zone is gone', async () => {
    const elsewhere = { ...route, hostedZoneId: 'Z0MISSING' }
    const router = createRoute53TrafficRouter(cloud.hostedZones, { budget: aBudget([]), clock }, elsewhere)
    await expect(router.read()).rejects.toThrow(NotFoundError)
  })
})

describe('the requests of an account', () => {
  it.each([
    [undefined, 'plan'],
    ['plan', 'plan'],
    ['rollback', 'rollback'],
  ] as const)('are taken for lane %s', async (lane, expected) => {
    const budget = aBudget([])
    await routerOf(budget).read(lane)
    expect(budget.lanes).toEqual([expected])
  })

  it('are waited for, as long as it is worth', async () => {
    const budget = aBudget([400, 250])
    await routerOf(budget).read()
    expect(slept).toEqual([400, 250])
    expect(asked).toEqual(['zones.page'])
  })

  it('are given up after ten seconds, without asking', async () => {
    const budget = aBudget(Array.from({ length: 40 }, () => 300))
    await expect(routerOf(budget).read()).rejects.toMatchObject({ name: 'TransientError', refused: true })
    expect(slept).toHaveLength(33)
    expect(asked).toEqual([])
  })

  it('one for each page, shared by all: the sixth in a second waits', async () => {
    const budget = createMemoryRequestBudget(clock)
    for (let reads = 0; reads < 6; reads++) await routerOf(budget).read('rollback')
    expect(slept.length).toBeGreaterThan(0)
    expect(asked).toHaveLength(6)
  })

  it.each([
    ['tells everybody when Route 53 throttles', true, 1],
    ['blames nobody when a read was lost', false, 0],
  ])('%s', async (_name, refused, noted) => {
    const thrown = new TransientError('no', { refused })
    cloud.inject({
      before: () => {
        throw thrown
      },
    })
    const budget = aBudget([])
    await expect(routerOf(budget).read()).rejects.toBe(thrown)
    expect(budget.noted).toBe(noted)
  })

  it('that cannot be told of a throttling do not hide it', async () => {
    const thrown = new TransientError('throttled', { refused: true })
    cloud.inject({
      before: () => {
        throw thrown
      },
    })
    const budget = { ...aBudget([]), noteThrottled: () => Promise.reject(new TransientError('no table')) }
    await expect(routerOf(budget).read()).rejects.toBe(thrown)
  })
})

it('shows a change by somebody else', async () => {
  const router = routerOf()
  const before = await router.read()
  cloud.hostedZones.set(hostedZoneId, aWeightedRecord('green', 0, { HealthCheckId: 'added' }))
  const after = await router.read()
  expect(after.weights).toEqual(before.weights)
  expect(after.settings).not.toBe(before.settings)
})
