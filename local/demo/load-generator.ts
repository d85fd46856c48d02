import { createConnections, type Senders } from './connections.ts'

/** How often a batch of requests leaves, real milliseconds. */
const tickMs = 20
/** Requests that may wait for their answer at once: a stuck server must not pile up work without bound. */
const mostInFlight = 500

export interface LoadCounts {
  readonly requests: number
  /** Answers of 500 and above, and requests that got no answer. */
  readonly failed: number
}

export interface LoadGenerator {
  counts(): LoadCounts
  /** Real time of the first failed request since the last call, milliseconds since the epoch; null when there was none. */
  takeFirstFailure(): number | null
  /** Waits for the requests under way, then stops. */
  stop(): Promise<LoadCounts>
}

/**
 * Sends GET requests at a steady rate over kept-alive connections, for at most `longestSeconds` of real time.
 *
 * @param rate - Requests per real second.
 */
export function startLoad({ url, ...pace }: { url: string; rate: number; longestSeconds: number }): LoadGenerator {
  return startLoadBy({ senders: createConnections(url), ...pace })
}

/**
 * Has requests sent at a steady rate, for at most `longestSeconds` of real time.
 *
 * @param senders - Closed with the load.
 * @param rate - Requests per real second.
 */
export function startLoadBy({
  senders,
  rate,
  longestSeconds,
}: {
  senders: Senders
  rate: number
  longestSeconds: number
}): LoadGenerator {
  const underWay = new Set<Promise<void>>()
  const startedAt = performance.now()
  let sent = 0
  let requests = 0
  let failed = 0
  let firstFailure: number | null = null

  const fail = () => {
    failed++
    firstFailure ??= Date.now()
  }
  async function request(): Promise<void> {
    try {
      if ((await senders.send()) >= 500) fail()
    } catch {
      fail()
    } finally {
      requests++
    }
  }
  const timer = setInterval(() => {
    const seconds = (performance.now() - startedAt) / 1000
    if (seconds > longestSeconds) return clearInterval(timer)
    for (; sent < seconds * rate; sent++) {
      if (underWay.size >= mostInFlight) continue
      const one = request().finally(() => underWay.delete(one))
      underWay.add(one)
    }
  }, tickMs)

  return {
    counts: () => ({ requests, failed }),
    takeFirstFailure() {
      const taken = firstFailure
      firstFailure = null
      return taken
    },
    async stop() {
      clearInterval(timer)
      await Promise.allSettled(underWay)
      await senders.close()
      return { requests, failed }
    },
  }
}
