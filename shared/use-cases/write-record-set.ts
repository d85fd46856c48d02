import { ConflictError, NotFoundError, TransientError, UpstreamError } from '../domain/errors.ts'
import { type RouteState, sameRouting } from '../domain/traffic.ts'
import type { Lane, ZoneChange, ZoneChangeResult } from '../domain/zone-change.ts'
import type { Lease, LeaseMemory } from '../ports/lease.ts'
import type { QueuedRouter } from '../ports/traffic-router.ts'
import { takeLease, type WriteReceipt, type WriteWish } from './write-route.ts'
import { submitZoneChange } from './zone/submit-zone-change.ts'
import type { ZoneDeps } from './zone/zone-session.ts'

/** How often a write starts over because something else than expected was found. */
const attempts = 5
/** How long a change stays wanted, also after its writer gave up waiting: a later try finds it done. Real milliseconds. */
const wantedMs = 120_000
/** How long a writer waits, over all its attempts, real milliseconds. The functions that call end after 50 s and more. */
const patienceMs: Readonly<Record<Lane, number>> = { plan: 30_000, rollback: 45_000 }

/**
 * Changes one pair of weighted records: notes the intent under the lease of the record set, hands the change to the
 * zone's writer, and notes the outcome. The lease is free while the change waits in the zone's queue, so a rollback never
 * stands behind a step: the zone's writer compares, checks the deployment's goal and reads back for everybody.
 *
 * @throws {TransientError} If the change was not sent, or not read back, in time. It may still be.
 * @throws {ConflictError} If the deployment must not write any more.
 * @throws {NotFoundError | UpstreamError} If the records are gone, or Route 53 refuses the change.
 * @throws Whatever `target` and `mayWrite` throw; nothing was written then.
 */
export async function writeRecordSet(deps: ZoneDeps, wish: RecordSetWish): Promise<WriteReceipt> {
  let found: RouteState | null = null
  const giveUpAtMs = deps.clock.realNow() + patienceMs[wish.lane ?? 'plan']
  for (let attempt = 0; attempt < attempts; attempt++) {
    const noted = await noteIntent(deps, wish, found)
    if ('receipt' in noted) return noted.receipt
    const { seen, target } = noted
    const result = await submitZoneChange(deps, toChange(deps, wish, noted), giveUpAtMs - deps.clock.realNow())
    if (result.type === 'done') return confirm(deps, wish, { seen, target, result })
    if (result.type !== 'changed') throw toError(wish.resource, result)
    found = result.found
  }
  throw new TransientError(`${wish.resource} keeps being changed while we write it; try again`)
}

export type RecordSetWish = WriteWish & { readonly router: QueuedRouter }

interface Noted {
  readonly seen: RouteState
  readonly target: RouteState
}

type NotedOrThere = Noted | { readonly receipt: WriteReceipt }

/**
 * Under the lease of the record set: what is to become of what is there, and may it. The intent comes last: noted by one
 * who then learns that a rollback was decided, it would stand in the place of the rollback's own.
 */
async function noteIntent(deps: ZoneDeps, wish: RecordSetWish, found: RouteState | null): Promise<NotedOrThere> {
  const lease = await takeLease(deps, wish.resource)
  try {
    const { seen, target, isAssumed } = await decide(wish, lease, found)
    if (!isAssumed && (wish.isThere ?? sameRouting)(seen, target))
      return { receipt: await noteThere(deps, lease, seen) }
    // Where the first write of a deployment was not sent, its next try finds this: that is no drift.
    if (wish.snapshot) {
      // One that woke after others had written would note as ours what was there before them.
      if (found === null) await wish.mayBegin?.()
      await noteSeen(deps, lease, seen)
    }
    await wish.mayWrite(seen)
    await deps.leases.intend(lease, target)
    return { seen, target }
  } finally {
    await deps.leases.giveBack(lease).catch(() => undefined)
  }
}

/**
 * What is there is what we last wrote, or read before our first write, unless nobody knows: the zone's writer compares
 * before it sends, so one list serves everybody in a batch. An assumption is no proof of drift: where it is refused, what
 * is there is read.
 */
async function decide(
  wish: RecordSetWish,
  lease: Lease,
  found: RouteState | null,
): Promise<Noted & { readonly isAssumed: boolean }> {
  const assumed = found === null ? assumedState(lease, wish) : null
  if (assumed !== null) {
    try {
      const target = wish.target(assumed, lease)
      if (canAssume(wish, lease, { assumed, target })) return { seen: assumed, target, isAssumed: true }
    } catch {
      // Read below, and decided on what is true.
    }
  }
  const seen = found ?? (await wish.router.read(wish.lane))
  return { seen, target: wish.target(seen, lease), isAssumed: false }
}

function canAssume(
  { lane }: RecordSetWish,
  { intended }: Lease,
  { assumed, target }: { readonly assumed: RouteState; readonly target: RouteState },
): boolean {
  // Where another rollback has just restored it, a look costs less than writing it again.
  if (lane === 'rollback') return intended !== null || !sameRouting(assumed, target)
  // An earlier try of this very write may have taken effect or not: the zone's writer sees which.
  return intended === null || sameRouting(intended, target)
}

async function noteThere(deps: ZoneDeps, lease: Lease, seen: RouteState): Promise<WriteReceipt> {
  await noteSeen(deps, lease, seen)
  const isLate = lease.intended !== null && lease.lastWritten !== null && !sameRouting(lease.lastWritten, seen)
  const before = isLate && lease.lastWritten ? lease.lastWritten.weights : seen.weights
  return { before, after: seen.weights, wrote: isLate, changeId: null }
}

/** What somebody else intends stays noted: a rollback may stand so, with its change still in the zone's queue. */
async function noteSeen({ leases }: Pick<ZoneDeps, 'leases'>, lease: Lease, seen: RouteState): Promise<void> {
  await leases.confirm(lease, seen)
  const { intended } = lease
  if (intended !== null && !sameRouting(intended, seen)) await leases.intend(lease, intended)
}

/** A rollback replaces whatever is there, so it spends no request on looking; whoever corrects has to know what. */
function assumedState({ lastWritten, intended }: LeaseMemory, { lane, afterEnd, snapshot = null }: RecordSetWish) {
  if (afterEnd) return null
  if (lane === 'rollback') return intended ?? lastWritten
  return snapshot ?? lastWritten
}

function toChange(deps: ZoneDeps, wish: RecordSetWish, { seen, target }: Noted): ZoneChange {
  const wantedAtMs = deps.clock.realNow()
  const lane = wish.lane ?? 'plan'
  return {
    id: `${wantedAtMs}#${deps.newHolder()}`,
    lane,
    deployment: wish.deployment,
    ...(wish.afterEnd && { afterEnd: true as const }),
    pair: wish.router.pair,
    expect: lane === 'rollback' ? null : seen,
    target,
    wantedAtMs,
    giveUpAtMs: wantedAtMs + wantedMs,
  }
}

/** Notes what was read back, unless a newer writer has noted an intent since: then what it does is the last word. */
async function confirm(
  deps: ZoneDeps,
  wish: WriteWish,
  { seen, target, result }: Noted & { readonly result: Extract<ZoneChangeResult, { type: 'done' }> },
): Promise<WriteReceipt> {
  const lease = await takeLease(deps, wish.resource)
  const isUnconfirmed = lease.intended !== null && sameRouting(lease.intended, target)
  try {
    if (isUnconfirmed) await deps.leases.confirm(lease, target)
  } finally {
    await deps.leases.giveBack(lease).catch(() => undefined)
  }
  const { changeId } = result
  const before = result.before ?? seen
  // In place without a change that we know of: an earlier call did it, whose answer was lost, or whose caller died.
  const wrote = changeId !== null || (isUnconfirmed && !sameRouting(before, target))
  return { before: before.weights, after: target.weights, wrote, changeId }
}

function toError(resource: string, result: Exclude<ZoneChangeResult, { type: 'done' | 'changed' }>): Error {
  switch (result.type) {
    case 'gone':
      return result.missing ? new NotFoundError(result.reason) : new UpstreamError(result.reason)
    case 'stopped':
      return new ConflictError(result.reason, { resource })
    case 'refused':
      return new UpstreamError(`Route 53 refuses the change of ${resource}: ${result.reason}`)
  }
}
