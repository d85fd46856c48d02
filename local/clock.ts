/**
 * The two clocks of local mode.
 *
 * *Local time* is what Sluice and the rehearsal cloud live by: bakes, metric periods, health-check intervals, TTLs. It
 * runs `speed` times faster than the wall. *Real time* drives time-outs of real I/O, leases and API rate limits: a
 * loopback call does not get faster because the rehearsal does.
 */
export interface LocalClock {
  /** Local seconds per real second, at least 1. */
  readonly speed: number
  /** Local time in milliseconds since the epoch. Never goes back. */
  now(): number
  /** Runs `action` once after `localMs` of local time. Returns a function that cancels it. */
  after(localMs: number, action: () => void): () => void
  /** Runs `action` every `localMs` of local time until cancelled. A late turn is not made up for. */
  every(localMs: number, action: () => void): () => void
  /** Resolves after `localMs` of local time; rejects with the signal's reason when aborted. */
  sleep(localMs: number, signal?: AbortSignal): Promise<void>
}

export interface LocalClockOptions {
  /** Default 1; 60 makes a local minute last one real second. */
  readonly speed?: number
  /** Local time at the start, in milliseconds since the epoch. Default: the wall's time. */
  readonly startAt?: number
}

/** A clock whose local time runs `speed` times faster than the wall. Its timers keep no process alive. */
export function createLocalClock(options: LocalClockOptions = {}): LocalClock {
  const speed = options.speed ?? 1
  if (!(speed >= 1 && speed <= 3600)) throw new RangeError(`speed must be from 1 to 3600, not ${speed}`)
  const realStart = performance.now()
  const localStart = options.startAt ?? Date.now()
  // The monotonic clock, not Date.now(): a step of the wall clock must not send local time back.
  const now = () => localStart + (performance.now() - realStart) * speed
  return { speed, now, ...createTimers(now, (localMs) => localMs / speed) }
}

function createTimers(now: () => number, toRealMs: (localMs: number) => number) {
  // setTimeout clamps above 2^31-1 ms to 1 ms, so a long wait goes in pieces.
  const longestMs = 2 ** 31 - 1
  function after(localMs: number, action: () => void): () => void {
    const dueAt = now() + localMs
    let timer: NodeJS.Timeout
    const arm = () => {
      const leftMs = toRealMs(dueAt - now())
      timer = leftMs > longestMs ? setTimeout(arm, longestMs) : setTimeout(action, Math.max(0, leftMs))
      timer.unref()
    }
    arm()
    return () => clearTimeout(timer)
  }
  function every(localMs: number, action: () => void): () => void {
    let cancel = () => {}
    let nextAt = now() + localMs
    const turn = () => {
      action()
      nextAt = Math.max(nextAt + localMs, now())
      cancel = after(nextAt - now(), turn)
    }
    cancel = after(localMs, turn)
    return () => cancel()
  }
  function sleep(localMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        cancel()
        reject(signal?.reason)
      }
      const cancel = after(localMs, () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      })
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }
  return { after, every, sleep }
}

/** A clock for tests: local time moves only by `advance`, and due timers run in order as it does. */
export interface ManualClock extends LocalClock {
  /** Moves local time on by `localMs`, running each timer at its own instant and letting promises settle between. */
  advance(localMs: number): Promise<void>
}

/**
 * @param startAt - First instant, in milliseconds since the epoch. Default 2026-01-01T00:00:00Z.
 * @param settle - Resolves when what the last timer set off has come to rest. Default: once promises have settled.
 */
export function createManualClock(startAt = Date.UTC(2026, 0, 1), settle = settlePromises): ManualClock {
  let at = startAt
  let sequence = 0
  const timers = new Map<number, { dueAt: number; action: () => void }>()
  const after = (localMs: number, action: () => void) => {
    const id = ++sequence
    timers.set(id, { dueAt: at + Math.max(0, localMs), action })
    return () => void timers.delete(id)
  }
  const every = (localMs: number, action: () => void) => {
    let cancel = () => {}
    const turn = () => {
      cancel = after(localMs, turn)
      action()
    }
    cancel = after(localMs, turn)
    return () => cancel()
  }
  return {
    speed: 1,
    now: () => at,
    after,
    every,
    sleep: (localMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const cancel = after(localMs, resolve)
        const onAbort = () => {
          cancel()
          reject(signal?.reason)
        }
        signal?.addEventListener('abort', onAbort, { once: true })
      }),
    async advance(localMs) {
      const until = at + localMs
      await settle()
      for (;;) {
        const due = [...timers]
          .filter(([, timer]) => timer.dueAt <= until)
          .sort((a, b) => a[1].dueAt - b[1].dueAt || a[0] - b[0])[0]
        if (!due) break
        timers.delete(due[0])
        at = Math.max(at, due[1].dueAt)
        due[1].action()
        await settle()
      }
      at = until
    },
  }
}

/** Promise chains between two timers run to their end; setImmediate comes after every microtask. */
async function settlePromises(): Promise<void> {
  for (let round = 0; round < 3; round++) await new Promise<void>((resolve) => setImmediate(resolve))
}
