import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDynamoDbRateCounts } from '../../shared/adapters/dynamodb/rate-counts.ts'
import { TransientError } from '../../shared/domain/errors.ts'
import { describeRateCounts } from '../contract/rate-counts.ts'
import { type Dynalite, startDynalite } from '../support/dynalite.ts'
import { addFaults, isOperation, type Sent } from '../support/dynamodb-faults.ts'

let database: Dynalite
beforeAll(async () => {
  database = await startDynalite()
})
afterAll(() => database.close())

const nowMs = Date.UTC(2026, 0, 1, 0, 0, 30)
const rule = { most: 5, windowSeconds: 60 }
const inNewTable = async () => ({ client: database.connect(), table: await database.makeTable() })

describeRateCounts('dynamodb', async (clock, processes) => {
  const table = await database.makeTable()
  return Array.from({ length: processes }, () => createDynamoDbRateCounts({ client: database.connect(), table, clock }))
})

it('writes once for each request, and reads once for each window', async () => {
  const options = await inNewTable()
  const sent = addFaults(options.client, [])
  const counts = createDynamoDbRateCounts({ ...options, clock: { realNow: () => nowMs } })
  for (let count = 0; count < 4; count++) await counts.count('command', 'iam someone', rule)
  expect(sent.map(({ operation }) => operation).sort()).toEqual([
    'GetItem',
    ...['UpdateItem', 'UpdateItem', 'UpdateItem', 'UpdateItem'],
  ])
})

it('leaves items that say nothing of the caller, and that the database deletes by itself', async () => {
  const options = await inNewTable()
  await createDynamoDbRateCounts({ ...options, clock: { realNow: () => nowMs } }).count('command', 'a', rule)
  const { Items } = await options.client.send(new ScanCommand({ TableName: options.table }))
  expect(Items).toEqual([
    {
      pk: 'RATE#command#ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
      sk: '0001767225600000',
      requests: 1,
      expiresAtSeconds: 1_767_225_720,
    },
  ])
})

it('says that it does not know when no answer comes, and reads the last window again', async () => {
  const options = await inNewTable()
  let isDown = true
  const when = (sent: Sent) => isDown && isOperation('GetItem')(sent)
  addFaults(options.client, [{ when, effect: 'not-sent', times: 100 }])
  const counts = createDynamoDbRateCounts({ ...options, clock: { realNow: () => nowMs } })
  await expect(counts.count('command', 'a', rule)).rejects.toThrow(TransientError)
  isDown = false
  expect(await counts.count('command', 'a', rule)).toEqual({ current: 2, previous: 0 })
})
