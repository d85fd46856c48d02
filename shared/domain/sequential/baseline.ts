import type { Stratum } from './comparison.ts'

const noRequests = { requests: 0, bad: 0 }

/** True where all of the traffic is meant for the canary. */
export function hasAllTraffic(weight: number | null): boolean {
  return weight !== null && weight >= 100
}

/**
 * True where stable served beside the canary, so that the two can be compared. At 100 % what still reaches stable is a
 * remainder of old connections, not a baseline.
 */
export function hasBaseline({ stable }: Stratum, weight: number | null): boolean {
  return stable.requests > 0 && !hasAllTraffic(weight)
}

/**
 * True where the canary is judged against a limit for want of a baseline: at 100 %. Below that a side without requests is
 * a quiet minute of a quiet route, and says nothing.
 */
export function standsAlone({ stable, canary }: Stratum, weight: number | null): boolean {
  return canary.requests > 0 && (weight === null ? stable.requests === 0 : hasAllTraffic(weight))
}

/**
 * What of the counts says something about the two rates: without the remainder that still reached stable at 100 %. Two old
 * connections that broke would otherwise pass for a baseline of nothing but errors, above which no canary can be.
 */
export function withoutRemainder(counts: Stratum, weight: number | null): Stratum {
  return hasBaseline(counts, weight) ? counts : { stable: noRequests, canary: counts.canary }
}
