import type { Deployment, DeploymentEvent } from '../../domain/deployment.ts'
import { fromEventItem, keys, readNumber, toEventItem } from './item.ts'
import { type ItemTable, ifAbsent, queryUpTo } from './item-table.ts'

/**
 * Events as items of their own.
 *
 * An event first exists in its deployment's record, written in one write with its transition. Only then is it copied, and
 * only once the copy is seen does a later save leave it out. So whichever write is the last one that happens, every event
 * is in the record, in an item, or in both with the same `seq`; an event of a save that was refused is in neither.
 */
export interface DeploymentEvents {
  /** `events` without those that have an item: what the next save must still carry. */
  withoutCopied(id: string, events: readonly DeploymentEvent[]): Promise<readonly DeploymentEvent[]>
  /** Gives each event of a **stored** record its item. @throws What the first failed copy threw; the others are made. */
  copy(deployment: Deployment): Promise<void>
  /** Up to `limit` items with a `seq` above `after`, in order. Strongly consistent. */
  read(id: string, after: number, limit: number): Promise<readonly DeploymentEvent[]>
}

const lastSeq = 999_999_999_999
/** Of so many deployments; then it begins anew. */
const mostRemembered = 5000

export function createDeploymentEvents(table: ItemTable): DeploymentEvents {
  const between = (id: string, from: number, to: number) => ({
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':pk': keys.event(id, from).pk,
      ':from': keys.event(id, from).sk,
      ':to': keys.event(id, to).sk,
    },
    ConsistentRead: true,
  })
  /**
   * By id: every event up to this `seq` has its item, as this process has seen. A record carries all that may have none,
   * and items are never deleted. Else each check would try to copy the last event of every deployment again.
   */
  const copiedUpTo = new Map<string, number>()
  return {
    async withoutCopied(id, events) {
      if (events.length === 0) return events
      const seqs = events.map((event) => event.seq)
      const range = between(id, Math.min(...seqs), Math.max(...seqs))
      const items = await queryUpTo(table, { ...range, ProjectionExpression: 'seq' }, events.length)
      const copied = new Set(items.map((item) => readNumber(item, 'seq')))
      return events.filter((event) => !copied.has(event.seq))
    },
    async copy({ id, lastEvents }) {
      const seen = copiedUpTo.get(id) ?? 0
      const copies = lastEvents
        .filter(({ seq }) => seq > seen)
        .map((event) => table.putIf(toEventItem(id, event), ifAbsent))
      for (const copy of await Promise.allSettled(copies)) if (copy.status === 'rejected') throw copy.reason
      if (copies.length === 0) return
      if (copiedUpTo.size >= mostRemembered) copiedUpTo.clear()
      copiedUpTo.set(id, Math.max(seen, ...lastEvents.map(({ seq }) => seq)))
    },
    async read(id, after, limit) {
      return (await queryUpTo(table, between(id, after + 1, lastSeq), limit)).map(fromEventItem)
    },
  }
}
