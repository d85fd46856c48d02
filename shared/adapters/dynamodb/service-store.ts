import { ConflictError } from '../../domain/errors.ts'
import type { ServiceStore } from '../../ports/service-store.ts'
import { buildPage, fromCursor } from '../page.ts'
import { fromServiceItem, type Item, keys, readText, toServiceItem } from './item.ts'
import { checkIsSmall } from './item-size.ts'
import { createItemTable, ifAbsent, queryUpTo, type TableOptions } from './item-table.ts'

/** Services, and which of them each resource belongs to, in DynamoDB. */
export function createDynamoDbServiceStore(options: TableOptions): ServiceStore {
  const table = createItemTable(options)
  return {
    async get(name) {
      const item = await table.get(keys.service(name))
      return item && fromServiceItem(item)
    },
    async put(service) {
      const next = toServiceItem({ ...service, revision: service.revision + 1 })
      const item = checkIsSmall(next, `service ${service.name}`)
      const written = await table.putIf(item, service.revision === 0 ? ifAbsent : ifRevision(service.revision))
      if (written.ours) return fromServiceItem(item)
      const now = written.standing ? fromServiceItem(written.standing).revision : 0
      throw moved(service.name, { read: service.revision, now })
    },
    async delete(name, revision) {
      // Gone already is what was asked for, and what a repeated delete finds.
      const { expression, values } = ifRevision(revision)
      const condition = { expression: `${ifAbsent.expression} OR ${expression}`, ...(values && { values }) }
      if (await table.deleteIf(keys.service(name), condition)) return
      const standing = await table.get(keys.service(name))
      if (standing) throw moved(name, { read: revision, now: fromServiceItem(standing).revision })
    },
    async list(page, sees) {
      const after = fromCursor('services', page.cursor)
      const input = {
        KeyConditionExpression: after === null ? 'pk = :pk' : 'pk = :pk AND sk > :after',
        ExpressionAttributeValues: { ':pk': keys.service('').pk, ...(after !== null && { ':after': after }) },
        ConsistentRead: true,
      }
      const keep = sees && (({ sk }: Item) => sees(String(sk)))
      const found = (await queryUpTo(table, input, page.limit + 1, keep)).map(fromServiceItem)
      return buildPage('services', { found, limit: page.limit, placeOf: (service) => service.name })
    },
    async claim(resource, service) {
      return readText(await table.putIfAbsent({ ...keys.claim(resource), claimedBy: service }), 'claimedBy')
    },
    async release(resource, service) {
      await table.deleteIf(keys.claim(resource), {
        expression: 'claimedBy = :service',
        values: { ':service': service },
      })
    },
  }
}

function ifRevision(revision: number) {
  return { expression: 'revision = :revision', values: { ':revision': revision } }
}

function moved(name: string, { read, now }: { readonly read: number; readonly now: number }): ConflictError {
  return new ConflictError(
    `service ${name} changed since it was read (revision ${read} then, ${now} now); read it again`,
    { service: name, revision: now },
  )
}
