import type { KeptZoneChange, ZoneChange } from '../../domain/zone-change.ts'
import type { Clock } from '../../ports/clock.ts'
import { forgottenAfterMs, type ZoneChanges } from '../../ports/zone-changes.ts'
import { copyOf } from './copy.ts'

/** Wanted changes in memory, for tests. Time is the clock's real time. */
export function createMemoryZoneChanges(clock: Pick<Clock, 'realNow'>): ZoneChanges {
  const kept = new Map<string, KeptZoneChange>()
  const unfinished = (change: ZoneChange): KeptZoneChange | null => {
    const found = kept.get(keyOf(change))
    return found && found.result === null ? found : null
  }
  const put = (change: KeptZoneChange) => kept.set(keyOf(change), copyOf(change))
  return {
    async add(change) {
      if (!kept.has(keyOf(change))) put({ ...change, accepted: null, result: null })
    },
    async waiting(hostedZoneId, lane) {
      const now = clock.realNow()
      const asked = [...kept].filter(
        ([, { pair, lane: own }]) => pair.hostedZoneId === hostedZoneId && own === (lane ?? own),
      )
      for (const [key, { giveUpAtMs }] of asked) if (giveUpAtMs + forgottenAfterMs <= now) kept.delete(key)
      const waiting = asked.filter(([key, { result }]) => result === null && kept.has(key))
      return waiting.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, change]) => copyOf(change))
    },
    async read(change) {
      return copyOf(kept.get(keyOf(change)) ?? null)
    },
    async noteAccepted(change, changeId, atMs) {
      const found = unfinished(change)
      if (found && (found.accepted === null || found.accepted.atMs <= atMs))
        put({ ...found, accepted: { changeId, atMs } })
    },
    async noteResult(change, result) {
      const found = unfinished(change)
      if (found) put({ ...found, result })
    },
    async remove(change) {
      kept.delete(keyOf(change))
    },
  }
}

/** Sorts within a zone as the changes are sent. */
function keyOf({ pair, lane, id }: ZoneChange): string {
  return `${pair.hostedZoneId}#${lane === 'rollback' ? 0 : 1}#${id}`
}
