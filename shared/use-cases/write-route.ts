import type { Deps } from '../deps.ts'
import { ConflictError, TransientError } from '../domain/errors.ts'
import { type RawWeights, type RouteState, sameRouting } from '../domain/traffic.ts'
import type { Lane } from '../domain/zone-change.ts'
import type { Lease } from '../ports/lease.ts'
import type { QueuedRouter } from '../ports/traffic-router.ts'
import { writeRecordSet } from './write-record-set.ts'
import type { ZoneDeps } from './zone/zone-session.ts'

/** How long one holder may write, real milliseconds. */
const leaseMs = 20_000
/** No write starts with less of its lease left: a call may take 3 s, and the read-back needs time too. */
const lastStartMs = 8_000
/** Pauses between tries and between read-backs, real milliseconds: quick at first, then polite. */
const pausesMs = [50, 100, 200, 400, 800, 1500]

/** The part of a router that writing needs; ALB rules, listeners and test entries all have it. */
export interface Writable {
  read(): Promise<RouteState>
  write(seen: RouteState, target: RouteState): Promise<void>
}

export interface WriteWish {
  /** Who wants it: its goal is looked at again just before the write. */
  readonly deployment: string
  readonly resource: string
  readonly router: Writable | QueuedRouter
  /** Whom it goes before, where many wait for one writer. Default: `plan`. */
  readonly lane?: Lane
  /** Puts back what a late write changed after the deployment's end, looking at what is there first. Default: false. */
  readonly afterEnd?: true
  /** What was read before our first write of this deployment, where that is still to come. Spares a queued writer a look. */
  readonly snapshot?: RouteState | null
  /** Looks, under the lease, whether that first write is still to come. Throws to stop. */
  readonly mayBegin?: () => Promise<void>
  /** What is to be there, given what is. Throws to refuse (drift). */
  readonly target: (seen: RouteState, lease: Lease) => RouteState
  /** Last look before the write, or before it is handed to a zone's writer. Throws to stop. True: it took the time of a save. */
  readonly mayWrite: (seen: RouteState) => Promise<boolean>
  /** True when `seen` needs no write; default: it routes as `target` does. */
  readonly isThere?: (seen: RouteState, target: RouteState) => boolean
}

export interface WriteReceipt {
  readonly before: RawWeights
  readonly after: RawWeights
  /** False when it was there already and nothing was sent. */
  readonly wrote: boolean
  /** The change of Route 53 that spreads now; null where there is none. */
  readonly changeId: string | null
}

/**
 * The one way in which Sluice changes routing. Where a zone's queue stands between, see `writeRecordSet`; everywhere
 * else: take the lease, read, compare, note the intent, look once more, write, read back until equal, note the outcome,
 * give the lease back.
 *
 * A write that was throttled, timed out or lost its answer is judged by what is read back: it is sent again only if the
 * old routing is still there, so it never takes effect twice.
 *
 * @throws {TransientError} If another holder kept the lease, or the new routing was not read back within ours.
 * @throws Whatever `target` and `mayWrite` throw; nothing was written then.
 */
export async function writeRoute(deps: ZoneDeps, wish: WriteWish): Promise<WriteReceipt> {
  const { router } = wish
  return 'write' in router ? writeDirectly(deps, { ...wish, router }) : writeRecordSet(deps, { ...wish, router })
}

type DirectWish = WriteWish & { readonly router: Writable }

async function writeDirectly(
  deps: Pick<Deps, 'leases' | 'clock' | 'newHolder'>,
  wish: DirectWish,
): Promise<WriteReceipt> {
  const lease = await takeLease(deps, wish.resource)
  const wire: Wire = { unaccounted: 0 }
  try {
    return await writeUnderLease(deps, wish, lease, wire)
  } finally {
    // A call whose outcome nobody knows may still take effect: the next writer waits until our lease has run out, and
    // then reads what is true. Otherwise it is free at once; a failure to say so must not hide what happened above.
    if (wire.unaccounted === 0) await deps.leases.giveBack(lease).catch(() => undefined)
  }
}

/** Calls that were sent, are neither known to have done nothing nor seen to have taken effect. */
interface Wire {
  unaccounted: number
}

async function writeUnderLease(
  deps: Pick<Deps, 'leases' | 'clock'>,
  wish: DirectWish,
  lease: Lease,
  wire: Wire,
): Promise<WriteReceipt> {
  const isThere = wish.isThere ?? sameRouting
  const seen = await wish.router.read()
  const target = wish.target(seen, lease)
  if (isThere(seen, target)) {
    if (!lease.lastWritten || lease.intended || !sameRouting(lease.lastWritten, seen))
      await deps.leases.confirm(lease, seen)
    const before = lateEffect(lease, seen)
    return { before: before ?? seen.weights, after: seen.weights, wrote: before !== null, changeId: null }
  }
  await deps.leases.intend(lease, target)
  let cause: unknown
  // Where a provider locks by revision, a change that routes nothing differently moves it: each try replaces what was read last.
  let current = seen
  for (const pauseMs of pausesMs) {
    requireTime(deps, lease)
    if (!(await deps.leases.isHeld(lease))) throw new TransientError(`the lease of ${lease.resource} was lost`)
    // Where the last look took the time of a save, somebody else may have written meanwhile: compare once more.
    if ((await wish.mayWrite(seen)) && !sameRouting(await wish.router.read(), seen))
      return writeUnderLease(deps, wish, { ...lease, intended: target }, wire)
    cause = await send(deps, wish, lease, { seen: current, target, wire })
    const settled = await readBack(deps, wish, lease, { seen, target, isThere, sent: cause === undefined })
    if (settled.isThere) {
      // What is there, one of the calls did; the answer of that one was lost.
      if (cause !== undefined) wire.unaccounted = Math.max(0, wire.unaccounted - 1)
      await deps.leases.confirm(lease, target)
      return { before: seen.weights, after: target.weights, wrote: true, changeId: null }
    }
    current = settled.live ?? current
    await deps.clock.sleep(pauseMs)
  }
  throw new TransientError(`the new routing of ${wish.resource} did not take effect`, { cause })
}

/** Sends the write once. Returns why its outcome is unknown; undefined when it was answered. */
async function send(
  deps: Pick<Deps, 'clock'>,
  wish: DirectWish,
  lease: Lease,
  { seen, target, wire }: { readonly seen: RouteState; readonly target: RouteState; readonly wire: Wire },
): Promise<TransientError | undefined> {
  // Everything before took time as well; between this line and the call there is no other.
  requireTime(deps, lease)
  try {
    await wish.router.write(seen, target)
    return undefined
  } catch (error) {
    if (!(error instanceof TransientError)) throw error
    if (!error.refused) wire.unaccounted++
    return error
  }
}

/** What an earlier write of ours replaced that took effect and was never confirmed; null where there was none. */
function lateEffect({ lastWritten, intended }: Lease, seen: RouteState): RawWeights | null {
  if (!lastWritten || !intended || !sameRouting(intended, seen) || sameRouting(lastWritten, seen)) return null
  return lastWritten.weights
}

interface Written {
  readonly seen: RouteState
  readonly target: RouteState
  readonly isThere: (seen: RouteState, target: RouteState) => boolean
  /** False where the write threw: whether it took effect is unknown. */
  readonly sent: boolean
}

/** Reads until the target is there; after a failed write, until it is clear that the old routing stayed. */
async function readBack(
  deps: Pick<Deps, 'clock'>,
  wish: DirectWish,
  lease: Lease,
  write: Written,
): Promise<{ readonly isThere: boolean; readonly live: RouteState | null }> {
  let cause: unknown
  let live: RouteState | null = null
  for (const pauseMs of pausesMs) {
    try {
      live = await wish.router.read()
      cause = undefined
      if (write.isThere(live, write.target)) return { isThere: true, live }
      if (!sameRouting(live, write.seen))
        throw new ConflictError(`somebody else changed ${wish.resource} while we wrote it`, { resource: wish.resource })
      if (!write.sent) return { isThere: false, live }
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
      cause = error
    }
    if (deps.clock.realNow() + pauseMs >= lease.expiresAtMs) break
    await deps.clock.sleep(pauseMs)
  }
  if (cause) throw new TransientError(`${wish.resource} could not be read back`, { cause })
  return { isThere: false, live }
}

/** @throws {TransientError} If too little of the lease is left for a call and its read-back. */
export function requireTime(deps: Pick<Deps, 'clock'>, lease: Lease): void {
  if (lease.expiresAtMs - deps.clock.realNow() >= lastStartMs) return
  throw new TransientError(`the lease of ${lease.resource} is nearly over; no write starts now`)
}

/**
 * Takes a resource's lease, waiting for one whole lease for its holder to end; never steals one.
 *
 * @throws {TransientError} If the holder kept it.
 */
export async function takeLease(deps: Pick<Deps, 'leases' | 'clock' | 'newHolder'>, resource: string): Promise<Lease> {
  const holder = deps.newHolder()
  const giveUpAt = deps.clock.realNow() + leaseMs
  for (;;) {
    const lease = await deps.leases.take(resource, holder, leaseMs)
    if (lease) return lease
    if (deps.clock.realNow() >= giveUpAt) throw new TransientError(`${resource} is being written by somebody else`)
    await deps.clock.sleep(100)
  }
}
