import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDynamoDbLine } from '../../shared/adapters/dynamodb/line.ts'
import { InvariantError } from '../../shared/domain/errors.ts'
import { describeLine } from '../contract/line.ts'
import { type Dynalite, startDynalite } from '../support/dynalite.ts'
import { addFaults } from '../support/dynamodb-faults.ts'

let database: Dynalite
beforeAll(async () => {
  database = await startDynalite()
})
afterAll(() => database.close())

const inNewTable = async () => ({ client: database.connect(), table: await database.makeTable() })
const stop = { reason: 'incident 7', by: { kind: 'token', name: 'on-call' }, at: '2026-01-01T00:00:00.000Z' } as const

describeLine('dynamodb', async () => createDynamoDbLine(await inNewTable()))

it('reads strongly consistent: a stop counts from its answer on', async () => {
  const options = await inNewTable()
  const sent = addFaults(options.client, [])
  await createDynamoDbLine(options).read()
  const reads = sent.map(({ operation, body }) => [operation, JSON.parse(body).ConsistentRead])
  expect(reads).toEqual([['GetItem', true]])
})

it('refuses a stop that it cannot read: that is no line that runs', async () => {
  const options = await inNewTable()
  const line = createDynamoDbLine(options)
  await line.stop(stop)
  const Key = { pk: 'STOP', sk: 'STOP' }
  const { Item } = await options.client.send(new GetCommand({ TableName: options.table, Key }))
  for (const damaged of [
    { ...Item, schemaVersion: 2 },
    { ...Item, record: '{"reason":"?"}' },
    { ...Item, record: '' },
  ]) {
    await options.client.send(new PutCommand({ TableName: options.table, Item: damaged }))
    await expect(line.read()).rejects.toThrow(InvariantError)
  }
})
