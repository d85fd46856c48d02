import type { ComparisonParameters } from '../sequential-test.ts'

/**
 * ln of the evidence that one bad request of stable's rate brings on average, where the canary's rate is `ratio` times
 * that and the alternative is the true one: w·r·ln r − (1 − w + w·r)·ln(1 + w·(r − 1)).
 *
 * @param weight - Share of the canary, percent, below 100.
 * @param ratio - Above 1.
 */
export function growthPerBadRequest(weight: number, ratio: number): number {
  const share = weight / 100
  return share * ratio * Math.log(ratio) - (1 - share + share * ratio) * Math.log1p(share * (ratio - 1))
}

/**
 * How many bad requests of the canary it takes on average to fail a release whose rate is `ratio` times stable's from the
 * start on. It does not depend on the traffic.
 *
 * @param weight - Share of the canary, percent, below 100.
 */
export function badRequestsNeeded(
  { alpha, grid, restarts }: Pick<ComparisonParameters, 'alpha' | 'grid' | 'restarts'>,
  weight: number,
  ratio: number,
): number {
  const needed = Math.log(grid.length / alpha / restarts.release)
  return (needed / growthPerBadRequest(weight, ratio)) * (weight / 100) * ratio
}
