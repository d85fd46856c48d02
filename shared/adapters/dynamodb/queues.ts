import type { DeploymentStore, QueueEntry } from '../../ports/deployment-store.ts'
import { buildPage, fromCursor } from '../page.ts'
import { type Item, keys, readText } from './item.ts'
import { type ItemTable, queryUpTo } from './item-table.ts'

type Queues = Pick<DeploymentStore, 'enqueue' | 'queueOf' | 'leaveQueue' | 'listQueues'>

/** How many entries of one service are read; a queue takes far fewer. */
const longestQueue = 1000

/** One item per deployment that waits, named by service and id. Every write says the same when it is sent twice. */
export function createQueues(table: ItemTable): Queues {
  return {
    async enqueue({ service, id, enqueuedAt }) {
      await table.put({ ...keys.queued(service, id), service, queuedId: id, enqueuedAt })
    },
    async queueOf(service) {
      const { pk, sk } = keys.queued(service, '')
      const input = {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :of)',
        ExpressionAttributeValues: { ':pk': pk, ':of': sk },
        ConsistentRead: true,
      }
      return (await queryUpTo(table, input, longestQueue)).map(toEntry)
    },
    async leaveQueue({ service, id, enqueuedAt }) {
      const asRead = { expression: 'enqueuedAt = :enqueuedAt', values: { ':enqueuedAt': enqueuedAt } }
      await table.deleteIf(keys.queued(service, id), asRead)
    },
    async listQueues(page) {
      const after = fromCursor('queues', page.cursor)
      const input = {
        KeyConditionExpression: after === null ? 'pk = :pk' : 'pk = :pk AND sk > :after',
        ExpressionAttributeValues: { ':pk': keys.queued('', '').pk, ...(after !== null && { ':after': after }) },
        ConsistentRead: true,
      }
      const found = (await queryUpTo(table, input, page.limit + 1)).map(toEntry)
      return buildPage('queues', {
        found,
        limit: page.limit,
        placeOf: ({ service, id }) => keys.queued(service, id).sk,
      })
    },
  }
}

function toEntry(item: Item): QueueEntry {
  const [service, id] = [readText(item, 'service'), readText(item, 'queuedId')]
  return { service, id, enqueuedAt: readText(item, 'enqueuedAt') }
}
