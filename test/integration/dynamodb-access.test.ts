import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbPolicyStore } from '../../shared/adapters/dynamodb/policy-store.ts'
import { createDynamoDbTokenStore } from '../../shared/adapters/dynamodb/token-store.ts'
import { initialPolicy } from '../../shared/domain/access/policy.ts'
import { InvariantError } from '../../shared/domain/errors.ts'
import { describePolicyStore } from '../contract/policy-store.ts'
import { describeTokenStore } from '../contract/token-store.ts'
import { type Dynalite, startDynalite } from '../support/dynalite.ts'
import { addFaults, isOperation } from '../support/dynamodb-faults.ts'
import { anApiToken, aTokenId } from '../support/tokens.ts'

let database: Dynalite
beforeAll(async () => {
  database = await startDynalite()
})
afterAll(() => database.close())

const inNewTable = async () => ({ client: database.connect(), table: await database.makeTable() })
const policy = {
  ...initialPolicy({ local: true, adminArns: [] }),
  updatedAt: '2026-01-01T00:00:00.000Z',
  updatedBy: { kind: 'local', name: 'local-owner' },
} as const
const revocation = { at: '2026-01-02T00:00:00.000Z', by: { kind: 'token', name: 'bo' }, reason: 'lost' } as const

describeTokenStore('dynamodb', async () => createDynamoDbTokenStore(await inNewTable()))
describePolicyStore('dynamodb', async () => createDynamoDbPolicyStore(await inNewTable()))

describe('reads', () => {
  it('are strongly consistent: what was taken away is gone from the answer on', async () => {
    const options = await inNewTable()
    const sent = addFaults(options.client, [])
    await createDynamoDbTokenStore(options).get(aTokenId())
    await createDynamoDbTokenStore(options).list({ limit: 1, cursor: null })
    await createDynamoDbPolicyStore(options).read()
    const reads = sent.map(({ operation, body }) => [operation, JSON.parse(body).ConsistentRead])
    expect(reads).toEqual([
      ['GetItem', true],
      ['Query', true],
      ['GetItem', true],
    ])
  })

  it.each<{ readonly what: string; readonly damage: Readonly<Record<string, unknown>> }>([
    { what: 'of another version', damage: { schemaVersion: 2 } },
    { what: 'without a date to run out', damage: { record: JSON.stringify({ ...anApiToken(), expiresAt: 'never' }) } },
    { what: 'whose revocation cannot be read', damage: { revocation: '{' } },
    { what: 'whose use cannot be read', damage: { lastUsedAt: 7 } },
  ])('refuse a token $what', async ({ damage }) => {
    const options = await inNewTable()
    const store = createDynamoDbTokenStore(options)
    await store.add(anApiToken())
    const Key = { pk: 'TOKENS', sk: aTokenId() }
    const { Item } = await options.client.send(new GetCommand({ TableName: options.table, Key }))
    await options.client.send(new PutCommand({ TableName: options.table, Item: { ...Item, ...damage } }))
    await expect(store.get(aTokenId())).rejects.toThrow(InvariantError)
  })

  it('refuse a policy that cannot be read: that is not "none yet", which would let in the first admin', async () => {
    const options = await inNewTable()
    const store = createDynamoDbPolicyStore(options)
    await store.save(policy)
    const Item = { pk: 'POLICY', sk: 'POLICY', schemaVersion: 1, record: '{"version":1}' }
    await options.client.send(new PutCommand({ TableName: options.table, Item }))
    await expect(store.read()).rejects.toThrow(InvariantError)
  })
})

describe('a write whose answer is lost', () => {
  it('is known again: a token is added once', async () => {
    const options = await inNewTable()
    addFaults(options.client, [{ when: isOperation('PutItem'), effect: 'answer-lost' }])
    const store = createDynamoDbTokenStore(options)
    await store.add(anApiToken())
    expect(await store.get(aTokenId())).toEqual(anApiToken())
  })

  it('is known again: a token is revoked', async () => {
    const options = await inNewTable()
    addFaults(options.client, [{ when: isOperation('UpdateItem'), effect: 'answer-lost' }])
    const store = createDynamoDbTokenStore(options)
    await store.add(anApiToken())
    expect(await store.revoke(aTokenId(), revocation)).toEqual(anApiToken({ revoked: revocation }))
  })

  it('is known again: a policy is saved', async () => {
    const options = await inNewTable()
    addFaults(options.client, [{ when: isOperation('PutItem'), effect: 'answer-lost' }])
    const store = createDynamoDbPolicyStore(options)
    expect(await store.save(policy)).toEqual({ ...policy, version: 1 })
    expect(await store.read()).toEqual({ ...policy, version: 1 })
  })
})
