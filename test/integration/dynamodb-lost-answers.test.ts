import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbDeploymentStore } from '../../shared/adapters/dynamodb/deployment-store.ts'
import { createDynamoDbLeases } from '../../shared/adapters/dynamodb/leases.ts'
import { createDynamoDbServiceStore } from '../../shared/adapters/dynamodb/service-store.ts'
import { ConflictError, TransientError } from '../../shared/domain/errors.ts'
import { aDeployment, aRouteState, aService, aSettledBucket, someMeasures, webArns } from '../support/builders.ts'
import { type Dynalite, startDynalite } from '../support/dynalite.ts'
import { addFaults, isOperation, type Sent } from '../support/dynamodb-faults.ts'

let database: Dynalite
beforeAll(async () => {
  database = await startDynalite()
})
afterAll(() => database.close())

const now = Date.UTC(2026, 0, 1)
const { id } = aDeployment()
const claim = { id, bodyHash: 'aa' }
const waiting = { service: 'web', id, enqueuedAt: '2026-01-01T00:00:00.000Z' }
const second = aDeployment({ revision: 2, phase: 'verifying', stage: 'verifying' })

function storesOn(client: DynamoDBDocumentClient, table: string) {
  const options = { client, table, clock: { realNow: () => now }, logger: { warn() {} } }
  return {
    services: createDynamoDbServiceStore(options),
    deployments: createDynamoDbDeploymentStore(options),
    leases: createDynamoDbLeases(options),
  }
}
type Stores = ReturnType<typeof storesOn>

async function takeLease({ leases }: Stores) {
  const lease = await leases.take(webArns.rule, 'a', 20_000)
  if (lease === null) throw new Error('the lease was not free')
  return lease
}

async function bucketsIn({ deployments }: Stores) {
  return (await deployments.listBuckets(id, 'errors', { limit: 100, cursor: null })).items
}

interface Row {
  readonly title: string
  readonly before?: (stores: Stores) => Promise<unknown>
  readonly act: (stores: Stores) => Promise<unknown>
  readonly answer: unknown
  /** What must be stored in the end. */
  readonly read: (stores: Stores) => Promise<unknown>
  readonly stored: unknown
}

const rows: readonly Row[] = [
  {
    title: 'deployments.enqueue',
    act: ({ deployments }) => deployments.enqueue(waiting),
    answer: undefined,
    read: ({ deployments }) => deployments.queueOf('web'),
    stored: [waiting],
  },
  {
    title: 'deployments.leaveQueue',
    before: ({ deployments }) => deployments.enqueue(waiting),
    act: ({ deployments }) => deployments.leaveQueue(waiting),
    answer: undefined,
    read: ({ deployments }) => deployments.queueOf('web'),
    stored: [],
  },
  {
    title: 'services.put of a new service',
    act: ({ services }) => services.put(aService()),
    answer: aService({ revision: 1 }),
    read: ({ services }) => services.get('web'),
    stored: aService({ revision: 1 }),
  },
  {
    title: 'services.put of a change',
    before: ({ services }) => services.put(aService()),
    act: ({ services }) => services.put(aService({ revision: 1, settleSeconds: 20 })),
    answer: aService({ revision: 2, settleSeconds: 20 }),
    read: ({ services }) => services.get('web'),
    stored: aService({ revision: 2, settleSeconds: 20 }),
  },
  {
    title: 'services.delete',
    before: ({ services }) => services.put(aService()),
    act: ({ services }) => services.delete('web', 1),
    answer: undefined,
    read: ({ services }) => services.get('web'),
    stored: null,
  },
  {
    title: 'services.claim',
    act: ({ services }) => services.claim(webArns.rule, 'web'),
    answer: 'web',
    read: ({ services }) => services.claim(webArns.rule, 'shop'),
    stored: 'web',
  },
  {
    title: 'services.release',
    before: ({ services }) => services.claim(webArns.rule, 'web'),
    act: ({ services }) => services.release(webArns.rule, 'web'),
    answer: undefined,
    read: ({ services }) => services.claim(webArns.rule, 'shop'),
    stored: 'shop',
  },
  {
    title: 'deployments.claimKey',
    act: ({ deployments }) => deployments.claimKey('ci-42', claim),
    answer: claim,
    read: ({ deployments }) => deployments.claimKey('ci-42', { id: 'dep_2', bodyHash: 'bb' }),
    stored: claim,
  },
  {
    title: 'deployments.takePointer',
    act: ({ deployments }) => deployments.takePointer('web', id),
    answer: id,
    read: ({ deployments }) => deployments.pointer('web'),
    stored: id,
  },
  {
    title: 'deployments.watchPointer',
    before: ({ deployments }) => deployments.takePointer('web', id),
    act: ({ deployments }) => deployments.watchPointer('web', id),
    answer: undefined,
    read: ({ deployments }) => deployments.watched('web'),
    stored: id,
  },
  {
    title: 'deployments.freePointer',
    before: ({ deployments }) => deployments.takePointer('web', id),
    act: ({ deployments }) => deployments.freePointer('web', id),
    answer: undefined,
    read: ({ deployments }) => deployments.pointer('web'),
    stored: null,
  },
  {
    title: 'deployments.create',
    act: ({ deployments }) => deployments.create(aDeployment()),
    answer: aDeployment(),
    read: ({ deployments }) => deployments.load(id),
    stored: aDeployment(),
  },
  {
    title: 'deployments.save',
    before: ({ deployments }) => deployments.create(aDeployment()),
    act: ({ deployments }) => deployments.save(second),
    answer: undefined,
    read: ({ deployments }) => deployments.load(id),
    stored: second,
  },
  {
    title: 'deployments.saveMeasures, the first',
    act: ({ deployments }) => deployments.saveMeasures(id, someMeasures()),
    answer: undefined,
    read: ({ deployments }) => deployments.loadMeasures(id),
    stored: someMeasures(),
  },
  {
    title: 'deployments.saveMeasures, the next',
    before: ({ deployments }) => deployments.saveMeasures(id, someMeasures()),
    act: ({ deployments }) => deployments.saveMeasures(id, someMeasures({ revision: 2, observedWeight: 9.7 })),
    answer: undefined,
    read: ({ deployments }) => deployments.loadMeasures(id),
    stored: someMeasures({ revision: 2, observedWeight: 9.7 }),
  },
  {
    title: 'deployments.keepBuckets',
    act: ({ deployments }) => deployments.keepBuckets(id, 'errors', [aSettledBucket(0)]),
    answer: [aSettledBucket(0)],
    read: bucketsIn,
    stored: [aSettledBucket(0)],
  },
  {
    title: 'deployments.saveWakeToken',
    act: ({ deployments }) => deployments.saveWakeToken(id, 'token'),
    answer: undefined,
    read: ({ deployments }) => deployments.wakeToken(id),
    stored: 'token',
  },
  {
    title: 'leases.take',
    act: takeLease,
    // The first taking counts as well: the fence of the answer is the newest, and that one is held.
    answer: expect.objectContaining({ holder: 'a', fence: 2 }),
    read: ({ leases }) => leases.peek(webArns.rule),
    stored: expect.objectContaining({ holder: 'a', fence: 2, expiresAtMs: now + 20_000 }),
  },
  {
    title: 'leases.intend',
    act: async (stores) => stores.leases.intend(await takeLease(stores), aRouteState()),
    answer: undefined,
    read: ({ leases }) => leases.peek(webArns.rule),
    stored: expect.objectContaining({ intended: aRouteState(), lastWritten: null }),
  },
  {
    title: 'leases.confirm',
    act: async (stores) => stores.leases.confirm(await takeLease(stores), aRouteState()),
    answer: undefined,
    read: ({ leases }) => leases.peek(webArns.rule),
    stored: expect.objectContaining({ intended: null, lastWritten: aRouteState() }),
  },
  {
    title: 'leases.giveBack',
    act: async (stores) => stores.leases.giveBack(await takeLease(stores)),
    answer: undefined,
    read: ({ leases }) => leases.peek(webArns.rule),
    stored: expect.objectContaining({ holder: null }),
  },
]

const minutes = (count: number) => Array.from({ length: count }, (_, minute) => aSettledBucket(minute))
const ofMinute =
  (minute: number) =>
  ({ operation, body }: Sent) =>
    operation === 'PutItem' && body.includes(`#000${aSettledBucket(minute).endMs}"`)

/** The write that a row is about is its last one. */
const writes = isOperation('PutItem', 'UpdateItem', 'DeleteItem')

describe('a write that took effect while its answer was lost', () => {
  it.each(rows)('is answered rightly when the SDK sends it again: $title', async (row) => {
    const table = await database.makeTable()
    const healthy = storesOn(database.connect(), table)
    await row.before?.(healthy)
    const client = database.connect({ maxAttempts: 3 })
    const isSubject = /intend|confirm|giveBack/.test(row.title)
      ? ({ body }: { body: string }) => /SET intended|SET lastWritten|REMOVE holder/.test(body)
      : writes
    const log = addFaults(client, [{ when: isSubject, effect: 'answer-lost' }])
    expect(await row.act(storesOn(client, table))).toEqual(row.answer)
    expect(log.filter(isSubject).map((sent) => sent.hit)).toEqual([true, false])
    expect(await row.read(healthy)).toEqual(row.stored)
  })

  it.each(rows.filter(({ title }) => /claim|takePointer|create|take|keepBuckets|delete$|free|release/.test(title)))(
    'is answered rightly when its caller asks again: $title',
    async (row) => {
      const table = await database.makeTable()
      const healthy = storesOn(database.connect(), table)
      await row.before?.(healthy)
      const client = database.connect({ maxAttempts: 1 })
      addFaults(client, [{ when: writes, effect: 'answer-lost' }])
      const stores = storesOn(client, table)
      const failed = row.act(stores)
      await expect(failed).rejects.toThrow(TransientError)
      await expect(failed).rejects.toMatchObject({ cause: { name: 'TimeoutError' } })
      expect(await row.act(stores)).toEqual(row.answer)
      expect(await row.read(healthy)).toEqual(row.stored)
    },
  )

  it('is a conflict when its caller saves again: the record has moved, by itself', async () => {
    const table = await database.makeTable()
    const client = database.connect({ maxAttempts: 1 })
    const { deployments } = storesOn(client, table)
    await deployments.create(aDeployment())
    addFaults(client, [{ when: writes, effect: 'answer-lost' }])
    await expect(deployments.save(second)).rejects.toThrow(TransientError)
    await expect(deployments.save(second)).rejects.toThrow(ConflictError)
    expect(await deployments.load(id)).toEqual(second)
  })

  it('is a conflict when somebody saved on top of it before the SDK sent it again', async () => {
    const table = await database.makeTable()
    const healthy = storesOn(database.connect(), table).deployments
    await healthy.create(aDeployment())
    const client = database.connect({ maxAttempts: 3 })
    const third = { ...second, revision: 3, phase: 'shifting' as const }
    addFaults(client, [{ when: writes, effect: 'answer-lost', meanwhile: () => healthy.save(third) }])
    await expect(storesOn(client, table).deployments.save(second)).rejects.toThrow(ConflictError)
    expect(await healthy.load(id)).toEqual(third)
  })

  it('leaves a bucket to whoever settled it first, with other counts', async () => {
    const table = await database.makeTable()
    const healthy = storesOn(database.connect(), table)
    const first = aSettledBucket(1, { strata: [] })
    const client = database.connect({ maxAttempts: 3 })
    const settle = async () => void (await healthy.deployments.keepBuckets(id, 'errors', [first]))
    addFaults(client, [{ when: ofMinute(1), effect: 'not-sent', meanwhile: settle }])
    const answer = await storesOn(client, table).deployments.keepBuckets(id, 'errors', minutes(3))
    expect(answer).toEqual([aSettledBucket(0), first, aSettledBucket(2)])
    expect(await bucketsIn(healthy)).toEqual(answer)
  })

  it('keeps the rest of many buckets when its caller asks again, and those in place as they are', async () => {
    const table = await database.makeTable()
    const client = database.connect({ maxAttempts: 1 })
    const stores = storesOn(client, table)
    addFaults(client, [
      { when: ofMinute(3), effect: 'answer-lost' },
      { when: ofMinute(17), effect: 'not-sent' },
    ])
    for (const _failing of [3, 17])
      await expect(stores.deployments.keepBuckets(id, 'errors', minutes(30))).rejects.toThrow(TransientError)
    const again = minutes(30).map((bucket, n) => (n < 10 ? { ...bucket, strata: [] } : bucket))
    expect(await stores.deployments.keepBuckets(id, 'errors', again)).toEqual(minutes(30))
    expect(await bucketsIn(stores)).toEqual(minutes(30))
  })

  it("is not mistaken for somebody else's write of the same revision", async () => {
    const table = await database.makeTable()
    const healthy = storesOn(database.connect(), table).deployments
    await healthy.create(aDeployment())
    const client = database.connect({ maxAttempts: 3 })
    const rival = { ...second, reason: 'rival' }
    addFaults(client, [{ when: writes, effect: 'not-sent', meanwhile: () => healthy.save(rival) }])
    await expect(storesOn(client, table).deployments.save(second)).rejects.toThrow(ConflictError)
    expect(await healthy.load(id)).toEqual(rival)
  })
})
