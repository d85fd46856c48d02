import type { Expectation, Printed } from './expectation.ts'
import { type Figures, quantile } from './figures.ts'

/** Runs of each cell behind the expected figures. */
const expectedRuns = 2000
/** So many standard errors of the difference are chance. One honest comparison in 16,000 lies beyond. */
const chance = 4

/**
 * Where our figures differ from the expected ones by more than chance and rounding explain; both come from simulations of
 * limited length. Empty: they agree.
 */
export function findDisagreements(figures: Figures, expected: Expectation): readonly string[] {
  const { runs, share, before, delays, failedRequests } = figures
  const found = [
    expected.share && differsInShare('share', share, delays.length, expected.share),
    expected.before && differsInShare('share before the fault', before, runs, expected.before),
    expected.median && differsInQuantile('median', delays, 0.5, expected.median),
    expected.p95 && differsInQuantile('p95', delays, 0.95, expected.p95),
    expected.failedRequests && differsInMean(failedRequests, runs, expected.failedRequests),
  ]
  return found.filter((difference) => difference !== undefined && difference !== null)
}

function differsInShare(name: string, share: number, runs: number, { value, rounding }: Printed): string | null {
  const pooled = (share * runs + value * expectedRuns) / (runs + expectedRuns)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / runs + 1 / expectedRuns))
  if (Math.abs(share - value) <= chance * error + rounding) return null
  return `${name} ${(100 * share).toFixed(2)} % instead of ${(100 * value).toFixed(2)} %`
}

/** By the order statistics around the quantile: no shape is assumed, and "not reached" has its place. */
function differsInQuantile(
  name: string,
  delays: Float64Array,
  at: number,
  { value, rounding }: Printed,
): string | null {
  const error = Math.sqrt(at * (1 - at) * (1 / delays.length + 1 / expectedRuns))
  const [low, high] = [quantile(delays, at - chance * error), upper(delays, at + chance * error)]
  if (value + rounding >= low && value - rounding <= high) return null
  return `${name} ${quantile(delays, at).toFixed(2)} min instead of ${value}`
}

function upper(delays: Float64Array, at: number): number {
  return at >= 1 ? Number.POSITIVE_INFINITY : quantile(delays, at)
}

function differsInMean(
  { mean, deviation }: Figures['failedRequests'],
  runs: number,
  { value, rounding }: Printed,
): string | null {
  const error = deviation * Math.sqrt(1 / runs + 1 / expectedRuns)
  if (Math.abs(mean - value) <= chance * error + rounding) return null
  return `failed requests ${mean.toFixed(1)} instead of ${value}`
}
