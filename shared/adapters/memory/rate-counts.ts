import { windowStart } from '../../domain/rate-limit.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RateCounts } from '../../ports/rate-counts.ts'

/** Counts in memory, for tests. Time is the clock's real time. */
export function createMemoryRateCounts(clock: Pick<Clock, 'realNow'>): RateCounts {
  const counts = new Map<string, number>()
  return {
    async count(kind, caller, rule) {
      const startMs = windowStart(rule, clock.realNow())
      const keyOf = (at: number) => `${kind} ${at} ${caller}`
      const current = (counts.get(keyOf(startMs)) ?? 0) + 1
      counts.set(keyOf(startMs), current)
      return { current, previous: counts.get(keyOf(startMs - rule.windowSeconds * 1000)) ?? 0 }
    },
  }
}
