import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDynamoDbDeploymentStore } from '../../shared/adapters/dynamodb/deployment-store.ts'
import { createDynamoDbLeases } from '../../shared/adapters/dynamodb/leases.ts'
import { createDynamoDbServiceStore } from '../../shared/adapters/dynamodb/service-store.ts'
import { describeDeploymentStore } from '../contract/deployment-store.ts'
import { describeLeases } from '../contract/lease.ts'
import { describeServiceStore } from '../contract/service-store.ts'
import { aDeployment, anEvent, aService, aSettledBucket, someMeasures, webArns } from '../support/builders.ts'
import { type Dynalite, startDynalite } from '../support/dynalite.ts'
import { addFaults } from '../support/dynamodb-faults.ts'

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

it('reads strongly consistent everywhere but in the index of a list', async () => {
  const options = { ...(await inNewTable()), clock, logger }
  const sent = addFaults(options.client, [])
  const deployments = createDynamoDbDeploymentStore(options)
  const services = createDynamoDbServiceStore(options)
  const leases = createDynamoDbLeases(options)
  const { id } = await deployments.create(aDeployment({ lastEvents: [anEvent()], eventSeq: 1 }))
  await deployments.save(aDeployment({ revision: 2, lastEvents: [anEvent()], eventSeq: 1 }))
  await deployments.saveMeasures(id, someMeasures())
  await deployments.keepBuckets(id, 'errors', [aSettledBucket(0)])
  const page = { limit: 10, cursor: null }
  await Promise.all([deployments.load(id), deployments.loadMeasures(id), deployments.pointer('web')])
  await Promise.all([deployments.wakeToken(id), deployments.listEvents(id, page), deployments.listPointers(page)])
  await deployments.listBuckets(id, 'errors', page)
  await Promise.all([deployments.queueOf('web'), deployments.listQueues(page)])
  await Promise.all([deployments.list({}, page), services.get('web'), services.list(page)])
  await services.put(await services.put(aService()))
  const lease = await leases.take(webArns.rule, 'a', 20_000)
  await Promise.all([leases.peek(webArns.rule), lease && leases.isHeld(lease)])

  const reads = sent.filter(({ operation }) => operation === 'GetItem' || operation === 'Query')
  const weak = reads.map(({ body }) => JSON.parse(body)).filter((input) => input.ConsistentRead !== true)
  expect(reads.length).toBeGreaterThan(10)
  expect(weak).toEqual([expect.objectContaining({ IndexName: 'deployments' })])
  expect(new Set(sent.map(({ operation }) => operation))).toEqual(
    new Set(['GetItem', 'PutItem', 'Query', 'UpdateItem']),
  )
})
