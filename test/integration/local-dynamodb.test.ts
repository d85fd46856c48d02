import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateTableCommand, DynamoDBClient, ListTablesCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, describe, expect, it } from 'vitest'
import { createDynamoDb, type DynamoDb } from '../../local/aws/dynamodb/service.ts'
import { type AwsServer, createAwsServer } from '../../local/aws/server.ts'
import { createManualClock } from '../../local/clock.ts'
import { clientSettings } from '../support/aws-endpoint.ts'

interface Running {
  readonly db: DynamoDb
  readonly client: DynamoDBClient
  readonly documents: DynamoDBDocumentClient
  stop(): Promise<void>
}

const running: Running[] = []
const directories: string[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop()
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true })
})

async function startDynamoDb(path?: string): Promise<Running> {
  const db = createDynamoDb(path === undefined ? {} : { path })
  const server: AwsServer = createAwsServer({ rawServices: [db.service], clock: createManualClock() })
  await server.listen(0)
  const client = new DynamoDBClient(clientSettings(server))
  const documents = DynamoDBDocumentClient.from(client)
  const started = {
    ...{ db, client, documents },
    async stop() {
      client.destroy()
      await server.close()
      await db.close()
    },
  }
  running.push(started)
  return started
}

async function createTable({ client }: Running): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: 'sluice',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  )
  // As on AWS, a table is made after the answer: on disk and a busy machine a write can come first.
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.1 }, { TableName: 'sluice' })
}

const key = { pk: 'deployment#1', sk: 'deployment' }
const putIfAbsent = (Item: Record<string, unknown>) =>
  new PutCommand({ TableName: 'sluice', Item, ConditionExpression: 'attribute_not_exists(pk)' })

describe('DynamoDB behind the endpoint', () => {
  it('lets exactly one of twenty racing conditional puts win', async () => {
    const it = await startDynamoDb()
    await createTable(it)
    const puts = Array.from({ length: 20 }, (_, by) => it.documents.send(putIfAbsent({ ...key, by })))
    const outcomes = await Promise.allSettled(puts)
    const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason.name] : []))
    expect(refused).toEqual(Array.from({ length: 19 }, () => 'ConditionalCheckFailedException'))
  })

  it('updates only the version that was read', async () => {
    const { documents, ...rest } = await startDynamoDb()
    await createTable({ documents, ...rest })
    await documents.send(putIfAbsent({ ...key, version: 1 }))
    const update = new UpdateCommand({
      TableName: 'sluice',
      Key: key,
      UpdateExpression: 'SET version = :next',
      ConditionExpression: 'version = :read',
      ExpressionAttributeValues: { ':next': 2, ':read': 1 },
    })
    await documents.send(update)
    await expect(documents.send(update)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' })
    const { Item } = await documents.send(new GetCommand({ TableName: 'sluice', Key: key, ConsistentRead: true }))
    expect(Item).toEqual({ ...key, version: 2 })
  })

  it('gives the items of one key in order', async () => {
    const it = await startDynamoDb()
    await createTable(it)
    for (const sk of ['event#2', 'event#10', 'event#1', 'other']) {
      await it.documents.send(putIfAbsent({ pk: 'deployment#1', sk }))
    }
    const { Items } = await it.documents.send(
      new QueryCommand({
        TableName: 'sluice',
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :event)',
        ExpressionAttributeValues: { ':pk': 'deployment#1', ':event': 'event#' },
      }),
    )
    expect(Items?.map(({ sk }) => sk)).toEqual(['event#1', 'event#10', 'event#2'])
  })

  it('has its tables and items again after a restart from the same directory', async () => {
    const path = await mkdtemp(join(tmpdir(), 'sluice-dynamodb-'))
    directories.push(path)
    const before = await startDynamoDb(join(path, 'tables'))
    await createTable(before)
    await before.documents.send(putIfAbsent({ ...key, phase: 'baking' }))
    await running.pop()?.stop()
    const after = await startDynamoDb(join(path, 'tables'))
    const { Item } = await after.documents.send(new GetCommand({ TableName: 'sluice', Key: key }))
    expect(Item).toEqual({ ...key, phase: 'baking' })
  })

  it.each(['in memory', 'on disk'])('drops every table on reset, %s', async (where) => {
    const path = await mkdtemp(join(tmpdir(), 'sluice-dynamodb-'))
    directories.push(path)
    const it = await startDynamoDb(where === 'on disk' ? join(path, 'tables') : undefined)
    await createTable(it)
    await it.db.persistent.reset()
    expect((await it.client.send(new ListTablesCommand({}))).TableNames).toEqual([])
    await createTable(it)
    expect((await it.client.send(new ListTablesCommand({}))).TableNames).toEqual(['sluice'])
  })

  it('answers an unknown operation in the shape of AWS', async () => {
    const it = await startDynamoDb()
    const { TransactWriteItemsCommand } = await import('@aws-sdk/client-dynamodb')
    const transaction = it.client.send(new TransactWriteItemsCommand({ TransactItems: [] }))
    await expect(transaction).rejects.toMatchObject({ name: 'UnknownOperationException' })
  })
})
