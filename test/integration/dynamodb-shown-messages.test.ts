import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDynamoDbAlerts } from '../../shared/adapters/dynamodb/alerts.ts'
import { createDynamoDbShownMessages } from '../../shared/adapters/dynamodb/shown-messages.ts'
import { describeAlerts } from '../contract/alerts.ts'
import { describeShownMessages } from '../contract/shown-messages.ts'
import { type Dynalite, startDynalite } from '../support/dynalite.ts'
import { addFaults, isOperation } from '../support/dynamodb-faults.ts'

let database: Dynalite
beforeAll(async () => {
  database = await startDynalite()
})
afterAll(() => database.close())

const clock = { realNow: () => Date.UTC(2026, 0, 1) }
const inNewTable = async () => ({ client: database.connect(), table: await database.makeTable() })

describeShownMessages('dynamodb', async () => createDynamoDbShownMessages(await inNewTable()))
describeAlerts('dynamodb', async () => createDynamoDbAlerts({ ...(await inNewTable()), clock }))

it('knows its own save again when the answer to it was lost', async () => {
  const options = await inNewTable()
  addFaults(options.client, [{ when: isOperation('PutItem'), effect: 'answer-lost' }])
  const store = createDynamoDbShownMessages(options)
  const first = { revision: 1, channel: 'C0123', ts: null, version: 0, work: null }
  await store.save('dep_1', first)
  expect(await store.load('dep_1')).toEqual(first)
})

it('lets the database delete an alert that nobody told within a day', async () => {
  const options = await inNewTable()
  const sent = addFaults(options.client, [])
  const alerts = createDynamoDbAlerts({ ...options, clock })
  await alerts.put({ id: '1', deployment: 'dep_1', message: 'halted', at: '2026-01-01T00:00:00.000Z' })
  const item = JSON.parse(sent[0]?.body ?? '{}').Item
  expect(item.expiresAtSeconds).toEqual({ N: String(Date.UTC(2026, 0, 2) / 1000) })
})
