import { refuse } from './errors.ts'

/** What Route 53 takes in how short a time. All of it is real time: how fast a client calls is not rehearsed. */
export interface LimitOptions {
  /** Requests a second for the account, all operations together. Default 5. */
  readonly requestsPerSecond?: number
  /** Requests that may come at once after a pause. Default 5. */
  readonly burst?: number
  /** Real milliseconds during which a change keeps other changes from its hosted zone. Default 300. */
  readonly processingMs?: number
  /** Milliseconds of a clock that never goes back. Default: the process's own. */
  readonly realNow?: () => number
}

/** How many requests were refused since the start; a reset of the cloud leaves the counts. */
export interface RefusedCounts {
  /** Over the account's rate. */
  readonly throttled: number
  /** Changes that met another one in their hosted zone. */
  readonly priorRequestNotComplete: number
}

/** The account's rate and the turns of its hosted zones. */
export interface RequestLimits {
  /** Takes one request's token. @throws {AwsError} `Throttling`; nothing is taken then. */
  takeToken(): void
  /** @throws {AwsError} `PriorRequestNotComplete` while the zone's last change is processed. */
  checkZone(zoneId: string): void
  /** The zone has accepted a change and takes no other for a while. */
  occupyZone(zoneId: string): void
  readonly refused: RefusedCounts
}

/** What many small additions may be short of a whole token: a caller that keeps to the rate must not be refused for it. */
const roundingError = 1e-6

/**
 * @throws {RangeError} If a limit could never let a request through.
 * @see Amazon Route 53 Developer Guide, Quotas, "Maximums on API requests"
 */
export function createRequestLimits(options: LimitOptions = {}): RequestLimits {
  const { requestsPerSecond = 5, burst = 5, processingMs = 300, realNow = () => performance.now() } = options
  if (!(requestsPerSecond > 0)) throw new RangeError(`requestsPerSecond must be over 0, not ${requestsPerSecond}`)
  if (!(burst >= 1)) throw new RangeError(`burst must be 1 or more, not ${burst}`)
  if (!(processingMs >= 0)) throw new RangeError(`processingMs must be 0 or more, not ${processingMs}`)
  const refused = { throttled: 0, priorRequestNotComplete: 0 }
  const busyUntil = new Map<string, number>()
  let tokens = burst
  let filledAt = realNow()
  return {
    refused,
    takeToken() {
      const now = realNow()
      tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * requestsPerSecond)
      filledAt = now
      if (tokens < 1 - roundingError) {
        refused.throttled++
        refuse('Throttling', 'Rate exceeded')
      }
      tokens = Math.max(0, tokens - 1)
    },
    checkZone(zoneId) {
      if (realNow() >= (busyUntil.get(zoneId) ?? Number.NEGATIVE_INFINITY)) return
      refused.priorRequestNotComplete++
      refuse(
        'PriorRequestNotComplete',
        'The request was rejected because Route 53 was still processing a prior request.',
      )
    },
    occupyZone: (zoneId) => void busyUntil.set(zoneId, realNow() + processingMs),
  }
}
