import type { Propagation } from '../../ports/propagation.ts'

/** What is known of Route 53's changes, in memory, for tests. */
export function createMemoryPropagation(): Propagation {
  const known = new Map<string, { readonly insyncAtMs: number | null; readonly nextPollAtMs: number }>()
  return {
    async read(changeId) {
      const found = known.get(changeId)
      return found ? { insyncAtMs: found.insyncAtMs } : null
    },
    async claimPoll(changeId, nowMs, everyMs) {
      const found = known.get(changeId)
      if (found && (found.insyncAtMs !== null || nowMs < found.nextPollAtMs)) return false
      known.set(changeId, { insyncAtMs: null, nextPollAtMs: nowMs + everyMs })
      return true
    },
    async noteInsync(changeId, atMs) {
      const found = known.get(changeId)
      if (found?.insyncAtMs == null)
        known.set(changeId, { insyncAtMs: atMs, nextPollAtMs: found?.nextPollAtMs ?? atMs })
    },
  }
}
