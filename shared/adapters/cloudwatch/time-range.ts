/** Whole periods: the start inclusive, the end exclusive, milliseconds since the epoch. */
export interface TimeRange {
  readonly startMs: number
  readonly endMs: number
}

/**
 * Data below a minute is kept for three hours, and a query that begins earlier finds none at all; a minute is taken off
 * for clocks that differ.
 *
 * @see CloudWatch API reference, MetricStat.Period
 */
const keptBelowMinuteMs = 179 * 60_000

/**
 * The whole periods of a query that were over at least `completeAfterMs` before `nowMs`; null when there is none.
 * Periods below a minute only as far back as there is data of them.
 */
export function endedPeriods(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  at: { readonly nowMs: number; readonly completeAfterMs: number; readonly periodMs: number },
): TimeRange | null {
  const { nowMs, completeAfterMs, periodMs } = at
  const oldestMs = periodMs < 60_000 ? Math.max(fromMs, nowMs - keptBelowMinuteMs) : fromMs
  const startMs = Math.ceil(oldestMs / periodMs) * periodMs
  const endMs = Math.floor(Math.min(toMs, nowMs - completeAfterMs) / periodMs) * periodMs
  return endMs > startMs ? { startMs, endMs } : null
}
