import { createConnections } from '../../local/demo/connections.ts'
import { startLoadBy } from '../../local/demo/load-generator.ts'

/** What became of the requests that the load generator sent. */
export interface Tally {
  readonly requests: number
  /** Answers of 500: the bad version. */
  readonly canaryErrors: number
  /** Answers of 502, 503 and 504: the load balancer had no good target. */
  readonly balancerErrors: number
  /** No answer while the process was dead: the load balancer is part of it. */
  readonly lostWhileDead: number
  /** No answer while it was alive. */
  readonly lostWhileAlive: number
}

export interface TalliedLoad {
  tally(): Tally
  /** Says which failures from now on are the kill's: those of a process that is not there. */
  setAlive(alive: boolean): void
  stop(): Promise<void>
}

/**
 * Sends requests at a steady rate whether anybody answers or not, and says apart what failed because nobody was there.
 *
 * @param rate - Requests per real second.
 */
export function startTalliedLoad(url: string, rate: number, longestSeconds: number): TalliedLoad {
  const counts = { requests: 0, canaryErrors: 0, balancerErrors: 0, lostWhileDead: 0, lostWhileAlive: 0 }
  const connections = createConnections(url)
  let isAlive = true
  const load = startLoadBy({
    rate,
    longestSeconds,
    senders: {
      async send() {
        // A request that was on its way when the process died is the kill's as well.
        const wasAlive = isAlive
        counts.requests++
        try {
          const status = await connections.send()
          if (status === 500) counts.canaryErrors++
          else if (status > 500) counts.balancerErrors++
          return status
        } catch (error) {
          if (wasAlive && isAlive) counts.lostWhileAlive++
          else counts.lostWhileDead++
          throw error
        }
      },
      close: () => connections.close(),
    },
  })
  return {
    tally: () => ({ ...counts }),
    setAlive(alive) {
      isAlive = alive
    },
    async stop() {
      await load.stop()
    },
  }
}
