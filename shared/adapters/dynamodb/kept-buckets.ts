import type { SettledBucket } from '../../domain/gates/compare-buckets.ts'
import type { DeploymentStore } from '../../ports/deployment-store.ts'
import { buildPage, fromCursor } from '../page.ts'
import { fromBucketItem, keys, toBucketItem } from './item.ts'
import { type ItemTable, queryUpTo } from './item-table.ts'

/** Writes of one call at a time: a look after a long silence must not throttle the rest. */
const atOnce = 10

/** Settled buckets as items of their own, put if absent: the first to settle one decides for all. */
export function createKeptBuckets(table: ItemTable): Pick<DeploymentStore, 'keepBuckets' | 'listBuckets'> {
  return {
    async keepBuckets(id, gate, buckets) {
      const kept: SettledBucket[] = []
      for (let from = 0; from < buckets.length; from += atOnce) {
        const some = buckets.slice(from, from + atOnce)
        const standing = await Promise.all(some.map((bucket) => table.putIfAbsent(toBucketItem(id, gate, bucket))))
        kept.push(...standing.map(fromBucketItem))
      }
      return kept
    },
    async listBuckets(id, gate, page) {
      const after = Number(fromCursor('buckets', page.cursor) ?? 0)
      const first = keys.bucket(id, gate, after + 1)
      const query = {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': first.pk,
          ':from': first.sk,
          ':to': keys.bucket(id, gate, lastEndMs).sk,
        },
        ConsistentRead: true,
      }
      const found = (await queryUpTo(table, query, page.limit + 1)).map(fromBucketItem)
      return buildPage('buckets', { found, limit: page.limit, placeOf: ({ endMs }) => String(endMs) })
    },
  }
}

/** Later than any instant that a Date can hold. */
const lastEndMs = 9_000_000_000_000_000
