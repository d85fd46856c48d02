import { randomUUID } from 'node:crypto'
import type { Clock } from '../../ports/clock.ts'
import type { Propagation } from '../../ports/propagation.ts'
import { keys, readNumber } from './item.ts'
import { createItemTable, type TableOptions } from './item-table.ts'
import { timeToLiveAttribute } from './table.ts'

export interface PropagationOptions extends TableOptions {
  /** The database deletes by real time. */
  readonly clock: Pick<Clock, 'realNow'>
}

/** Long past every wait for a change. One that is asked about later is asked of Route 53 again, and has arrived. */
const keptSeconds = 86_400

/** What is known of Route 53's changes, in DynamoDB: one item per change, from the first question on. */
export function createDynamoDbPropagation(options: PropagationOptions): Propagation {
  const table = createItemTable(options)
  const note = (changeId: string, set: string, expression: string, values: Readonly<Record<string, string | number>>) =>
    table.updateIf(keys.propagation(changeId), `SET ${set}, ${timeToLiveAttribute} = :expires`, {
      expression,
      values: { ...values, ':expires': Math.ceil(options.clock.realNow() / 1000) + keptSeconds },
    })
  return {
    async read(changeId) {
      const item = await table.get(keys.propagation(changeId))
      return item && { insyncAtMs: item.insyncAtMs === undefined ? null : readNumber(item, 'insyncAtMs') }
    },
    async claimPoll(changeId, nowMs, everyMs) {
      // The mark lets a try whose answer was lost know its own claim again: else nobody would ask until the next.
      const isDue = 'attribute_not_exists(nextPollAtMs) OR nextPollAtMs <= :now OR pollClaim = :claim'
      const item = await note(
        changeId,
        'nextPollAtMs = :next, pollClaim = :claim',
        `attribute_not_exists(insyncAtMs) AND (${isDue})`,
        { ':now': nowMs, ':next': nowMs + everyMs, ':claim': randomUUID() },
      )
      return item !== null
    },
    async noteInsync(changeId, atMs) {
      await note(changeId, 'insyncAtMs = :at', 'attribute_not_exists(insyncAtMs)', { ':at': atMs })
    },
  }
}
