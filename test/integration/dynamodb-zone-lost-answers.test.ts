import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbPropagation } from '../../shared/adapters/dynamodb/propagation.ts'
import { createDynamoDbRequestBudget } from '../../shared/adapters/dynamodb/request-budget.ts'
import { createDynamoDbZoneChanges } from '../../shared/adapters/dynamodb/zone-changes.ts'
import { TransientError } from '../../shared/domain/errors.ts'
import { type Dynalite, startDynalite } from '../support/dynalite.ts'
import { addFaults, isOperation } from '../support/dynamodb-faults.ts'
import { aZoneChange, done, kept } from '../support/zone-changes.ts'

let database: Dynalite
beforeAll(async () => {
  database = await startDynalite()
})
afterAll(() => database.close())

const now = Date.UTC(2026, 0, 1)
const everyMs = 10_000
const change = aZoneChange()
const accepted = { changeId: 'C1', atMs: now }

function storesOn(client: DynamoDBDocumentClient, table: string) {
  const options = { client, table, clock: { realNow: () => now, sleep: async () => {} } }
  return {
    changes: createDynamoDbZoneChanges(options),
    propagation: createDynamoDbPropagation(options),
    budget: createDynamoDbRequestBudget(options),
  }
}
type Stores = ReturnType<typeof storesOn>

/** How many requests a rollback still finds. */
async function left({ budget }: Stores): Promise<number> {
  let count = 0
  while ((await budget.tryTake('rollback')) === 0) count++
  return count
}

interface Row {
  readonly title: string
  readonly before?: (stores: Stores) => Promise<unknown>
  readonly act: (stores: Stores) => Promise<unknown>
  readonly answer: unknown
  /** The answer to a caller who asks again after its error; default: the same. */
  readonly second?: unknown
  /** What must be stored in the end. */
  readonly read: (stores: Stores) => Promise<unknown>
  readonly stored: unknown
  /** After a caller asked again; default: the same. */
  readonly storedAfterSecond?: unknown
}

const rows: readonly Row[] = [
  {
    title: 'changes.add',
    act: ({ changes }) => changes.add(change),
    answer: undefined,
    read: ({ changes }) => changes.waiting('Z1'),
    stored: [kept(change)],
  },
  {
    title: 'changes.noteAccepted',
    before: ({ changes }) => changes.add(change),
    act: ({ changes }) => changes.noteAccepted(change, 'C1', now),
    answer: undefined,
    read: ({ changes }) => changes.waiting('Z1'),
    stored: [kept(change, { accepted })],
  },
  {
    title: 'changes.noteResult',
    before: ({ changes }) => changes.add(change),
    act: ({ changes }) => changes.noteResult(change, done),
    answer: undefined,
    read: ({ changes }) => changes.read(change),
    stored: kept(change, { result: done }),
  },
  {
    title: 'changes.remove',
    before: ({ changes }) => changes.add(change),
    act: ({ changes }) => changes.remove(change),
    answer: undefined,
    read: ({ changes }) => changes.read(change),
    stored: null,
  },
  {
    title: 'propagation.claimPoll, the first',
    act: ({ propagation }) => propagation.claimPoll('C1', now, everyMs),
    answer: true,
    // Somebody polls again after the interval; nobody knows whether the first did.
    second: false,
    read: ({ propagation }) => propagation.claimPoll('C1', now + everyMs - 1, everyMs),
    stored: false,
  },
  {
    title: 'propagation.claimPoll, the next',
    before: ({ propagation }) => propagation.claimPoll('C1', now - everyMs, everyMs),
    act: ({ propagation }) => propagation.claimPoll('C1', now, everyMs),
    answer: true,
    second: false,
    read: ({ propagation }) => propagation.claimPoll('C1', now + everyMs - 1, everyMs),
    stored: false,
  },
  {
    title: 'propagation.noteInsync',
    before: ({ propagation }) => propagation.claimPoll('C1', now, everyMs),
    act: ({ propagation }) => propagation.noteInsync('C1', now),
    answer: undefined,
    read: ({ propagation }) => propagation.read('C1'),
    stored: { insyncAtMs: now },
  },
  {
    title: 'budget.tryTake, the first',
    act: ({ budget }) => budget.tryTake('rollback'),
    answer: 0,
    read: left,
    stored: 3,
    storedAfterSecond: 2,
  },
  {
    title: 'budget.tryTake, the last of the plan',
    before: ({ budget }) => budget.tryTake('rollback'),
    act: ({ budget }) => budget.tryTake('plan'),
    answer: 0,
    // The one that was lost costs one, and no more than that.
    second: 143,
    read: left,
    stored: 2,
  },
  {
    title: 'budget.noteThrottled',
    before: ({ budget }) => budget.tryTake('plan'),
    act: ({ budget }) => budget.noteThrottled(),
    answer: undefined,
    read: ({ budget }) => Promise.all([budget.tryTake('plan'), budget.tryTake('rollback')]),
    stored: [1000, 209],
  },
]

const writes = isOperation('PutItem', 'UpdateItem', 'DeleteItem')

describe('a write that took effect while its answer was lost', () => {
  it.each(rows)('is answered rightly when the SDK sends it again: $title', async (row) => {
    const table = await database.makeTable()
    const healthy = storesOn(database.connect(), table)
    await row.before?.(healthy)
    const client = database.connect({ maxAttempts: 3 })
    const log = addFaults(client, [{ when: writes, effect: 'answer-lost' }])
    expect(await row.act(storesOn(client, table))).toEqual(row.answer)
    expect(log.filter(writes).map((sent) => sent.hit)).toEqual([true, false])
    expect(await row.read(healthy)).toEqual(row.stored)
  })

  it.each(rows)('is answered rightly when its caller asks again: $title', async (row) => {
    const table = await database.makeTable()
    const healthy = storesOn(database.connect(), table)
    await row.before?.(healthy)
    const client = database.connect({ maxAttempts: 1 })
    addFaults(client, [{ when: writes, effect: 'answer-lost' }])
    const stores = storesOn(client, table)
    await expect(row.act(stores)).rejects.toThrow(TransientError)
    expect(await row.act(stores)).toEqual('second' in row ? row.second : row.answer)
    expect(await row.read(healthy)).toEqual('storedAfterSecond' in row ? row.storedAfterSecond : row.stored)
  })

  it('does not undo what became of a change before it was added once more', async () => {
    const table = await database.makeTable()
    const healthy = storesOn(database.connect(), table).changes
    const client = database.connect({ maxAttempts: 3 })
    const meanwhile = async () => {
      await healthy.noteAccepted(change, 'C1', now)
      await healthy.noteResult(change, done)
    }
    addFaults(client, [{ when: writes, effect: 'answer-lost', meanwhile }])
    await storesOn(client, table).changes.add(change)
    expect(await healthy.read(change)).toEqual(kept(change, { accepted, result: done }))
  })

  it.each([
    { title: 'noteAccepted', act: ({ changes }: Stores) => changes.noteAccepted(change, 'C1', now) },
    { title: 'noteResult', act: ({ changes }: Stores) => changes.noteResult(change, done) },
  ])('does not bring back a change that its writer removed before the SDK sent it again: $title', async ({ act }) => {
    const table = await database.makeTable()
    const healthy = storesOn(database.connect(), table).changes
    await healthy.add(change)
    const client = database.connect({ maxAttempts: 3 })
    addFaults(client, [{ when: writes, effect: 'answer-lost', meanwhile: () => healthy.remove(change) }])
    await act(storesOn(client, table))
    expect(await healthy.read(change)).toBeNull()
  })

  it('leaves a later batch that was noted before the SDK sent the earlier one again', async () => {
    const table = await database.makeTable()
    const healthy = storesOn(database.connect(), table).changes
    await healthy.add(change)
    const client = database.connect({ maxAttempts: 3 })
    const meanwhile = () => healthy.noteAccepted(change, 'C2', now + 1)
    addFaults(client, [{ when: writes, effect: 'answer-lost', meanwhile }])
    await storesOn(client, table).changes.noteAccepted(change, 'C1', now)
    expect(await healthy.read(change)).toEqual(kept(change, { accepted: { changeId: 'C2', atMs: now + 1 } }))
  })

  it('costs a second request where another process took one before the SDK sent it again', async () => {
    const table = await database.makeTable()
    const healthy = storesOn(database.connect(), table)
    const client = database.connect({ maxAttempts: 3 })
    const meanwhile = async () => void (await healthy.budget.tryTake('rollback'))
    addFaults(client, [{ when: writes, effect: 'answer-lost', meanwhile }])
    expect(await storesOn(client, table).budget.tryTake('rollback')).toBe(0)
    expect(await left(healthy)).toBe(1)
  })

  it('sends one caller to ask, although another wanted to before the SDK sent the claim again', async () => {
    const table = await database.makeTable()
    const healthy = storesOn(database.connect(), table).propagation
    const client = database.connect({ maxAttempts: 3 })
    const claims: boolean[] = []
    const meanwhile = async () => void claims.push(await healthy.claimPoll('C1', now, everyMs))
    addFaults(client, [{ when: writes, effect: 'answer-lost', meanwhile }])
    claims.push(await storesOn(client, table).propagation.claimPoll('C1', now, everyMs))
    expect(claims).toEqual([false, true])
  })
})
