import type { DeploymentStore, QueueEntry } from '../../ports/deployment-store.ts'
import { buildPage, fromCursor } from '../page.ts'
import { copyOf } from './copy.ts'

type Queues = Pick<DeploymentStore, 'enqueue' | 'queueOf' | 'leaveQueue' | 'listQueues'>

/** Queues of all services in memory, for tests. Nothing awaits inside a method, so each is atomic. */
export function createMemoryQueues(): Queues {
  const entries = new Map<string, QueueEntry>()
  const placeOf = ({ service, id }: Pick<QueueEntry, 'service' | 'id'>) => `${service}#${id}`
  const inOrder = () => [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    async enqueue(entry) {
      entries.set(placeOf(entry), copyOf(entry))
    },
    async queueOf(service) {
      return copyOf(inOrder().flatMap(([, entry]) => (entry.service === service ? [entry] : [])))
    },
    async leaveQueue(entry) {
      const place = placeOf(entry)
      if (entries.get(place)?.enqueuedAt === entry.enqueuedAt) entries.delete(place)
    },
    async listQueues(page) {
      const after = fromCursor('queues', page.cursor)
      const found = inOrder().flatMap(([place, entry]) => (after === null || place > after ? [entry] : []))
      return buildPage('queues', { found: copyOf(found), limit: page.limit, placeOf })
    },
  }
}
