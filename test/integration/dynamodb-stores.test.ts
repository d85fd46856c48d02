import { afterAll, beforeAll } from 'vitest'
import { createDynamoDbServiceStore } from '../../shared/adapters/dynamodb/service-store.ts'
import { describeServiceStore } from '../contract/service-store.ts'
import { type Dynalite, startDynalite } from '../support/dynalite.ts'

let database: Dynalite
beforeAll(async () => {
  database = await startDynalite()
})
afterAll(() => database.close())

describeServiceStore('dynamodb', async () =>
  createDynamoDbServiceStore({ client: database.connect(), table: await database.makeTable() }),
)
