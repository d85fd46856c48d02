import * as z from 'zod'
import { type AuditEntry, type ChainHead, chainStart, fitsFilter, sealEntry } from '../../domain/audit.ts'
import { TransientError } from '../../domain/errors.ts'
import type { AuditLog, AuditQuery } from '../../ports/audit-log.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Page, PageRequest } from '../../ports/page.ts'
import { buildPage, fromCursor, toCursor } from '../page.ts'
import { sha256 } from '../sha256.ts'
import { fromRecordItem, type Item, keys, toRecordItem } from './item.ts'
import { createItemTable, type ItemTable, ifAbsent, type QueryInput, type TableOptions } from './item-table.ts'

export interface AuditLogOptions extends TableOptions {
  readonly clock: Pick<Clock, 'sleep'>
}

/** How often an entry is tried; each time another one was first. */
const mostTries = 25
/** Wait before another try: a random part of this for each try so far, so that many do not meet again. Milliseconds. */
const pauseMs = 8

/**
 * The audit in DynamoDB: an item an entry, put only if its place is free. Whoever wins the place has seen the entry before
 * it, since places are taken in order and nothing is ever deleted.
 */
export function createDynamoDbAuditLog({ clock, ...options }: AuditLogOptions): AuditLog {
  const table = createItemTable(options)
  return {
    async append(record) {
      for (let tries = 1; tries <= mostTries; tries++) {
        const entry = sealEntry(record, await readHead(table), sha256)
        if ((await table.putIf(toAuditItem(entry), ifAbsent)).ours) return entry
        await clock.sleep(Math.ceil(Math.random() * pauseMs * tries))
      }
      throw new TransientError(`others added to the audit ${mostTries} times in a row; try again`, { refused: true })
    },
    list: (query, page) => listEntries(table, query, page),
  }
}

async function readHead(table: Pick<ItemTable, 'query'>): Promise<ChainHead> {
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': keys.auditEntry(0).pk },
    ScanIndexForward: false,
    ConsistentRead: true,
    Limit: 1,
  })
  const [item] = items
  return item ? { seq: placeOf(item), hash: fromAuditItem(item).hash } : chainStart
}

/** Entries looked at in one query where something is filtered, and queries made for one page. */
const entriesPerQuery = 500
const queriesPerPage = 10

async function listEntries(
  table: Pick<ItemTable, 'query'>,
  { order, ...filter }: AuditQuery,
  page: PageRequest,
): Promise<Page<AuditEntry>> {
  const isFiltered = Object.values(filter).some((value) => value !== undefined)
  const found: PlacedEntry[] = []
  let place = fromCursor('audit', page.cursor)
  for (let queries = 1; ; queries++) {
    // One more than the page tells whether there is another page.
    const wanted = page.limit + 1 - found.length
    const { items, lastKey } = await table.query({
      ...toQuery(order, place),
      Limit: isFiltered ? entriesPerQuery : wanted,
    })
    const placed = items.map((item) => ({ place: String(placeOf(item)), entry: fromAuditItem(item) }))
    found.push(...placed.filter(({ entry }) => fitsFilter(entry, filter)))
    const last = placed.at(-1)
    if (found.length > page.limit || lastKey === null || last === undefined) {
      const cut = buildPage('audit', { found, limit: page.limit, placeOf: (one) => one.place })
      return { ...cut, items: cut.items.map(({ entry }) => entry) }
    }
    place = last.place
    if (queries === queriesPerPage)
      return { items: found.map(({ entry }) => entry), nextCursor: toCursor('audit', place) }
  }
}

interface PlacedEntry {
  readonly place: string
  readonly entry: AuditEntry
}

/** By the key, which nobody can change: what an entry says of its place may have been tampered with. */
function placeOf({ sk }: Item): number {
  return Number(sk)
}

function toQuery(order: AuditQuery['order'], place: string | null): QueryInput {
  const { pk, sk } = keys.auditEntry(Number(place))
  const beyond = order === 'newest-first' ? 'sk < :place' : 'sk > :place'
  return {
    KeyConditionExpression: place === null ? 'pk = :pk' : `pk = :pk AND ${beyond}`,
    ExpressionAttributeValues: { ':pk': pk, ...(place !== null && { ':place': sk }) },
    ScanIndexForward: order === 'oldest-first',
    ConsistentRead: true,
  }
}

function toAuditItem(entry: AuditEntry): Item {
  return toRecordItem(keys.auditEntry(entry.seq), entry, { seq: entry.seq })
}

/** Not more than is needed to go on: what else was changed is for `verifyChain` to say, entry by entry. */
const anEntry = z.looseObject({
  seq: z.number(),
  at: z.string(),
  principal: z.looseObject({ kind: z.string(), name: z.string(), identity: z.string() }),
  previousHash: z.string(),
  hash: z.string(),
})

/** @throws {InvariantError} If it is no entry as this version of Sluice writes it. */
function fromAuditItem(item: Item): AuditEntry {
  return fromRecordItem<AuditEntry>(item, anEntry)
}
