import type { Clock } from '../../ports/clock.ts'
import { keptMs, type SeenTriggers } from '../../ports/seen-triggers.ts'

/** Triggers in memory, for tests. Time is the clock's real time. */
export function createMemorySeenTriggers(clock: Pick<Clock, 'realNow'>): SeenTriggers {
  const takenUntil = new Map<string, number>()
  return {
    async take(triggerId) {
      const now = clock.realNow()
      for (const [id, untilMs] of takenUntil) if (untilMs <= now) takenUntil.delete(id)
      if (takenUntil.has(triggerId)) return false
      takenUntil.set(triggerId, now + keptMs)
      return true
    },
  }
}
