import { limitMultiples, logAboveLimit } from './absolute-limit.ts'
import { hasAllTraffic, hasBaseline, standsAlone } from './baseline.ts'
import type { Bucket, ComparisonFixed, ComparisonParameters, Stratum } from './comparison.ts'
import { logExactFactor } from './exact-conditional.ts'
import { limitFor } from './limit.ts'
import { logRateRatioFactor } from './rate-ratio.ts'

/** How much one bucket speaks for each alternative: the ratios of the grid, then the multiples of the limit. */
export interface BucketFactors {
  /** ln, after dispersion and cap. */
  readonly logs: readonly number[]
  /** Which alternatives a fresh start at this bucket puts its capital on. */
  readonly startsOn: 'ratios' | 'multiples'
  /** False where there was nothing to hold the canary's requests against. */
  readonly compares: boolean
}

/**
 * What one bucket says against "no worse". A route with a baseline beside it speaks on the ratios, one without on the
 * limit; several routes add up, each with its own share. Dispersion divides the sum, the cap bounds it.
 *
 * Dividing a log-factor by the dispersion keeps its mean at most 1 where bad requests come in bursts of a session;
 * bounding it keeps one bucket from convicting alone, and can only lower the mean.
 *
 * @param before - All counts up to this bucket.
 */
export function factorsOf(
  parameters: ComparisonParameters,
  fixed: ComparisonFixed,
  before: Stratum,
  bucket: Bucket,
): BucketFactors {
  const ratios = parameters.grid.length
  const logs = new Array<number>(ratios + limitMultiples.length).fill(0)
  let [alone, compares] = [hasAllTraffic(bucket.weight), false]
  let limit: number | null = null
  for (const stratum of bucket.strata) {
    if (hasBaseline(stratum, bucket.weight)) {
      addRatioFactors(logs, parameters, stratum)
      compares ||= stratum.canary.requests > 0
    }
    if (!standsAlone(stratum, bucket.weight)) continue
    alone = true
    if (!isLimitKnown(parameters, fixed, before)) continue
    compares = true
    limit ??= limitFor(fixed, before)
    for (const [index, log] of logAboveLimit(stratum.canary, limit).entries()) addTo(logs, ratios + index, log)
  }
  const most = fixed.cap === null ? Number.POSITIVE_INFINITY : Math.log(fixed.cap)
  for (let index = 0; index < logs.length; index++) logs[index] = Math.min((logs[index] as number) / fixed.phi, most)
  return { logs, startsOn: alone ? 'multiples' : 'ratios', compares }
}

/** An error budget holds for errors of any service. How many requests are slow is for each service to say. */
function isLimitKnown({ measure }: ComparisonParameters, { knowsNormalRate }: ComparisonFixed, { stable }: Stratum) {
  return measure === 'errors' || knowsNormalRate || stable.requests > 0
}

function addRatioFactors(logs: number[], { measure, grid, tolerance }: ComparisonParameters, stratum: Stratum): void {
  const factor = measure === 'slow' ? logExactFactor : logRateRatioFactor
  for (let index = 0; index < grid.length; index++)
    addTo(logs, index, factor(stratum, grid[index] as number, tolerance))
}

function addTo(logs: number[], index: number, log: number): void {
  logs[index] = (logs[index] as number) + log
}
