import type { FinalizeRequestMiddleware } from '@smithy/types'

/** How often and how long a client tries. Nothing is left to the SDK's defaults: it would wait for ever by default. */
export interface CallLimits {
  /** Attempts in all, at least 1. */
  readonly maxAttempts: number
  /** Real milliseconds for each attempt. */
  readonly timeoutMs: number
}

/** The part of an SDK client's configuration that says how long to try. Endpoint and credentials stay the SDK's own. */
export function toClientConfig(region: string, { maxAttempts, timeoutMs }: CallLimits) {
  return {
    region,
    maxAttempts,
    // Without throwOnRequestTimeout the SDK only logs that a request takes too long.
    requestHandler: {
      connectionTimeout: Math.min(timeoutMs, 1000),
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
    },
  }
}

/** Makes one value per Region, on first use, and keeps it: a client holds connections worth reusing. */
export function perRegion<T>(make: (region: string) => T): (region: string) => T {
  const made = new Map<string, T>()
  return (region) => {
    const kept = made.get(region)
    if (kept !== undefined) return kept
    const fresh = make(region)
    made.set(region, fresh)
    return fresh
  }
}

/** Runs `load` on first use and keeps its promise. A failed load is tried again at the next use. */
export function lazy<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | null = null
  return () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = null
      throw error
    })
    return loaded
  }
}

/** The part of an SDK client's middleware stack that {@link queueBeyond} needs. */
interface Stack<Input extends object, Output extends object> {
  add(
    middleware: FinalizeRequestMiddleware<Input, Output>,
    options: { readonly step: 'finalizeRequest'; readonly name: string; readonly priority: 'low' },
  ): void
}

/**
 * Lets a client send at most `most` requests at the same time; the others queue, first come, first served. The SDK's own
 * queue for a free connection, 50 by default, counts as part of the request: whoever waits in it runs into its time-out.
 */
export function queueBeyond<Input extends object, Output extends object>(
  most: number,
  stack: Stack<Input, Output>,
): void {
  let underWay = 0
  const waiting: (() => void)[] = []
  const leave = () => {
    const next = waiting.shift()
    if (next) next()
    else underWay--
  }
  stack.add(
    (next) => async (args) => {
      // Whoever leaves hands his place on, so that nobody slips in between.
      if (underWay < most) underWay++
      else await new Promise<void>((enter) => waiting.push(enter))
      try {
        return await next(args)
      } finally {
        leave()
      }
    },
    { step: 'finalizeRequest', name: 'queueBeyond', priority: 'low' },
  )
}
