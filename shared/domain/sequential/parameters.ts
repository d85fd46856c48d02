import type { ComparisonFixed, ComparisonParameters } from './comparison.ts'
import { estimateDispersion, toPhi } from './dispersion.ts'
import { usualRate } from './limit.ts'

const common = {
  alpha: 0.01,
  beta: 0.05,
  tolerance: 1,
  restarts: { release: 0.8, later: 0.2 },
  phi: 'history',
  minErrors: 3,
  materiality: 0.0005,
  rho: 2,
  pMax: 0.005,
} as const

/** The parameters that a gate has where its document names none. */
export function defaultParameters(measure: ComparisonParameters['measure']): ComparisonParameters {
  return { ...common, measure, grid: measure === 'errors' ? [1.5, 2, 3, 5, 10, 30, 100] : [1.25, 1.5, 2, 3, 5] }
}

/** Parameters of which only some are given, with the defaults of their measure; ratios that are tolerated leave the grid. */
export function completeParameters<Given extends Partial<ComparisonParameters>>(
  given: Given,
): ComparisonParameters & Given {
  const defaults = defaultParameters(given.measure ?? 'errors')
  const { tolerance = defaults.tolerance } = given
  return { ...defaults, grid: defaults.grid.filter((ratio) => ratio > tolerance), ...given }
}

/** The baseline before the release, where it is known. */
export interface BaselineHistory {
  /** Bad requests of each minute, oldest first; gaps left out. */
  readonly bad: readonly number[]
  /** All requests of those minutes together; null: not known. */
  readonly requests: number | null
}

/** A dispersion of fewer minutes is a guess: with 15, bursts of two rolled back 2 % of good releases, with 60 below 1 %. */
const minutesToMeasure = 60

/**
 * Fixes what must not depend on the data of the release: dispersion, growth cap and the limit that stands in for a
 * baseline, from the history before it.
 *
 * Cap: 64 a minute and 8 in ten seconds where the dispersion was measured over an hour or more, 16 and 4
 * where it was not.
 * Limit: the larger of `pMax` and the upper end of a 99 % confidence sequence of the baseline's rate.
 */
export function fixComparison(
  parameters: ComparisonParameters,
  data: {
    readonly bucketSeconds: number
    readonly plannedBuckets: number | null
    readonly history: BaselineHistory | null
  },
): ComparisonFixed {
  const { bucketSeconds, plannedBuckets, history } = data
  const dispersion = history === null ? null : estimateDispersion(history.bad)
  const phi = parameters.phi === 'history' ? toPhi(dispersion) : parameters.phi
  const measured = history !== null && dispersion !== null && history.bad.length >= minutesToMeasure
  return {
    bucketSeconds,
    plannedBuckets,
    phi,
    cap: parameters.cap === undefined ? defaultCap(bucketSeconds, measured) : parameters.cap,
    p0: parameters.p0 ?? Math.max(parameters.pMax, rateBefore(history, phi)),
    knowsNormalRate: parameters.p0 !== undefined || (history?.requests ?? 0) > 0,
  }
}

function defaultCap(bucketSeconds: number, measured: boolean): number {
  if (bucketSeconds < 60) return measured ? 8 : 4
  return measured ? 64 : 16
}

function rateBefore(history: BaselineHistory | null, phi: number): number {
  if (history === null || history.requests === null) return 0
  const bad = history.bad.reduce((sum, count) => sum + count, 0)
  return usualRate({ requests: history.requests, bad: Math.min(bad, history.requests) }, phi)
}
