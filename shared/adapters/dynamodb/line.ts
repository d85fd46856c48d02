import type { Stop } from '../../domain/raise-block.ts'
import type { Line } from '../../ports/line.ts'
import { fromStopItem, keys, toStopItem } from './item.ts'
import { createItemTable, ifAbsent, type TableOptions } from './item-table.ts'

/** Whether the line is stopped, in DynamoDB: one item, there while it is. */
export function createDynamoDbLine(options: TableOptions): Line {
  const table = createItemTable(options)
  return {
    async read(): Promise<Stop | null> {
      const item = await table.get(keys.stop)
      return item && fromStopItem(item)
    },
    async stop(stop) {
      await table.put(toStopItem(stop))
    },
    async release() {
      await table.deleteIf(keys.stop, { expression: `${ifAbsent.expression} OR attribute_exists(pk)` })
    },
  }
}
