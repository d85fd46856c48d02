import type { SideCounts } from './comparison.ts'

/** How far above the limit the rate may be: the alternatives of the absolute test. */
export const limitMultiples = [2, 5, 10, 20] as const

/**
 * ln of the factor of one side's counts for the rate `rate` against `limit`: (p/p0)^x · ((1−p)/(1−p0))^(n−x).
 * For p > p0 its mean is at most 1 while the rate is at most p0; for p < p0 while it is at least p0.
 *
 * @see Wald, Sequential Analysis, 1947: the sequential probability ratio of a Bernoulli rate
 */
export function logRateFactor({ requests, bad }: SideCounts, rate: number, limit: number): number {
  return bad * Math.log(rate / limit) + (requests - bad) * (Math.log1p(-rate) - Math.log1p(-limit))
}

/** ln of the factors for a rate above `limit`, one for each multiple. */
export function logAboveLimit(counts: SideCounts, limit: number): readonly number[] {
  return limitMultiples.map((multiple) => logRateFactor(counts, alternative(limit, multiple), limit))
}

/** Halfway to 1 where the multiple would leave the probabilities. */
function alternative(limit: number, multiple: number): number {
  return Math.min(limit * multiple, (1 + limit) / 2)
}
