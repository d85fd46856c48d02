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
