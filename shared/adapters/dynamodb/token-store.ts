import * as z from 'zod'
import type { ApiToken, Revocation } from '../../domain/api-token.ts'
import { ConflictError } from '../../domain/errors.ts'
import type { TokenStore } from '../../ports/token-store.ts'
import { buildPage, fromCursor } from '../page.ts'
import { fromRecordItem, type Item, keys, readJson, readText, toRecordItem } from './item.ts'
import { createItemTable, ifAbsent, queryUpTo, type TableOptions } from './item-table.ts'

/** What never changes. What does is an attribute of its own, so that a use and a revocation cannot undo each other. */
type TokenRecord = Omit<ApiToken, 'lastUsedAt' | 'revoked'>

/** API tokens in DynamoDB, in one partition. */
export function createDynamoDbTokenStore(options: TableOptions): TokenStore {
  const table = createItemTable(options)
  async function get(id: string): Promise<ApiToken | null> {
    const item = await table.get(keys.token(id))
    return item && fromTokenItem(item)
  }
  return {
    get,
    async add(token) {
      const written = await table.putIf(toTokenItem(token), ifAbsent)
      if (!written.ours) throw new ConflictError(`API token ${token.id} exists already`)
    },
    async list(page) {
      const after = fromCursor('tokens', page.cursor)
      const input = {
        KeyConditionExpression: after === null ? 'pk = :pk' : 'pk = :pk AND sk > :after',
        ExpressionAttributeValues: { ':pk': keys.token('').pk, ...(after !== null && { ':after': after }) },
        ConsistentRead: true,
      }
      const found = (await queryUpTo(table, input, page.limit + 1)).map(fromTokenItem)
      return buildPage('tokens', { found, limit: page.limit, placeOf: (token) => token.id })
    },
    async revoke(id, revocation) {
      const item = await table.updateIf(keys.token(id), 'SET revocation = :revocation', {
        expression: 'attribute_exists(pk) AND attribute_not_exists(revocation)',
        values: { ':revocation': JSON.stringify(revocation) },
      })
      return item ? fromTokenItem(item) : get(id)
    },
    async noteUse(id, { at, since }) {
      await table.updateIf(keys.token(id), 'SET lastUsedAt = :at', {
        expression: 'attribute_exists(pk) AND (attribute_not_exists(lastUsedAt) OR lastUsedAt <= :since)',
        values: { ':at': at, ':since': since },
      })
    },
  }
}

function toTokenItem({ lastUsedAt, revoked, ...record }: ApiToken): Item {
  return toRecordItem(keys.token(record.id), record satisfies TokenRecord, {
    ...(lastUsedAt !== null && { lastUsedAt }),
    ...(revoked && { revocation: JSON.stringify(revoked) }),
  })
}

const anActor = z.looseObject({ kind: z.string(), name: z.string() })
const aToken = z.looseObject({
  id: z.string().min(1),
  name: z.string(),
  hash: z.string().min(1),
  createdAt: z.iso.datetime(),
  createdBy: anActor,
  // What cannot be read as an instant would never run out.
  expiresAt: z.iso.datetime(),
})
const aRevocation = z.looseObject({ at: z.iso.datetime(), by: anActor, reason: z.string() })

/** @throws {InvariantError} If it is no token as this version of Sluice writes it. */
function fromTokenItem(item: Item): ApiToken {
  return {
    ...fromRecordItem<TokenRecord>(item, aToken),
    lastUsedAt: item.lastUsedAt === undefined ? null : readText(item, 'lastUsedAt'),
    revoked: item.revocation === undefined ? null : readJson<Revocation>(item, 'revocation', aRevocation),
  }
}
