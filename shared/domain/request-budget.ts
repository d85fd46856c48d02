import type { Lane } from './zone-change.ts'

/** Who asks. `background`: what can wait until the plan's lane needs nothing more, as a read-back can. */
export type RequestLane = Lane | 'background'

/**
 * What is left of the account's requests to Route 53, in units of which a request takes {@link unitsPerRequest}: with
 * them all sums are exact. Plain JSON.
 */
export interface RequestBudgetState {
  /** Up to when both buckets are filled, real time, whole milliseconds since the epoch. */
  readonly atMs: number
  /** Everybody's bucket: 0 to 4.5 requests. */
  readonly account: number
  /** The bucket that the plan's lane and the background take from, beside everybody's: 0 to 1.5 requests. */
  readonly plan: number
  /** Until then the plan's lane gets nothing, real time: somebody outside needed the requests. */
  readonly planNotBeforeMs: number
}

export type Taking =
  | { readonly taken: true; readonly state: RequestBudgetState }
  /** After `waitMs` milliseconds, 1 or more, it is worth asking again. Until then nobody of this lane gets one. */
  | { readonly taken: false; readonly waitMs: number }

const unitsPerRequest = 10_000

/**
 * Requests, and units that flow back in a millisecond. Route 53 gives an account five requests a second; half a request
 * less at once, and 4.8 a second, leave room for clocks and networks that jitter by 100 ms. A plan that is alone asks for
 * no more than five in any second: whether Route 53 counts by a bucket or by the second, no document says.
 * @see Route 53 developer guide, quotas: maximums on API requests
 */
const account = { capacity: 4.5 * unitsPerRequest, perMs: 48 }
const plan = { capacity: 1.5 * unitsPerRequest, perMs: 35 }

/**
 * The plan's lane leaves so much in everybody's bucket. Its own bucket alone would not do: when rollbacks have emptied the
 * account's, a busy plan would take each request as it flows back, and the next rollback would race with it.
 */
const keptForRollbacks = 2 * unitsPerRequest

/** How long the plan's lane stands back when Route 53 throttles us, real milliseconds. */
const standBackMs = 1000

/** A state that is so far ahead was written by a wrong clock. Clocks of functions agree within a second or so. */
const wrongClockMs = 10_000

/**
 * Takes one request if `lane` may have one now. A rollback needs one in the account's bucket; the plan's lane one in its
 * own as well, two more in the account's, and that nobody was throttled within the last second; the background needs what
 * the plan's lane needs and finds that lane's bucket full, so it gets nothing while that lane takes each request as it
 * flows back.
 *
 * @param state - Null where nobody has taken any yet: both buckets are full.
 * @param nowMs - Real time, milliseconds since the epoch. Earlier than the state's: that is the time.
 */
export function takeRequest(state: RequestBudgetState | null, lane: RequestLane, nowMs: number): Taking {
  const at = refill(state, nowMs)
  const waitMs = waitOf(at, lane)
  if (waitMs > 0) return { taken: false, waitMs: Math.ceil(at.atMs + waitMs - nowMs) }
  const ofPlan = lane === 'rollback' ? 0 : unitsPerRequest
  return { taken: true, state: { ...at, account: at.account - unitsPerRequest, plan: at.plan - ofPlan } }
}

/** Route 53 answered `Throttling`: the account has nothing left, and the plan's lane stands back for a second. */
export function noteThrottling(state: RequestBudgetState | null, nowMs: number): RequestBudgetState {
  const at = refill(state, nowMs)
  return { ...at, account: 0, planNotBeforeMs: at.atMs + standBackMs }
}

/** How long `lane` waits from `at` on, whole milliseconds. */
function waitOf(at: RequestBudgetState, lane: RequestLane): number {
  switch (lane) {
    case 'rollback':
      return fillMs(unitsPerRequest - at.account, account.perMs)
    case 'plan':
      return waitOfPlan(at, unitsPerRequest)
    case 'background':
      return waitOfPlan(at, plan.capacity)
  }
}

/** @param needed - Units in the plan's own bucket. */
function waitOfPlan(at: RequestBudgetState, needed: number): number {
  return Math.max(
    fillMs(unitsPerRequest + keptForRollbacks - at.account, account.perMs),
    fillMs(needed - at.plan, plan.perMs),
    at.planNotBeforeMs - at.atMs,
  )
}

function fillMs(missing: number, perMs: number): number {
  return Math.max(0, Math.ceil(missing / perMs))
}

/** Time never goes back here, or two callers whose clocks differ would fill the buckets twice for the same time. */
function refill(state: RequestBudgetState | null, nowMs: number): RequestBudgetState {
  const now = Math.floor(nowMs)
  if (state === null) return { atMs: now, account: account.capacity, plan: plan.capacity, planNotBeforeMs: now }
  // Else rollbacks would wait until all clocks have come to where the wrong one was.
  if (state.atMs - now > wrongClockMs) return { atMs: now, account: 0, plan: 0, planNotBeforeMs: now }
  const atMs = Math.max(state.atMs, now)
  const passedMs = atMs - state.atMs
  return {
    atMs,
    account: Math.min(account.capacity, state.account + passedMs * account.perMs),
    plan: Math.min(plan.capacity, state.plan + passedMs * plan.perMs),
    planNotBeforeMs: state.planNotBeforeMs,
  }
}
