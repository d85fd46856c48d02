import type { Stratum } from './comparison.ts'

/**
 * True where stable served beside the canary, so that the two can be compared. At 100 % what still reaches stable is a
 * remainder of old connections, not a baseline.
 */
export function hasBaseline({ stable }: Stratum, weight: number | null): boolean {
  return stable.requests > 0 && (weight === null || weight < 100)
}
