import { ConflictError } from '../../domain/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Lease, Leases, LeaseView } from '../../ports/lease.ts'
import { copyOf } from './copy.ts'

/** Leases in memory, for tests. Time is the clock's real time. */
export function createMemoryLeases(clock: Pick<Clock, 'realNow'>): Leases {
  const items = new Map<string, LeaseView>()
  const ours = (lease: Lease): LeaseView | null => {
    const item = items.get(lease.resource)
    return item && item.holder === lease.holder && item.fence === lease.fence ? item : null
  }
  const change = (lease: Lease, fields: Partial<LeaseView>) => {
    const item = ours(lease)
    if (item) items.set(lease.resource, copyOf({ ...item, ...fields }))
    return item !== null
  }
  const lost = (lease: Lease) =>
    new ConflictError(`${lease.holder} lost the lease of ${lease.resource} (fence ${lease.fence}); write nothing more`)
  return {
    async take(resource, holder, leaseMs) {
      const now = clock.realNow()
      const item = items.get(resource)
      if (item && item.holder !== null && item.holder !== holder && now < item.expiresAtMs) return null
      const taken = {
        resource,
        holder,
        fence: (item?.fence ?? 0) + 1,
        expiresAtMs: now + leaseMs,
        lastWritten: item?.lastWritten ?? null,
        intended: item?.intended ?? null,
      }
      items.set(resource, taken)
      return copyOf(taken)
    },
    async isHeld(lease) {
      const item = ours(lease)
      return item !== null && clock.realNow() < item.expiresAtMs
    },
    async intend(lease, state) {
      if (!change(lease, { intended: state })) throw lost(lease)
    },
    async confirm(lease, state) {
      if (!change(lease, { lastWritten: state, intended: null })) throw lost(lease)
    },
    async giveBack(lease) {
      change(lease, { holder: null })
    },
    async peek(resource) {
      return copyOf(items.get(resource) ?? null)
    },
  }
}
