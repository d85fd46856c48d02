import { limitMultiples, logAboveLimit } from './absolute-limit.ts'
import { hasBaseline, standsAlone } from './baseline.ts'
import type { Bucket, ComparisonFixed, ComparisonParameters, Stratum } from './comparison.ts'
import { logExactFactor } from './exact-conditional.ts'
import { logRateRatioFactor } from './rate-ratio.ts'

/** How much one bucket speaks for each alternative: the ratios of the grid, then the multiples of the limit. */
export interface BucketFactors {
  /** ln, after dispersion and cap. */
  readonly logs: readonly number[]
  /** Which alternatives a fresh start at this bucket puts its capital on. */
  readonly startsOn: 'ratios' | 'multiples'
}

/**
 * What one bucket says against "no worse". A route with a baseline beside it speaks on the ratios, one without on the
 * limit; several routes add up, each with its own share. Dispersion divides the sum, the cap bounds it.
 *
 * Dividing a log-factor by the dispersion keeps its mean at most 1 where bad requests come in bursts of a session;
 * bounding it keeps one bucket from convicting alone, and can only lower the mean.
 */
export function factorsOf(parameters: ComparisonParameters, fixed: ComparisonFixed, bucket: Bucket): BucketFactors {
  const sums = [...parameters.grid, ...limitMultiples].map(() => 0)
  let alone = bucket.weight !== null && bucket.weight >= 100
  for (const stratum of bucket.strata) {
    if (hasBaseline(stratum, bucket.weight)) addTo(sums, 0, ratioFactors(parameters, stratum))
    if (!standsAlone(stratum, bucket.weight)) continue
    alone = true
    addTo(sums, parameters.grid.length, logAboveLimit(stratum.canary, fixed.p0))
  }
  const limit = fixed.cap === null ? Number.POSITIVE_INFINITY : Math.log(fixed.cap)
  return {
    logs: sums.map((sum) => Math.min(sum / fixed.phi, limit)),
    startsOn: alone ? 'multiples' : 'ratios',
  }
}

function ratioFactors({ measure, grid, tolerance }: ComparisonParameters, stratum: Stratum): readonly number[] {
  const factor = measure === 'slow' ? logExactFactor : logRateRatioFactor
  return grid.map((ratio) => factor(stratum, ratio, tolerance))
}

function addTo(sums: number[], from: number, values: readonly number[]): void {
  for (const [index, value] of values.entries()) sums[from + index] = (sums[from + index] ?? 0) + value
}
