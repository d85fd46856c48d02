import { messageOf } from '../../domain/message-of.ts'
import { type RateKind, type RateRule, waitMs } from '../../domain/rate-limit.ts'
import { type Bucket, type BucketRule, takeToken } from '../../domain/token-bucket.ts'
import type { Logger } from '../../logger.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RateCounts } from '../../ports/rate-counts.ts'

/** How much one caller may ask, and one address that does not show who calls. */
export interface RateRules {
  /** Over all processes. */
  readonly counted: Readonly<Record<RateKind, RateRule>>
  /** In this process alone. */
  readonly reads: BucketRule
}

export const defaultRates: RateRules = {
  counted: {
    command: { most: 60, windowSeconds: 60 },
    'take-back': { most: 120, windowSeconds: 60 },
    refused: { most: 30, windowSeconds: 60 },
    forbidden: { most: 60, windowSeconds: 60 },
  },
  reads: { most: 200, perSecond: 20 },
}

/** Says how long a caller has to wait, real milliseconds; 0: not at all. */
export interface RateGuard {
  /** Counts a command, or an attempt that was refused, in one write; in none while the caller is known to have to wait. */
  count(kind: RateKind, caller: string): Promise<number>
  /** Counts a read, without asking anybody. */
  read(caller: string): number
  /** What this process knows already. Counts nothing. */
  known(kind: RateKind, caller: string): number
}

export interface RateGuardDeps {
  readonly rateCounts: RateCounts
  readonly clock: Pick<Clock, 'realNow'>
  readonly logger: Pick<Logger, 'warn'>
}

/** Callers that are remembered of each kind; the oldest goes first. */
const mostRemembered = 1000

/**
 * Makes the guard of one process. If requests cannot be counted, they pass: whoever wants to take traffic back must not wait
 * for a counter, and a command needs the same table anyway.
 */
export function createRateGuard(
  { rateCounts, clock, logger }: RateGuardDeps,
  rules: RateRules = defaultRates,
): RateGuard {
  const waits = new Map<string, number>()
  const buckets = new Map<string, Bucket>()

  const known = (kind: RateKind, caller: string) => Math.max(0, (waits.get(`${kind} ${caller}`) ?? 0) - clock.realNow())

  return {
    known,
    async count(kind, caller) {
      const waiting = known(kind, caller)
      if (waiting > 0) return waiting
      const rule = rules.counted[kind]
      try {
        const wait = waitMs(rule, await rateCounts.count(kind, caller, rule), clock.realNow())
        if (wait > 0) remember(waits, `${kind} ${caller}`, clock.realNow() + wait)
        return wait
      } catch (error) {
        logger.warn('rate-not-counted', { kind, reason: messageOf(error) })
        return 0
      }
    },
    read(caller) {
      const taken = takeToken(rules.reads, buckets.get(caller), clock.realNow())
      remember(buckets, caller, taken.bucket)
      return taken.waitMs
    },
  }
}

/** The oldest is the one that was written longest ago. */
function remember<T>(entries: Map<string, T>, key: string, value: T): void {
  entries.delete(key)
  entries.set(key, value)
  const [oldest] = entries.keys()
  if (entries.size > mostRemembered && oldest !== undefined) entries.delete(oldest)
}
