import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbDeploymentStore } from '../../shared/adapters/dynamodb/deployment-store.ts'
import { keys } from '../../shared/adapters/dynamodb/item.ts'
import { createDynamoDbLeases } from '../../shared/adapters/dynamodb/leases.ts'
import { createDynamoDbServiceStore } from '../../shared/adapters/dynamodb/service-store.ts'
import { ensureTable, tableDefinition } from '../../shared/adapters/dynamodb/table.ts'
import { InvariantError, TransientError, UpstreamError, ValidationError } from '../../shared/domain/errors.ts'
import {
  aDeployment,
  anEvent,
  aRouteState,
  aService,
  aSettledBucket,
  someMeasures,
  webArns,
} from '../support/builders.ts'
import { type Dynalite, startDynalite } from '../support/dynalite.ts'

let database: Dynalite
beforeAll(async () => {
  database = await startDynalite()
})
afterAll(() => database.close())

const quiet = { clock: { realNow: () => 0 }, logger: { warn() {} } }

describe('what DynamoDB answers when it does not do as asked', () => {
  const servers: Server[] = []
  const clients: DynamoDBClient[] = []
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy()
    for (const server of servers.splice(0)) {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    }
  })

  /** A client, one attempt a call, of a server that always answers so; `null`: never. */
  async function clientOf(answer: { readonly status: number; readonly body: string } | null) {
    const server = createServer((_request, response) => {
      if (answer) response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(answer.body)
    })
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
    return connect(`http://127.0.0.1:${address.port}`)
  }

  function connect(endpoint: string) {
    const client = new DynamoDBClient({
      endpoint,
      region: 'eu-west-1',
      maxAttempts: 1,
      requestHandler: { requestTimeout: 200, throwOnRequestTimeout: true },
    })
    clients.push(client)
    return DynamoDBDocumentClient.from(client)
  }

  const refusal = (code: string) => ({
    status: 400,
    body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: 'no' }),
  })

  it.each([
    { title: 'throttled capacity', answer: refusal('ProvisionedThroughputExceededException'), becomes: TransientError },
    { title: 'throttled calls', answer: refusal('ThrottlingException'), becomes: TransientError },
    { title: 'a request limit', answer: refusal('RequestLimitExceeded'), becomes: TransientError },
    { title: 'a transaction in the way', answer: refusal('TransactionConflictException'), becomes: TransientError },
    { title: 'its own failure', answer: { ...refusal('InternalServerError'), status: 500 }, becomes: TransientError },
    { title: 'a page of a proxy', answer: { status: 503, body: '<html>busy</html>' }, becomes: TransientError },
    { title: 'half an answer', answer: { status: 200, body: '{"Item":{' }, becomes: TransientError },
    { title: 'nothing at all', answer: null, becomes: TransientError },
    { title: 'no permission', answer: refusal('AccessDeniedException'), becomes: UpstreamError },
    { title: 'a token that it does not know', answer: refusal('UnrecognizedClientException'), becomes: UpstreamError },
    { title: 'a request that it calls invalid', answer: refusal('ValidationException'), becomes: UpstreamError },
    { title: 'no such table', answer: refusal('ResourceNotFoundException'), becomes: UpstreamError },
  ])('is our $becomes.name for $title', async ({ answer, becomes }) => {
    const options = { client: await clientOf(answer), table: 'sluice', ...quiet }
    const services = createDynamoDbServiceStore(options)
    const deployments = createDynamoDbDeploymentStore(options)
    const leases = createDynamoDbLeases(options)
    const calls = [
      () => services.get('web'),
      () => services.put(aService()),
      () => services.delete('web', 1),
      () => services.list({ limit: 10, cursor: null }),
      () => deployments.claimKey('ci', { id: 'dep_1', bodyHash: 'aa' }),
      () => deployments.create(aDeployment()),
      () => deployments.save(aDeployment({ revision: 2, lastEvents: [anEvent()] })),
      () => deployments.list({}, { limit: 10, cursor: null }),
      () => deployments.saveMeasures('dep_1', someMeasures()),
      () => deployments.keepBuckets('dep_1', 'errors', [aSettledBucket(0), aSettledBucket(1)]),
      () => deployments.listBuckets('dep_1', 'errors', { limit: 10, cursor: null }),
      () => leases.take(webArns.rule, 'a', 20_000),
      () => leases.peek(webArns.rule),
    ]
    const outcomes = await Promise.allSettled(calls.map((call) => call()))
    for (const outcome of outcomes) {
      const error = outcome.status === 'rejected' ? outcome.reason : null
      expect(error).toBeInstanceOf(becomes)
      expect(error).toMatchObject({ cause: expect.any(Error), message: expect.stringContaining('sluice') })
    }
  })

  it('is our TransientError when nothing listens', async () => {
    const client = await clientOf(null)
    for (const server of servers.splice(0)) {
      const closed = once(server, 'close')
      server.close()
      await closed
    }
    const services = createDynamoDbServiceStore({ client, table: 'sluice' })
    await expect(services.get('web')).rejects.toThrow(TransientError)
  })

  it('names the table that is missing', async () => {
    const services = createDynamoDbServiceStore({ client: database.connect(), table: 'not-there' })
    await expect(services.get('web')).rejects.toThrow(UpstreamError)
    await expect(services.get('web')).rejects.toThrow(/not-there.*deploy it/)
  })
})

describe('what is stored', () => {
  const start = async () => {
    const options = { client: database.connect(), table: await database.makeTable(), ...quiet }
    return {
      ...options,
      services: createDynamoDbServiceStore(options),
      deployments: createDynamoDbDeploymentStore(options),
      leases: createDynamoDbLeases(options),
    }
  }

  it.each([
    { title: 'a later format', changes: { schemaVersion: 2 } },
    { title: 'no format', changes: { schemaVersion: undefined } },
    { title: 'no record', changes: { record: undefined } },
    { title: 'a record that is no JSON', changes: { record: '{"id":' } },
    {
      title: 'a record of a later format',
      changes: { record: JSON.stringify({ ...aDeployment(), schemaVersion: 2 }) },
    },
    { title: 'an unknown phase', changes: { record: JSON.stringify({ ...aDeployment(), phase: 'thinking' }) } },
    { title: 'no id', changes: { record: JSON.stringify({ ...aDeployment(), id: undefined }) } },
  ])('is refused on reading where it has $title', async ({ changes }) => {
    const { client, table, deployments } = await start()
    const { id } = await deployments.create(aDeployment())
    const whole = { ...keys.deployment(id), schemaVersion: 1, record: JSON.stringify(aDeployment()), ...changes }
    const item = JSON.parse(JSON.stringify(whole))
    await client.send(new PutCommand({ TableName: table, Item: item }))
    await expect(deployments.load(id)).rejects.toThrow(InvariantError)
    await expect(deployments.load(id)).rejects.toThrow(/DEPLOYMENT#dep_.* is not readable/)
  })

  it('is refused on reading where a bucket is none, by whoever lists or settles it', async () => {
    const { client, table, deployments } = await start()
    const bucket = aSettledBucket(0)
    const item = { ...keys.bucket('dep_1', 'errors', bucket.endMs), schemaVersion: 1, record: '[0,0]' }
    await client.send(new PutCommand({ TableName: table, Item: item }))
    const page = { limit: 10, cursor: null }
    await expect(deployments.listBuckets('dep_1', 'errors', page)).rejects.toThrow(InvariantError)
    await expect(deployments.keepBuckets('dep_1', 'errors', [bucket])).rejects.toThrow(/BUCKET#errors.* not readable/)
  })

  it('is refused beforehand where it is too large', async () => {
    const { services, deployments, leases } = await start()
    const long = 'ü'.repeat(100 * 1024)
    const links = { build: long }
    await expect(services.put(aService({ createdAt: long }))).rejects.toThrow(ValidationError)
    await expect(deployments.create(aDeployment({ links }))).rejects.toThrow(ValidationError)
    const hugeLinks = { build: long, log: long, report: long }
    await expect(deployments.create(aDeployment({ links: hugeLinks }))).rejects.toThrow(ValidationError)
    await deployments.create(aDeployment())
    const grown = aDeployment({ revision: 2, links })
    await deployments.save(grown)
    const tooLarge = aDeployment({ revision: 3, links, reason: long })
    await expect(deployments.save(tooLarge)).rejects.toThrow(InvariantError)
    expect(await deployments.load(grown.id)).toEqual(grown)
    const lease = await leases.take(webArns.rule, 'a', 20_000)
    if (lease === null) throw new Error('the lease was not free')
    await expect(leases.intend(lease, aRouteState({ raw: long }))).rejects.toThrow(InvariantError)
  })

  it('is deleted by the database only where it is an idempotency key, 90 days on', async () => {
    const { client, table, services, deployments, leases } = await start()
    await services.put(aService())
    await services.claim(webArns.rule, 'web')
    await deployments.claimKey('ci-42', { id: 'dep_1', bodyHash: 'aa' })
    await deployments.takePointer('web', 'dep_1')
    await deployments.create(aDeployment({ lastEvents: [anEvent()], eventSeq: 1 }))
    await deployments.saveMeasures('dep_1', someMeasures())
    await deployments.saveWakeToken('dep_1', 'token')
    await deployments.keepBuckets('dep_1', 'errors', [aSettledBucket(0)])
    await leases.take(webArns.rule, 'a', 20_000)
    const { Items: items = [] } = await client.send(new ScanCommand({ TableName: table }))
    expect(items).toHaveLength(10)
    expect(items.filter((item) => item.expiresAtSeconds !== undefined)).toEqual([
      expect.objectContaining({ pk: 'KEY#ci-42', expiresAtSeconds: 90 * 86_400 }),
    ])
  })
})

describe('the table', () => {
  it('is made once as defined, and made again without harm', async () => {
    const client = database.connect()
    await ensureTable(client, 'made-twice')
    await ensureTable(client, 'made-twice')
    const { Table: table } = await client.send(new DescribeTableCommand({ TableName: 'made-twice' }))
    expect(table).toMatchObject({
      TableStatus: 'ACTIVE',
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      KeySchema: tableDefinition.KeySchema,
      AttributeDefinitions: expect.arrayContaining(tableDefinition.AttributeDefinitions),
    })
    const made = (table?.GlobalSecondaryIndexes ?? []).map(({ IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      Projection,
    }))
    expect(made).toHaveLength(2)
    expect(made).toEqual(expect.arrayContaining(tableDefinition.GlobalSecondaryIndexes))
  })

  it('is made by one of many who begin at once', async () => {
    const client = database.connect()
    await Promise.all(Array.from({ length: 5 }, () => ensureTable(client, 'made-at-once')))
    const services = createDynamoDbServiceStore({ client, table: 'made-at-once' })
    expect(await services.get('web')).toBeNull()
  })
})
