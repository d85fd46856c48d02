import { Agent, request } from 'undici'
import { until } from './until.ts'

/** How often a batch of requests leaves, real milliseconds. */
const tickMs = 20
/** Requests that may wait for their answer at once. */
const mostUnderWay = 200

/** Clients of a service: real requests, one after the other at a steady rate. */
export interface Clients {
  /**
   * How often each version has answered since the last call: `v1`; `v2 500` where it failed, and the error's message
   * where nobody answered.
   */
  take(): Record<string, number>
  /** Waits for the requests under way. @returns What was not taken yet. */
  stop(): Promise<Record<string, number>>
}

export interface ClientOptions {
  /** Where the next request goes, such as `http://127.0.0.2:8080`. */
  readonly urlOf: () => string | Promise<string>
  /** Requests per real second. */
  readonly rate: number
  /** They stop by themselves after this long, real seconds. */
  readonly longestSeconds: number
}

export function startClients({ urlOf, rate, longestSeconds }: ClientOptions): Clients {
  const agent = new Agent({ connections: 16, keepAliveTimeout: 30_000 })
  const underWay = new Set<Promise<void>>()
  const startedAt = performance.now()
  let counts: Record<string, number> = {}
  let sent = 0

  async function ask(): Promise<string> {
    try {
      const url = await urlOf()
      const { statusCode, headers, body } = await request(url, { dispatcher: agent, headersTimeout: 10_000 })
      await body.dump()
      return statusCode === 200 ? String(headers['x-version']) : `${headers['x-version'] ?? 'nobody'} ${statusCode}`
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
  async function askOnce(): Promise<void> {
    const outcome = await ask()
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  const timer = setInterval(() => {
    const seconds = (performance.now() - startedAt) / 1000
    if (seconds > longestSeconds) return clearInterval(timer)
    for (; sent < seconds * rate; sent++) {
      if (underWay.size >= mostUnderWay) continue
      const one = askOnce().finally(() => underWay.delete(one))
      underWay.add(one)
    }
  }, tickMs)

  const take = () => {
    const taken = counts
    counts = {}
    return taken
  }
  return {
    take,
    async stop() {
      clearInterval(timer)
      await Promise.all(underWay)
      await agent.close()
      return take()
    },
  }
}

/**
 * What these clients meet from now on, until each has had `least` answers; whatever was under way before is left out.
 *
 * @throws {Error} If that takes more than about five real seconds.
 */
export async function newAnswers(all: readonly Clients[], least: number): Promise<readonly Record<string, number>[]> {
  // A request that left before may still be answered by whoever served then: requests end in order, nearly.
  await collect(all, least)
  return collect(all, least)
}

function collect(all: readonly Clients[], least: number): Promise<readonly Record<string, number>[]> {
  const seen: Record<string, number>[] = all.map((clients) => clients.take()).map(() => ({}))
  return until(`${least} answers for each client`, () => {
    for (const [index, counts] of seen.entries()) {
      for (const [outcome, times] of Object.entries(all[index]?.take() ?? {}))
        counts[outcome] = (counts[outcome] ?? 0) + times
    }
    return seen.every((counts) => total(counts) >= least) ? seen : undefined
  })
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, times) => sum + times, 0)
}
