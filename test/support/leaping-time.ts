import type { Clock } from '../../shared/ports/clock.ts'
import type { Within } from '../../shared/use-cases/hooks/judge-hook.ts'

/** Time that leaps over every pause, so that nothing is waited for. */
export interface LeapingTime {
  readonly clock: Clock
  /** What has not settled after some turns of the event loop is held to hang until its time is up. */
  readonly within: Within
  /** Milliseconds since it began. */
  elapsedMs(): number
}

/** Begins at 2026-01-01T00:00:00Z. */
export function aLeapingTime(): LeapingTime {
  const startMs = Date.UTC(2026, 0, 1)
  let nowMs = startMs
  const clock: Clock = {
    now: () => nowMs,
    realNow: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms
    },
  }
  return {
    clock,
    async within(timeoutMs, call) {
      const work = call()
      const isSettled = await Promise.race([work.then(always, always), severalTurns().then(() => false)])
      if (isSettled) return work
      nowMs += timeoutMs
      throw Object.assign(new Error('no answer'), { name: 'TimeoutError' })
    },
    elapsedMs: () => nowMs - startMs,
  }
}

const always = () => true

async function severalTurns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}
