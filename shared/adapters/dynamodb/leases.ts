import { ConflictError } from '../../domain/errors.ts'
import type { RouteState } from '../../domain/traffic.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Lease, LeaseMemory, Leases } from '../../ports/lease.ts'
import { type Item, keys, readNumber, readRouteState, readText } from './item.ts'
import { checkFits } from './item-size.ts'
import { type Condition, createItemTable, type TableOptions } from './item-table.ts'

export interface LeasesOptions extends TableOptions {
  /** Leases run in real time; every holder's clock is taken to be right within a second or so. */
  readonly clock: Pick<Clock, 'realNow'>
}

/**
 * Leases in DynamoDB: one item per resource, never deleted, since its fence must only rise. Every write is an update that
 * says the same when it is sent twice (a second taking by the same holder raises the fence once more, and answers with
 * it), so a lost answer does no harm.
 */
export function createDynamoDbLeases(options: LeasesOptions): Leases {
  const { clock } = options
  const table = createItemTable(options)

  async function note(lease: Lease, update: string, state: RouteState): Promise<void> {
    const text = JSON.stringify(state)
    checkFits({ ...keys.lease(lease.resource), lastWritten: text, intended: text })
    const { expression, values } = ifOurs(lease)
    const condition = { expression, values: { ...values, ':state': text } }
    if (await table.updateIf(keys.lease(lease.resource), update, condition)) return
    throw new ConflictError(
      `${lease.holder} lost the lease of ${lease.resource} (fence ${lease.fence}); write nothing more`,
    )
  }

  return {
    async take(resource, holder, leaseMs) {
      const now = clock.realNow()
      const expiresAtMs = now + leaseMs
      const item = await table.updateIf(
        keys.lease(resource),
        'SET holder = :holder, fence = if_not_exists(fence, :none) + :one, expiresAtMs = :expires',
        {
          expression: 'attribute_not_exists(holder) OR expiresAtMs <= :now OR holder = :holder',
          values: { ':holder': holder, ':none': 0, ':one': 1, ':expires': expiresAtMs, ':now': now },
        },
      )
      return item && { resource, holder, fence: readNumber(item, 'fence'), expiresAtMs, ...toMemory(item) }
    },
    async isHeld(lease) {
      const item = await table.get(keys.lease(lease.resource))
      if (!item || item.holder !== lease.holder || item.fence !== lease.fence) return false
      // The clock after the answer: the time that reading took counts against us.
      return clock.realNow() < readNumber(item, 'expiresAtMs')
    },
    async intend(lease, state) {
      await note(lease, 'SET intended = :state', state)
    },
    async confirm(lease, state) {
      await note(lease, 'SET lastWritten = :state REMOVE intended', state)
    },
    async giveBack(lease) {
      await table.updateIf(keys.lease(lease.resource), 'REMOVE holder', ifOurs(lease))
    },
    async peek(resource) {
      const item = await table.get(keys.lease(resource))
      if (!item) return null
      return {
        resource,
        holder: item.holder === undefined ? null : readText(item, 'holder'),
        fence: readNumber(item, 'fence'),
        expiresAtMs: readNumber(item, 'expiresAtMs'),
        ...toMemory(item),
      }
    },
  }
}

function ifOurs({ holder, fence }: Lease): Condition {
  return { expression: 'holder = :holder AND fence = :fence', values: { ':holder': holder, ':fence': fence } }
}

function toMemory(item: Item): LeaseMemory {
  return { lastWritten: readRouteState(item, 'lastWritten'), intended: readRouteState(item, 'intended') }
}
