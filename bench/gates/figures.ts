import type { Cell } from './cells.ts'
import type { Outcomes } from './simulate.ts'

/** What a cell's runs say about one decider. */
export interface Figures {
  readonly runs: number
  /** Share of the runs in which it acted before there was anything to act on, 0–1. */
  readonly before: number
  /** Share of the other runs in which it acted, 0–1. */
  readonly share: number
  /** Of those other runs, ascending: minutes from the fault (or the first shift) until it acted; infinity: it did not. */
  readonly delays: Float64Array
  /** Mean of the failed canary requests of all runs, and the standard deviation between runs. */
  readonly failedRequests: { readonly mean: number; readonly deviation: number }
}

export function summarize({ question }: Cell, { minutes, failedRequests }: Outcomes): Figures {
  const faultAt = question.kind === 'bad' ? question.faultAt : 0
  const delays = minutes
    .map((minute) => minute - faultAt)
    .filter((delay) => delay > 0)
    .sort()
  const acted = delays.filter((delay) => delay < Number.POSITIVE_INFINITY).length
  const runs = minutes.length
  return {
    runs,
    before: (runs - delays.length) / runs,
    share: delays.length === 0 ? 0 : acted / delays.length,
    delays,
    failedRequests: spreadOf(failedRequests),
  }
}

/** The smallest delay that at least this share of the runs do not exceed; infinity where too few acted. */
export function quantile(delays: Float64Array, share: number): number {
  if (share <= 0) return 0
  return delays[Math.max(0, Math.ceil(share * delays.length) - 1)] ?? Number.POSITIVE_INFINITY
}

function spreadOf(values: Float64Array) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) }
}
