import { InvariantError } from '../../domain/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import { forgottenAfterMs, type ZoneChanges } from '../../ports/zone-changes.ts'
import { type Item, type Key, keys, readNumber, readText } from './item.ts'
import { largestNewItemBytes, sizeOf } from './item-size.ts'
import { createItemTable, type ItemTable, ifAbsent, type QueryInput, type TableOptions } from './item-table.ts'
import { fromZoneChangeItem, keyOfZoneChange, toZoneChangeItem } from './zone-change-item.ts'

export interface ZoneChangesOptions extends TableOptions {
  /** Changes are forgotten by real time. */
  readonly clock: Pick<Clock, 'realNow'>
}

/**
 * Wanted changes in DynamoDB: one item each, in one partition per zone, so that the queue is one consistent query.
 *
 * A result stays on the item: moving it elsewhere would take three writes where one does, with states between them. What
 * is finished is filtered out in the database, and little of it lies there: its writer removes it, and of writers that
 * died `waiting` removes it. Time to live only clears zones that nobody looks at again.
 */
export function createDynamoDbZoneChanges(options: ZoneChangesOptions): ZoneChanges {
  const { clock } = options
  const table = createItemTable(options)
  return {
    async add(change) {
      // Ids are unique: one that is there is this very change, added by a try whose answer was lost.
      await table.putIf(checkLeavesRoom(toZoneChangeItem(change)), ifAbsent)
    },
    async waiting(hostedZoneId, lane) {
      const forgottenMs = clock.realNow() - forgottenAfterMs
      const items = await queryAll(table, {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :lane)',
        FilterExpression: 'attribute_not_exists(changeResult) OR giveUpAtMs <= :forgotten',
        ExpressionAttributeValues: {
          ':pk': keys.zoneChange(hostedZoneId, 'plan', '').pk,
          ':lane': lane ? keys.zoneChange(hostedZoneId, lane, '').sk : 'CHANGE#',
          ':forgotten': forgottenMs,
        },
        ConsistentRead: true,
      })
      const isForgotten = (item: Item) => readNumber(item, 'giveUpAtMs') <= forgottenMs
      await sweep(table, items.filter(isForgotten))
      return items.filter((item) => !isForgotten(item)).map(fromZoneChangeItem)
    },
    async read(change) {
      const item = await table.get(keyOfZoneChange(change))
      return item && fromZoneChangeItem(item)
    },
    async noteAccepted(change, changeId, atMs) {
      const isNewest = 'attribute_not_exists(acceptedAtMs) OR acceptedAtMs <= :at'
      await table.updateIf(keyOfZoneChange(change), 'SET acceptedChangeId = :change, acceptedAtMs = :at', {
        expression: `${isUnfinished} AND (${isNewest})`,
        values: { ':change': changeId, ':at': atMs },
      })
    },
    async noteResult(change, result) {
      const key = keyOfZoneChange(change)
      const text = JSON.stringify(result)
      checkLeavesRoom({ ...key, changeResult: text })
      await table.updateIf(key, 'SET changeResult = :result', {
        expression: isUnfinished,
        values: { ':result': text },
      })
    },
    async remove(change) {
      await table.deleteIf(keyOfZoneChange(change), { expression: 'attribute_exists(pk)' })
    },
  }
}

/** An update would make a new item of one that was removed meanwhile. */
const isUnfinished = 'attribute_exists(pk) AND attribute_not_exists(changeResult)'

/** So many are removed by one look: the rest has time until the next. */
const sweptAtOnce = 25

/** Rubbish only: one that could not be removed now is met again at the next look. */
async function sweep(table: ItemTable, forgotten: readonly Item[]): Promise<void> {
  const gone = { expression: 'attribute_exists(pk)' }
  const keyOf = (item: Item): Key => ({ pk: readText(item, 'pk'), sk: readText(item, 'sk') })
  await Promise.allSettled(forgotten.slice(0, sweptAtOnce).map((item) => table.deleteIf(keyOf(item), gone)))
}

/** Pages are cut at 1 MB, before the filter: one may be empty and not be the last. */
async function queryAll(table: ItemTable, input: QueryInput): Promise<readonly Item[]> {
  const items: Item[] = []
  let start: Item | null = null
  do {
    const page = await table.query({ ...input, ...(start && { ExclusiveStartKey: start }) })
    items.push(...page.items)
    start = page.lastKey
  } while (start)
  return items
}

/**
 * Change and result share an item of at most 400 KB, so neither may fill more than its half: a result that cannot be
 * noted would leave its writer waiting.
 * @throws {InvariantError} If it does. Two records of Route 53 are some 50 KB at most, kept in both states.
 */
function checkLeavesRoom(item: Item): Item {
  const bytes = sizeOf(item)
  if (bytes <= largestNewItemBytes) return item
  throw new InvariantError(
    `item ${String(item.pk)} ${String(item.sk)} would get ${bytes} bytes; a change and its result have ${largestNewItemBytes} each`,
  )
}
