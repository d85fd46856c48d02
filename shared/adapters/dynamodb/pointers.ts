import { TransientError } from '../../domain/errors.ts'
import type { DeploymentStore, Pointer } from '../../ports/deployment-store.ts'
import { buildPage, fromCursor } from '../page.ts'
import { type Item, keys, readText } from './item.ts'
import { type Condition, type ItemTable, queryUpTo } from './item-table.ts'

type Pointers = Pick<
  DeploymentStore,
  'takePointer' | 'watchPointer' | 'freePointer' | 'pointer' | 'watched' | 'listPointers'
>

/**
 * One item per service that is taken, naming its open deployment (`openId`), and the last one that has ended while it is
 * still watched (`watchedId`). One item for both: whoever begins, ends the watch in the same write. Every write says the
 * same when it is sent twice.
 */
export function createPointers(table: ItemTable): Pointers {
  return {
    async takePointer(service, id) {
      const key = keys.pointer(service)
      const taking: Condition = { expression: 'attribute_not_exists(openId)', values: { ':id': id } }
      // What stood in the way may be free when we look: then it is our turn again.
      for (let attempt = 0; attempt < 5; attempt++) {
        if (await table.updateIf(key, 'SET openId = :id', taking)) return id
        const standing = named(await table.get(key), 'openId')
        if (standing !== null) return standing
      }
      throw new TransientError(`the pointer of ${service} is taken and freed by others all the time; try again`)
    },
    async watchPointer(service, id) {
      await table.updateIf(keys.pointer(service), 'SET watchedId = openId REMOVE openId', {
        expression: 'openId = :id',
        values: { ':id': id },
      })
    },
    async freePointer(service, id) {
      const key = keys.pointer(service)
      const item = await table.get(key)
      const values = { ':id': id }
      // Which of the two it takes cannot change while `id` is named: each is refused once it is not.
      if (named(item, 'openId') === id && named(item, 'watchedId') !== null)
        await table.updateIf(key, 'REMOVE openId', { expression: 'openId = :id', values })
      else if (named(item, 'openId') === id) await table.deleteIf(key, { expression: 'openId = :id', values })
      else if (named(item, 'watchedId') === id)
        await table.deleteIf(key, { expression: 'watchedId = :id AND attribute_not_exists(openId)', values })
    },
    async pointer(service) {
      return named(await table.get(keys.pointer(service)), 'openId')
    },
    async watched(service) {
      const item = await table.get(keys.pointer(service))
      return named(item, 'openId') === null ? named(item, 'watchedId') : null
    },
    async listPointers(page) {
      const after = fromCursor('pointers', page.cursor)
      const input = {
        KeyConditionExpression: after === null ? 'pk = :pk' : 'pk = :pk AND sk > :after',
        ExpressionAttributeValues: { ':pk': keys.pointer('').pk, ...(after !== null && { ':after': after }) },
        ConsistentRead: true,
      }
      const found = (await queryUpTo(table, input, page.limit + 1)).map(toPointer)
      return buildPage('pointers', { found, limit: page.limit, placeOf: ({ service }) => service })
    },
  }
}

function named(item: Item | null, attribute: 'openId' | 'watchedId'): string | null {
  return item?.[attribute] === undefined ? null : readText(item, attribute)
}

function toPointer(item: Item): Pointer {
  const service = readText(item, 'sk')
  const open = named(item, 'openId')
  if (open !== null) return { service, id: open, state: 'open' }
  return { service, id: readText(item, 'watchedId'), state: 'watched' }
}
