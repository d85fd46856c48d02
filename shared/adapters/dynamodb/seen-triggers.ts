import type { Clock } from '../../ports/clock.ts'
import { keptMs, type SeenTriggers } from '../../ports/seen-triggers.ts'
import { keys } from './item.ts'
import { createItemTable, type TableOptions } from './item-table.ts'
import { timeToLiveAttribute } from './table.ts'

export interface SeenTriggersOptions extends TableOptions {
  /** Real time: how long a signature is good does not run faster in local mode. */
  readonly clock: Pick<Clock, 'realNow'>
}

/**
 * Triggers in DynamoDB: an item each, put if there is none or its time is over. The database deletes what has run out
 * hours later, so the time itself is part of the condition.
 */
export function createDynamoDbSeenTriggers(options: SeenTriggersOptions): SeenTriggers {
  const { clock } = options
  const table = createItemTable(options)
  return {
    async take(triggerId) {
      const now = clock.realNow()
      const item = {
        ...keys.trigger(triggerId),
        keptUntilMs: now + keptMs,
        [timeToLiveAttribute]: Math.ceil((now + keptMs) / 1000),
      }
      const condition = { expression: 'attribute_not_exists(pk) OR keptUntilMs <= :now', values: { ':now': now } }
      return (await table.putIf(item, condition)).ours
    },
  }
}
