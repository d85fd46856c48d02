import type { DeploymentStore } from '../../ports/deployment-store.ts'
import { buildPage, fromCursor } from '../page.ts'
import { keys, readText } from './item.ts'
import { type ItemTable, queryUpTo } from './item-table.ts'

type Pointers = Pick<DeploymentStore, 'takePointer' | 'freePointer' | 'pointer' | 'listPointers'>

/** One item per service that is taken, naming its open deployment. */
export function createPointers(table: ItemTable): Pointers {
  return {
    async takePointer(service, id) {
      return readText(await table.putIfAbsent({ ...keys.pointer(service), openId: id }), 'openId')
    },
    async freePointer(service, id) {
      await table.deleteIf(keys.pointer(service), { expression: 'openId = :id', values: { ':id': id } })
    },
    async pointer(service) {
      const item = await table.get(keys.pointer(service))
      return item && readText(item, 'openId')
    },
    async listPointers(page) {
      const after = fromCursor('pointers', page.cursor)
      const input = {
        KeyConditionExpression: after === null ? 'pk = :pk' : 'pk = :pk AND sk > :after',
        ExpressionAttributeValues: { ':pk': keys.pointer('').pk, ...(after !== null && { ':after': after }) },
        ConsistentRead: true,
      }
      const items = await queryUpTo(table, input, page.limit + 1)
      const found = items.map((item) => ({ service: readText(item, 'sk'), id: readText(item, 'openId') }))
      return buildPage('pointers', { found, limit: page.limit, placeOf: ({ service }) => service })
    },
  }
}
