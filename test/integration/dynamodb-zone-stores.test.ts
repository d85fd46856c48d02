import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createManualClock } from '../../local/clock.ts'
import { createDynamoDbPropagation } from '../../shared/adapters/dynamodb/propagation.ts'
import { createDynamoDbRequestBudget } from '../../shared/adapters/dynamodb/request-budget.ts'
import { createDynamoDbZoneChanges } from '../../shared/adapters/dynamodb/zone-changes.ts'
import { InvariantError, TransientError } from '../../shared/domain/errors.ts'
import { forgottenAfterMs } from '../../shared/ports/zone-changes.ts'
import { describePropagation } from '../contract/propagation.ts'
import { describeRequestBudget } from '../contract/request-budget.ts'
import { describeZoneChanges } from '../contract/zone-changes.ts'
import { aRouteState } from '../support/builders.ts'
import { type Dynalite, startDynalite } from '../support/dynalite.ts'
import { addFaults, isOperation } from '../support/dynamodb-faults.ts'
import { aZoneChange, done, kept, someZoneChanges } from '../support/zone-changes.ts'

let database: Dynalite
beforeAll(async () => {
  database = await startDynalite()
})
afterAll(() => database.close())

const inNewTable = async () => ({ client: database.connect(), table: await database.makeTable() })
const now = Date.UTC(2026, 0, 1)
const clock = { realNow: () => now, sleep: async () => {} }

describeZoneChanges('dynamodb', async (realClock) =>
  createDynamoDbZoneChanges({ ...(await inNewTable()), clock: realClock }),
)
describePropagation('dynamodb', async () => createDynamoDbPropagation({ ...(await inNewTable()), clock }))
describeRequestBudget('dynamodb', async (realClock) =>
  createDynamoDbRequestBudget({ ...(await inNewTable()), clock: realClock }),
)

it('reads strongly consistent everywhere', async () => {
  const options = { ...(await inNewTable()), clock }
  const sent = addFaults(options.client, [])
  const changes = createDynamoDbZoneChanges(options)
  const propagation = createDynamoDbPropagation(options)
  await changes.add(aZoneChange())
  await Promise.all([changes.read(aZoneChange()), changes.waiting('Z1'), changes.waiting('Z1', 'rollback')])
  await Promise.all([propagation.read('C1'), createDynamoDbRequestBudget(options).tryTake('plan')])
  const reads = sent.filter(isOperation('GetItem', 'Query')).map(({ body }) => JSON.parse(body).ConsistentRead)
  expect(reads).toEqual([true, true, true, true, true])
})

describe('zone changes in DynamoDB', () => {
  const expiryOf = async ({ client, table }: Awaited<ReturnType<typeof inNewTable>>, pk: string, sk: string) =>
    (await client.send(new GetCommand({ TableName: table, Key: { pk, sk } }))).Item?.expiresAtSeconds

  it('lets the database delete what nobody removed, an hour after it was given up', async () => {
    const options = { ...(await inNewTable()), clock }
    const change = aZoneChange({ giveUpAtMs: now + 120_001 })
    await createDynamoDbZoneChanges(options).add(change)
    expect(await expiryOf(options, 'ZONE#Z1', `CHANGE#1#${change.id}`)).toBe(now / 1000 + 121 + 3600)
  })

  it('lets the database delete what is known of a batch a day after the last note', async () => {
    const options = { ...(await inNewTable()), clock }
    await createDynamoDbPropagation(options).claimPoll('C1', 0, 10)
    expect(await expiryOf(options, 'PROPAGATION#C1', 'PROPAGATION')).toBe(now / 1000 + 86_400)
    await createDynamoDbPropagation({ ...options, clock: { realNow: () => now + 5000 } }).noteInsync('C1', 0)
    expect(await expiryOf(options, 'PROPAGATION#C1', 'PROPAGATION')).toBe(now / 1000 + 86_405)
  })

  it('reads a queue of several pages to its end, pages of finished changes between', async () => {
    const options = { ...(await inNewTable()), clock }
    const sent = addFaults(options.client, [])
    const changes = createDynamoDbZoneChanges(options)
    const large = { target: aRouteState({ raw: 'x'.repeat(150_000) }) }
    const all = someZoneChanges('plan', 24).map((change) => ({ ...change, ...large }))
    await Promise.all(all.map((change) => changes.add(change)))
    await Promise.all(all.slice(2, 20).map((change) => changes.noteResult(change, done)))
    const open = [...all.slice(0, 2), ...all.slice(20)]
    expect(await changes.waiting('Z1')).toEqual(open.map((change) => kept(change)))
    expect(sent.filter(isOperation('Query')).length).toBeGreaterThan(2)
  })

  it('asks for rollbacks without reading what belongs to a plan', async () => {
    const options = { ...(await inNewTable()), clock }
    const sent = addFaults(options.client, [])
    const changes = createDynamoDbZoneChanges(options)
    const large = { target: aRouteState({ raw: 'x'.repeat(150_000) }) }
    await Promise.all(someZoneChanges('plan', 10).map((change) => changes.add({ ...change, ...large })))
    await changes.add(aZoneChange({ lane: 'rollback' }))
    expect(await changes.waiting('Z1', 'rollback')).toEqual([kept(aZoneChange({ lane: 'rollback' }))])
    expect(sent.filter(isOperation('Query'))).toHaveLength(1)
  })

  it('removes what was forgotten a part at a time, and shows none of it', async () => {
    const later = { realNow: () => now + 3_600_000 }
    const options = { ...(await inNewTable()), clock: later }
    const sent = addFaults(options.client, [])
    const changes = createDynamoDbZoneChanges(options)
    const fresh = aZoneChange({ wantedAtMs: later.realNow() })
    await Promise.all([...someZoneChanges('plan', 30), fresh].map((change) => changes.add(change)))
    const removed: number[] = []
    for (const _look of [1, 2, 3]) {
      expect(await changes.waiting('Z1')).toEqual([kept(fresh)])
      removed.push(sent.filter(isOperation('DeleteItem')).length)
    }
    expect(removed).toEqual([25, 30, 30])
  })

  it('lists what waits although nothing that was forgotten can be removed', async () => {
    const table = await database.makeTable()
    const client = database.connect({ maxAttempts: 1 })
    const later = { realNow: () => now + 120_000 + forgottenAfterMs }
    const changes = createDynamoDbZoneChanges({ client, table, clock: later })
    const fresh = aZoneChange({ wantedAtMs: later.realNow() })
    await Promise.all([aZoneChange(), fresh].map((change) => changes.add(change)))
    const sent = addFaults(client, [{ when: isOperation('DeleteItem'), effect: 'not-sent' }])
    expect(await changes.waiting('Z1')).toEqual([kept(fresh)])
    expect(sent.filter(({ hit }) => hit)).toHaveLength(1)
    expect(await changes.read(aZoneChange())).toEqual(kept(aZoneChange()))
  })

  it('takes a change and a result that fill their halves, and refuses what is larger', async () => {
    const changes = createDynamoDbZoneChanges({ ...(await inNewTable()), clock })
    const large = aRouteState({ raw: 'x'.repeat(185_000) })
    const larger = aRouteState({ raw: 'x'.repeat(200_000) })
    await expect(changes.add(aZoneChange({ target: larger }))).rejects.toThrow(InvariantError)
    const change = aZoneChange({ target: large })
    await changes.add(change)
    await expect(changes.noteResult(change, { type: 'changed', found: larger })).rejects.toThrow(InvariantError)
    await changes.noteResult(change, { type: 'changed', found: large })
    expect(await changes.read(change)).toEqual(kept(change, { result: { type: 'changed', found: large } }))
  })

  it.each([
    { title: 'no change at all', fields: { record: '{}' } },
    { title: 'of a later version', fields: { schemaVersion: 2 } },
    { title: 'with a result of an unknown kind', fields: { changeResult: '{"type":"maybe"}' } },
    { title: 'accepted with no batch', fields: { acceptedAtMs: 5 } },
  ])('says so where an item is not readable: $title', async ({ fields }) => {
    const options = { ...(await inNewTable()), clock }
    const change = aZoneChange()
    const key = { pk: 'ZONE#Z1', sk: `CHANGE#1#${change.id}` }
    const item = { ...key, schemaVersion: 1, record: JSON.stringify(change), giveUpAtMs: change.giveUpAtMs, ...fields }
    await options.client.send(new PutCommand({ TableName: options.table, Item: item }))
    await expect(createDynamoDbZoneChanges(options).read(change)).rejects.toThrow(InvariantError)
  })
})

describe('the request budget in DynamoDB', () => {
  it('is one for all processes: together they never get more than Route 53 allows, and no less than the plan may', async () => {
    const manual = createManualClock()
    const table = await database.makeTable()
    const clockOfAll = { realNow: manual.now, sleep: async () => {} }
    const processes = Array.from({ length: 6 }, () =>
      createDynamoDbRequestBudget({ client: database.connect(), table, clock: clockOfAll }),
    )
    let [tokens, taken] = [5, 0]
    for (let stepped = 0; stepped < 20; stepped++) {
      const waits = await Promise.all(processes.map((budget) => budget.tryTake('plan')))
      const got = waits.filter((waitMs) => waitMs === 0).length
      tokens -= got
      taken += got
      expect(tokens).toBeGreaterThanOrEqual(0)
      await manual.advance(250)
      tokens = Math.min(5, tokens + 1.25)
    }
    // Three at once and three a second: 3 + 4.75 × 3.
    expect(taken).toBe(17)
  })

  it('writes nothing while there is nothing to take', async () => {
    const options = { ...(await inNewTable()), clock }
    const budget = createDynamoDbRequestBudget(options)
    expect(await budget.tryTake('plan')).toBe(0)
    const sent = addFaults(options.client, [])
    expect(await budget.tryTake('plan')).toBe(143)
    expect(sent.map(({ operation }) => operation)).toEqual(['GetItem'])
  })

  it('takes what is left when another process was faster', async () => {
    const table = await database.makeTable()
    const other = createDynamoDbRequestBudget({ client: database.connect(), table, clock })
    const client = database.connect()
    const faster = async () => void (await other.tryTake('rollback'))
    addFaults(client, [{ when: isOperation('PutItem'), effect: 'none', times: 2, meanwhile: faster }])
    const budget = createDynamoDbRequestBudget({ client, table, clock })
    expect(await budget.tryTake('rollback')).toBe(0)
    expect([await budget.tryTake('rollback'), await budget.tryTake('rollback')]).toEqual([0, 105])
  })

  it('pauses between its tries, and asks to come again when all of them were lost', async () => {
    const pauses: number[] = []
    let at = now
    const counting = { realNow: () => at, sleep: async (ms: number) => void pauses.push(ms) }
    const table = await database.makeTable()
    const rival = createDynamoDbRequestBudget({ client: database.connect(), table, clock: counting })
    const client = database.connect()
    const faster = async () => {
      at += 1000
      expect(await rival.tryTake('rollback')).toBe(0)
    }
    addFaults(client, [{ when: isOperation('PutItem'), effect: 'none', times: 100, meanwhile: faster }])
    const budget = createDynamoDbRequestBudget({ client, table, clock: counting, random: () => 0.5 })
    expect(await budget.tryTake('rollback')).toBe(50)
    expect(pauses).toEqual(Array(9).fill(10))
    await expect(budget.noteThrottled()).rejects.toThrow(TransientError)
    expect(pauses).toHaveLength(18)
  })

  it('is told as passing when the database does not answer', async () => {
    const client = database.connect({ maxAttempts: 1 })
    const budget = createDynamoDbRequestBudget({ client, table: await database.makeTable(), clock })
    addFaults(client, [{ when: isOperation('GetItem'), effect: 'not-sent', times: 2 }])
    await expect(budget.tryTake('rollback')).rejects.toThrow(TransientError)
    await expect(budget.noteThrottled()).rejects.toThrow(TransientError)
  })
})
