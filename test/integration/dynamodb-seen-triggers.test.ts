import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDynamoDbSeenTriggers } from '../../shared/adapters/dynamodb/seen-triggers.ts'
import { TransientError } from '../../shared/domain/errors.ts'
import { describeSeenTriggers } from '../contract/seen-triggers.ts'
import { type Dynalite, startDynalite } from '../support/dynalite.ts'
import { addFaults, isOperation } from '../support/dynamodb-faults.ts'

let database: Dynalite
beforeAll(async () => {
  database = await startDynalite()
})
afterAll(() => database.close())

const nowMs = Date.UTC(2026, 0, 1)
const clock = { realNow: () => nowMs }
const inNewTable = async () => ({ client: database.connect(), table: await database.makeTable() })

describeSeenTriggers('dynamodb', async (realClock) =>
  createDynamoDbSeenTriggers({ ...(await inNewTable()), clock: realClock }),
)

it('knows its own taking again when the answer to it was lost', async () => {
  const options = await inNewTable()
  const sent = addFaults(options.client, [{ when: isOperation('PutItem'), effect: 'answer-lost' }])
  const triggers = createDynamoDbSeenTriggers({ ...options, clock })
  expect(await triggers.take('1.2.abc')).toBe(true)
  expect(sent.map(({ operation, hit }) => [operation, hit])).toEqual([
    ['PutItem', true],
    ['PutItem', false],
    ['GetItem', false],
  ])
  expect(await triggers.take('1.2.abc')).toBe(false)
})

it('says that it does not know when no answer comes', async () => {
  const options = await inNewTable()
  addFaults(options.client, [{ when: isOperation('PutItem'), effect: 'not-sent', times: 10 }])
  await expect(createDynamoDbSeenTriggers({ ...options, clock }).take('1.2.abc')).rejects.toThrow(TransientError)
})

it('leaves items that the database deletes by itself', async () => {
  const options = await inNewTable()
  await createDynamoDbSeenTriggers({ ...options, clock }).take('1.2.abc')
  const Key = { pk: 'TRIGGER#1.2.abc', sk: 'TRIGGER' }
  const { Item } = await options.client.send(new GetCommand({ TableName: options.table, Key }))
  expect(Item).toEqual({
    ...Key,
    keptUntilMs: nowMs + 900_000,
    expiresAtSeconds: nowMs / 1000 + 900,
    writeId: expect.any(String),
  })
})
