import { AwsError, type AwsOperation } from './service.ts'

/** A token bucket, as AWS limits the requests of an account in one Region. Real time. */
export interface RequestRate {
  /** Requests a second that flow back. */
  readonly perSecond: number
  /** Requests that may come at once after a pause. Default: those of a second. */
  readonly burst?: number
}

/** Rates by the name of what they are for, such as an operation. */
export type RequestRates = Readonly<Record<string, RequestRate>>

export interface RatedOperations {
  readonly operations: Readonly<Record<string, AwsOperation>>
  /** How many requests were refused, by name of the rate; a reset of the cloud leaves the counts. */
  readonly throttled: Readonly<Record<string, number>>
}

export interface RateOptions {
  readonly rates: RequestRates
  /** Whose bucket an operation takes from; undefined: nobody counts it. Default: its own name's, where that has a rate. */
  readonly rateOf?: (operation: string) => string | undefined
  /** As the service spells it: `ThrottlingException`, `Throttling`. */
  readonly code: string
  /** Milliseconds of a clock that never goes back. Default: the process's own. */
  readonly realNow?: () => number
}

/** What many small additions may be short of a whole token: a caller that keeps to the rate must not be refused for it. */
const roundingError = 1e-6

/**
 * The same operations, which refuse what comes faster than AWS takes it: each Region has its own buckets.
 *
 * @throws {RangeError} If a rate could never let a request through.
 */
export function withinRates(operations: Readonly<Record<string, AwsOperation>>, options: RateOptions): RatedOperations {
  const { rates, rateOf = (name) => name, code, realNow = () => performance.now() } = options
  const throttled: Record<string, number> = {}
  const buckets = new Map<string, Bucket>()
  for (const [name, rate] of Object.entries(rates)) checkRate(name, rate)

  function take(name: string, rate: RequestRate, region: string): void {
    const key = `${region} ${name}`
    const bucket = buckets.get(key) ?? createBucket(rate, realNow)
    buckets.set(key, bucket)
    if (bucket.take()) return
    throttled[name] = (throttled[name] ?? 0) + 1
    throw new AwsError(code, 'Rate exceeded')
  }

  const limited = Object.entries(operations).map(([operation, implemented]): [string, AwsOperation] => {
    const name = rateOf(operation)
    const rate = name === undefined ? undefined : rates[name]
    if (name === undefined || rate === undefined) return [operation, implemented]
    return [
      operation,
      {
        ...implemented,
        handle(input, call) {
          take(name, rate, call.region)
          return implemented.handle(input, call)
        },
      },
    ]
  })
  return { operations: Object.fromEntries(limited), throttled }
}

interface Bucket {
  /** False when it is empty; nothing is taken then. */
  take(): boolean
}

function createBucket({ perSecond, burst = perSecond }: RequestRate, realNow: () => number): Bucket {
  let tokens = burst
  let filledAt = realNow()
  return {
    take() {
      const now = realNow()
      tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond)
      filledAt = now
      if (tokens < 1 - roundingError) return false
      tokens = Math.max(0, tokens - 1)
      return true
    },
  }
}

function checkRate(name: string, { perSecond, burst = perSecond }: RequestRate): void {
  if (!(perSecond > 0)) throw new RangeError(`the rate of ${name} must be over 0 a second, not ${perSecond}`)
  if (!(burst >= 1)) throw new RangeError(`the burst of ${name} must be 1 or more, not ${burst}`)
}
