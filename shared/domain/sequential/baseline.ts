import type { Stratum } from './comparison.ts'

/**
 * True where stable served beside the canary, so that the two can be compared. At 100 % what still reaches stable is a
 * remainder of old connections, not a baseline.
 */
export function hasBaseline({ stable }: Stratum, weight: number | null): boolean {
  return stable.requests > 0 && (weight === null || weight < 100)
}

/**
 * True where the canary is judged against a limit for want of a baseline: at 100 %. Below that a side without requests is
 * a quiet minute of a quiet route, and says nothing.
 */
export function standsAlone({ stable, canary }: Stratum, weight: number | null): boolean {
  return canary.requests > 0 && (weight === null ? stable.requests === 0 : weight >= 100)
}
