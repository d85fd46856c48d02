import { TransientError } from '../domain/errors.ts'
import type { Clock } from '../ports/clock.ts'
import { systemClock } from './system-clock.ts'

/** Runs a call in its turn. @throws {TransientError} If its turn would come too late; nothing was asked. */
export type CallRate = <T>(call: () => Promise<T>) => Promise<T>

export interface CallRateOptions {
  /** Calls a second, over 0. */
  readonly perSecond: number
  /** Calls that may go at once after a pause, at least 1. */
  readonly burst: number
  /** How long a call waits for its turn at most, real milliseconds. Default 60,000. */
  readonly patienceMs?: number
  /** Whose rate it is, for the message: `Elastic Load Balancing`. */
  readonly of: string
  /** Default: the system's. */
  readonly clock?: Pick<Clock, 'realNow' | 'sleep'>
}

/**
 * Keeps a process to a rate of calls, first come, first served: an account's rate is shared with workflows and people, and
 * who is throttled has spent his retries on nothing.
 */
export function createCallRate(options: CallRateOptions): CallRate {
  const { perSecond, burst, patienceMs = 60_000, of, clock = systemClock } = options
  const intervalMs = 1000 / perSecond
  // When the bucket will be full again.
  let fullAt = 0
  return async (call) => {
    const now = clock.realNow()
    const next = Math.max(fullAt, now) + intervalMs
    const waitMs = next - burst * intervalMs - now
    if (waitMs > patienceMs)
      throw new TransientError(
        `${of}: so many calls wait already that this one's turn comes in ${Math.ceil(waitMs / 1000)} s; ask again later`,
        { refused: true },
      )
    fullAt = next
    if (waitMs > 0) await clock.sleep(waitMs)
    return call()
  }
}
