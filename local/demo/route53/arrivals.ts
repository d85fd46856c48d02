export type Side = 'blue' | 'green'

/** One request of a client. */
export interface Arrival {
  readonly side: Side
  /** When it was sent, local milliseconds since the epoch. */
  readonly at: number
  readonly failed: boolean
}

export interface ArrivalCounts {
  readonly requests: number
  readonly failed: number
}

/** Which side each request of the clients went to. */
export interface Arrivals {
  record(arrival: Arrival): void
  /** What a side got from `fromMs` to before `toMs`, local milliseconds since the epoch. Default: until now. */
  between(side: Side, fromMs: number, toMs?: number): ArrivalCounts
  /** A side's share of the requests of that time, percent with one decimal; null when there were none. */
  share(side: Side, fromMs: number, toMs?: number): number | null
  /** The last request to a side from `fromMs` on; null when there was none. */
  lastAt(side: Side, fromMs: number): number | null
}

/** Keeps each of them: a demo has some ten thousand. */
export function createArrivals(): Arrivals {
  const all: Arrival[] = []
  const during = (fromMs: number, toMs: number) => all.filter(({ at }) => at >= fromMs && at < toMs)
  return {
    record: (arrival) => void all.push(arrival),
    between(side, fromMs, toMs = Number.POSITIVE_INFINITY) {
      const found = during(fromMs, toMs).filter((arrival) => arrival.side === side)
      return { requests: found.length, failed: found.filter(({ failed }) => failed).length }
    },
    share(side, fromMs, toMs = Number.POSITIVE_INFINITY) {
      const found = during(fromMs, toMs)
      const requests = found.filter((arrival) => arrival.side === side).length
      return found.length === 0 ? null : Math.round((1000 * requests) / found.length) / 10
    },
    lastAt(side, fromMs) {
      // Not in their order: each is recorded when it was answered.
      const last = during(fromMs, Number.POSITIVE_INFINITY).reduce(
        (latest, arrival) => (arrival.side === side ? Math.max(latest, arrival.at) : latest),
        Number.NEGATIVE_INFINITY,
      )
      return Number.isFinite(last) ? last : null
    },
  }
}
