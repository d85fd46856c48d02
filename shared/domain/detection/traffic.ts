/** What a comparison would see of a service, as far as it can be known before. */
export interface ExpectedTraffic {
  /** Of both sides together; above 0. */
  readonly requestsPerMinute: number
  /** Share of bad requests of stable, above 0 and below 1. */
  readonly baselineRate: number
  /** Dispersion of the bad requests, 1 or more; null: not known. */
  readonly dispersion: number | null
}

/**
 * The share of bad requests to reckon with. Where none of them was bad, or all, half a request is counted against that:
 * no finite number of good requests shows that there are no bad ones.
 *
 * @param requests - At least 1.
 */
export function expectedRate({ requests, bad }: { readonly requests: number; readonly bad: number }): number {
  const half = 0.5 / (requests + 1)
  return Math.min(Math.max(bad / requests, half), 1 - half)
}
