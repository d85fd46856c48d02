import * as z from 'zod'
import { ConflictError } from '../../domain/errors.ts'
import type { ShownMessage } from '../../domain/shown-message.ts'
import type { ShownMessages } from '../../ports/shown-messages.ts'
import { fromRecordItem, keys, toRecordItem } from './item.ts'
import { createItemTable, ifAbsent, type TableOptions } from './item-table.ts'

/** Places of messages in DynamoDB: an item beside each deployment that has one. */
export function createDynamoDbShownMessages(options: TableOptions): ShownMessages {
  const table = createItemTable(options)
  return {
    async load(deployment) {
      const item = await table.get(keys.shownMessage(deployment))
      return item && fromRecordItem<ShownMessage>(item, aShownMessage)
    },
    async save(deployment, next) {
      const item = toRecordItem(keys.shownMessage(deployment), next, { revision: next.revision })
      const condition =
        next.revision === 1
          ? ifAbsent
          : { expression: 'revision = :revision', values: { ':revision': next.revision - 1 } }
      if ((await table.putIf(item, condition)).ours) return
      throw new ConflictError(`the message of ${deployment} changed since it was read; read it again`, { deployment })
    },
  }
}

const aShownMessage = z.looseObject({
  revision: z.int().positive(),
  channel: z.string().min(1),
  ts: z.string().nullable(),
  version: z.int().nonnegative(),
  work: z.object({ kind: z.enum(['post', 'update']), untilMs: z.number() }).nullable(),
})
