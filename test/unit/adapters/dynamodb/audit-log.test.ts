import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { expect, it } from 'vitest'
import { createDynamoDbAuditLog } from '../../../../shared/adapters/dynamodb/audit-log.ts'
import { keys, toRecordItem } from '../../../../shared/adapters/dynamodb/item.ts'
import { anAuditChain } from '../../../support/audit.ts'

it('ends the search for what is rare after ten queries, and goes on from there', async () => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}))
  const database = mockClient(client)
  const chain = anAuditChain(12).reverse()
  for (const entry of chain) {
    const Items = [toRecordItem(keys.auditEntry(entry.seq), entry)]
    const LastEvaluatedKey = entry.seq > 1 ? { ...keys.auditEntry(entry.seq) } : undefined
    const before = keys.auditEntry(entry.seq + 1).sk
    database
      .on(QueryCommand, { ExpressionAttributeValues: { ':pk': 'AUDIT', ...(entry.seq < 12 && { ':place': before }) } })
      .resolves({ Items, ...(LastEvaluatedKey && { LastEvaluatedKey }) })
  }
  const audit = createDynamoDbAuditLog({
    client,
    table: 'sluice',
    clock: { sleep: async () => undefined },
  })
  const list = (cursor: string | null) =>
    audit.list({ order: 'newest-first', until: '2026-01-01T00:02:00.000Z' }, { limit: 5, cursor })
  const first = await list(null)
  expect(first.items).toEqual([])
  expect(database.commandCalls(QueryCommand)).toHaveLength(10)
  expect(await list(first.nextCursor)).toEqual({ items: [chain.at(-1)], nextCursor: null })
})
