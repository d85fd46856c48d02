import { findRoot } from './brent.ts'
import { normalQuantile } from './normal.ts'
import { rank } from './ranks.ts'

export interface ShiftEstimate {
  /** By how much the experiment lies above the control (Hodges & Lehmann), with its confidence interval. */
  readonly estimate: number
  readonly low: number
  readonly high: number
}

/** R stops looking for the ends this close to them, whatever the unit of the data. */
const tolerance = 1e-4

/**
 * The shift between two samples by Mann and Whitney's test, with the normal approximation, a correction for continuity
 * and average ranks: the shifts at which the standardised rank sum crosses 0 and the quantiles of `confLevel`.
 *
 * @param experiment - Sorted ascending, at least one value; the control too. Not all values equal.
 * @param confLevel - Above 0, below 1.
 * @see R, stats::wilcox.test with exact = FALSE and conf.int = TRUE; Hodges & Lehmann 1963
 */
export function estimateShift(experiment: Float64Array, control: Float64Array, confLevel: number): ShiftEstimate {
  const last = (values: Float64Array) => values[values.length - 1] ?? Number.NaN
  const low = (experiment[0] ?? Number.NaN) - last(control)
  const high = last(experiment) - (control[0] ?? Number.NaN)
  const [atLow, atHigh] = [low, high].map((shift) => standardise(experiment, control, shift))
  const crossing = (level: number) => {
    const bracket = { low, high, atLow: (atLow ?? 0) - level, atHigh: (atHigh ?? 0) - level }
    // Too few values to be that sure: the interval reaches as far as the data do.
    if (bracket.atLow <= 0) return low
    if (bracket.atHigh >= 0) return high
    return findRoot((shift) => standardise(experiment, control, shift) - level, bracket, tolerance)
  }
  const quantile = quantileOf(confLevel)
  return { estimate: crossing(0), low: crossing(quantile), high: crossing(-quantile) }
}

/** W(shift): falls as the shift rises, in jumps. */
function standardise(experiment: Float64Array, control: Float64Array, shift: number): number {
  const { rankSum, tied } = rank(experiment, control, shift)
  const [m, n] = [experiment.length, control.length]
  const above = rankSum - (m * (m + 1)) / 2 - (m * n) / 2
  const variance = ((m * n) / 12) * (m + n + 1 - tied / ((m + n) * (m + n - 1)))
  return (above - Math.sign(above) / 2) / Math.sqrt(variance)
}

let known = { confLevel: Number.NaN, quantile: Number.NaN }

function quantileOf(confLevel: number): number {
  if (known.confLevel !== confLevel) known = { confLevel, quantile: normalQuantile(1 - (1 - confLevel) / 2) }
  return known.quantile
}
