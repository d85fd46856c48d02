import { afterAll, beforeAll } from 'vitest'
import { createDynamoDbDeploymentStore } from '../../shared/adapters/dynamodb/deployment-store.ts'
import { createDynamoDbLeases } from '../../shared/adapters/dynamodb/leases.ts'
import { createDynamoDbServiceStore } from '../../shared/adapters/dynamodb/service-store.ts'
import { describeDeploymentStore } from '../contract/deployment-store.ts'
import { describeLeases } from '../contract/lease.ts'
import { describeServiceStore } from '../contract/service-store.ts'
import { type Dynalite, startDynalite } from '../support/dynalite.ts'

let database: Dynalite
beforeAll(async () => {
  database = await startDynalite()
})
afterAll(() => database.close())

const inNewTable = async () => ({ client: database.connect(), table: await database.makeTable() })
const clock = { realNow: () => Date.UTC(2026, 0, 1) }
const logger = {
  warn(event: string, fields?: object) {
    throw new Error(`nothing fails here, yet: ${event} ${JSON.stringify(fields)}`)
  },
}

describeServiceStore('dynamodb', async () => createDynamoDbServiceStore(await inNewTable()))
describeDeploymentStore('dynamodb', async () =>
  createDynamoDbDeploymentStore({ ...(await inNewTable()), clock, logger }),
)
describeLeases('dynamodb', async (realClock) => createDynamoDbLeases({ ...(await inNewTable()), clock: realClock }))
