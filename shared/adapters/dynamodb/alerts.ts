import * as z from 'zod'
import type { Alert, Alerts } from '../../ports/alerts.ts'
import type { Clock } from '../../ports/clock.ts'
import { fromRecordItem, keys, toRecordItem } from './item.ts'
import { createItemTable, type TableOptions } from './item-table.ts'
import { timeToLiveAttribute } from './table.ts'

/** After a day nobody needs to be woken any more, seconds of real time. */
const keptSeconds = 86_400

/** Alerts in DynamoDB: an item each, beside the deployment that it is about. The table's stream tells of it. */
export function createDynamoDbAlerts(options: TableOptions & { readonly clock: Pick<Clock, 'realNow'> }): Alerts {
  const table = createItemTable(options)
  return {
    async put(alert) {
      const expires = Math.ceil(options.clock.realNow() / 1000) + keptSeconds
      await table.put(toRecordItem(keys.alert(alert.deployment, alert.id), alert, { [timeToLiveAttribute]: expires }))
    },
    async load(deployment, id) {
      const item = await table.get(keys.alert(deployment, id))
      return item && fromRecordItem<Alert>(item, anAlert)
    },
    async remove(deployment, id) {
      await table.deleteIf(keys.alert(deployment, id), { expression: 'attribute_exists(pk)' })
    },
  }
}

const anAlert = z.looseObject({ id: z.string(), deployment: z.string(), message: z.string(), at: z.string() })
