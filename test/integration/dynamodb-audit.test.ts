import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbAuditLog } from '../../shared/adapters/dynamodb/audit-log.ts'
import { InvariantError, TransientError } from '../../shared/domain/errors.ts'
import { verifyAudit } from '../../shared/use-cases/audit/verify-audit.ts'
import { describeAuditLog } from '../contract/audit-log.ts'
import { anAuditChain, anAuditRecord } from '../support/audit.ts'
import { type Dynalite, startDynalite } from '../support/dynalite.ts'
import { addFaults, isOperation } from '../support/dynamodb-faults.ts'
import { readAll } from '../support/read-all.ts'

let database: Dynalite
beforeAll(async () => {
  database = await startDynalite()
})
afterAll(() => database.close())

const clock = { sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)) }
const setUp = async () => ({ client: database.connect(), table: await database.makeTable(), clock })

describeAuditLog('dynamodb', async () => {
  const table = await database.makeTable()
  return () => createDynamoDbAuditLog({ client: database.connect(), table, clock })
})

describe('an entry', () => {
  it('is added once, although the answer to it is lost', async () => {
    const options = await setUp()
    const sent = addFaults(options.client, [{ when: isOperation('PutItem'), effect: 'answer-lost' }])
    const audit = createDynamoDbAuditLog(options)
    const entry = await audit.append(anAuditRecord())
    expect(sent.filter(({ operation }) => operation === 'PutItem')).toHaveLength(2)
    expect((await audit.list({ order: 'oldest-first' }, { limit: 9, cursor: null })).items).toEqual([entry])
  })

  it('is added once where another one took its place while its answer was lost', async () => {
    const options = await setUp()
    const other = createDynamoDbAuditLog({ ...options, client: database.connect() })
    addFaults(options.client, [
      {
        when: isOperation('PutItem'),
        effect: 'not-sent',
        meanwhile: async () => void (await other.append(anAuditRecord({ requestId: 'other' }))),
      },
    ])
    const audit = createDynamoDbAuditLog(options)
    expect((await audit.append(anAuditRecord({ requestId: 'mine' }))).seq).toBe(2)
    const { items } = await audit.list({ order: 'oldest-first' }, { limit: 9, cursor: null })
    expect(items.map(({ requestId }) => requestId)).toEqual(['other', 'mine'])
    expect(await verifyAudit(audit)).toMatchObject({ intact: true, head: { seq: 2 } })
  })

  it('never takes the place of another, and gives up after a while', async () => {
    const options = await setUp()
    const other = createDynamoDbAuditLog({ ...options, client: database.connect() })
    const meanwhile = async () => void (await other.append(anAuditRecord({ requestId: 'other' })))
    addFaults(options.client, [{ when: isOperation('PutItem'), times: 1000, effect: 'none', meanwhile }])
    const slept: number[] = []
    const sleep = async (ms: number) => void slept.push(ms)
    const audit = createDynamoDbAuditLog({ ...options, clock: { sleep } })
    await expect(audit.append(anAuditRecord({ requestId: 'mine' }))).rejects.toThrow(TransientError)
    const { items } = await readAll((page) => other.list({ order: 'oldest-first' }, page), 100)
    expect(items.map(({ requestId }) => requestId)).toEqual(Array.from({ length: 25 }, () => 'other'))
    expect(slept).toHaveLength(25)
    expect(slept.every((ms, n) => ms >= 0 && ms <= 8 * (n + 1))).toBe(true)
  })

  it('is put only where none is, and read strongly consistent', async () => {
    const options = await setUp()
    const sent = addFaults(options.client, [])
    const audit = createDynamoDbAuditLog(options)
    await audit.append(anAuditRecord())
    await audit.list({ order: 'newest-first' }, { limit: 1, cursor: null })
    const calls = sent.map(({ operation, body }) => [operation, JSON.parse(body)])
    expect(calls).toEqual([
      ['Query', expect.objectContaining({ ConsistentRead: true })],
      ['PutItem', expect.objectContaining({ ConditionExpression: 'attribute_not_exists(pk)' })],
      ['Query', expect.objectContaining({ ConsistentRead: true })],
    ])
  })
})

describe('whoever can write to the table', () => {
  const filled = async () => {
    const options = await setUp()
    const audit = createDynamoDbAuditLog(options)
    for (const { seq: _, hash: _h, previousHash: _p, ...record } of anAuditChain(5)) await audit.append(record)
    const Key = { pk: 'AUDIT', sk: '000000000003' }
    const { Item } = await options.client.send(new GetCommand({ TableName: options.table, Key }))
    const put = (change: object) =>
      options.client.send(new PutCommand({ TableName: options.table, Item: { ...Item, ...change } }))
    const record: Record<string, unknown> = JSON.parse(String(Item?.record))
    const remove = () => options.client.send(new DeleteCommand({ TableName: options.table, Key }))
    return { audit, put, record, remove }
  }

  it('cannot take out an entry unseen', async () => {
    const { audit, remove } = await filled()
    await remove()
    expect(await verifyAudit(audit)).toMatchObject({ intact: false, seq: 3 })
  })

  it.each([
    { change: { reason: 'another' }, reason: 'entry 3 was changed: its hash is another' },
    { change: { seq: 1 }, reason: 'entry 3 is missing: entry 1 is in its place' },
    { change: { seq: 9_000_000 }, reason: 'entry 3 is missing: 9000000 follows 2' },
  ])('cannot change an entry unseen: $change', async ({ change, reason }) => {
    const { audit, put, record } = await filled()
    await put({ record: JSON.stringify({ ...record, ...change }) })
    expect(await verifyAudit(audit)).toEqual({ intact: false, seq: 3, reason })
    // Reading goes on past it, each entry once.
    const { items } = await readAll((page) => audit.list({ order: 'newest-first' }, page), 1)
    expect(items.map(({ requestId }) => requestId)).toEqual(['req-5', 'req-4', 'req-3', 'req-2', 'req-1'])
    expect((await audit.append(anAuditRecord())).seq).toBe(6)
  })

  it('cannot make one unreadable unseen', async () => {
    const { audit, put } = await filled()
    await put({ record: '{}' })
    await expect(verifyAudit(audit)).rejects.toThrow(InvariantError)
    await expect(verifyAudit(audit)).rejects.toThrow('AUDIT 000000000003')
  })
})
