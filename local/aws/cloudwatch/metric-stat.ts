import type { MetricStat, StandardUnit } from '@aws-sdk/client-cloudwatch'
import type { Distribution } from './distribution.ts'
import { invalidValue, missingParameter } from './faults.ts'
import { fromMetric, type MetricIdentity } from './metric-identity.ts'
import type { TimeSeries } from './metric-math/value.ts'
import type { MetricStore } from './metric-store.ts'
import { evaluateStatistic, parseStatistic, type Statistic } from './statistic.ts'

/** A metric with the statistic and period it is asked for, checked. */
export interface MetricQuery {
  readonly metric: MetricIdentity
  readonly statistic: Statistic
  readonly periodSeconds: number
  readonly unit?: StandardUnit | undefined
}

/** Local time in milliseconds since the epoch; `toAt` is exclusive. */
export interface TimeRange {
  readonly fromAt: number
  readonly toAt: number
}

const finePeriods: readonly number[] = [1, 5, 10, 20, 30]

/** @throws {AwsError} MissingParameter or InvalidParameterValue, naming the member below `path`. */
export function fromMetricStat(stat: MetricStat, path: string): MetricQuery {
  if (stat.Period === undefined) throw missingParameter(`${path}.Period`)
  if (stat.Stat === undefined) throw missingParameter(`${path}.Stat`)
  return {
    metric: fromMetric(stat.Metric, `${path}.Metric`),
    statistic: checkedStatistic(stat.Stat, `${path}.Stat`),
    periodSeconds: checkedPeriod(stat.Period, `${path}.Period`),
    unit: stat.Unit,
  }
}

export function checkedStatistic(text: string, path: string): Statistic {
  const statistic = parseStatistic(text)
  if (!statistic) throw invalidValue(`The value ${text} for parameter ${path} is not a valid statistic.`)
  return statistic
}

/** @param allowed - Periods below a minute; by default those of a query (1, 5, 10, 20, 30). */
export function checkedPeriod(seconds: number, path: string, allowed = finePeriods): number {
  const fits = allowed.includes(seconds) || (seconds >= 60 && seconds <= 86_400 * 365 && seconds % 60 === 0)
  if (!fits) throw invalidValue(`The value ${seconds} for ${path} must be ${allowed.join(', ')} or a multiple of 60.`)
  return seconds
}

/**
 * The periods that a range covers: the start goes down to a whole minute (or to a whole period below a minute), and the
 * last period is the one that begins before the end.
 *
 * @see API reference, GetMetricData, StartTime and EndTime
 */
export function coveredPeriods({ fromAt, toAt }: TimeRange, periodSeconds: number): TimeRange {
  const periodMs = periodSeconds * 1000
  const roundTo = Math.min(periodMs, 60_000)
  const start = fromAt - (fromAt % roundTo)
  return { fromAt: start, toAt: start + Math.ceil(Math.max(0, toAt - start) / periodMs) * periodMs }
}

/** Visible observations by period. Below a minute there is data for the last three hours only. */
export function readDistributions(
  query: MetricQuery,
  range: TimeRange,
  { store, now }: { readonly store: MetricStore; readonly now: number },
): Map<number, Distribution> {
  const covered = coveredPeriods(range, query.periodSeconds)
  if (query.periodSeconds < 60 && covered.fromAt < now - 3 * 3_600_000) return new Map()
  return store.read(query.metric, { ...covered, periodMs: query.periodSeconds * 1000, unit: query.unit })
}

/** The statistic of each period that has one; the others are absent. */
export function readSeries(
  query: MetricQuery,
  range: TimeRange,
  at: { readonly store: MetricStore; readonly now: number },
): TimeSeries {
  const points = new Map<number, number>()
  for (const [start, distribution] of readDistributions(query, range, at)) {
    const value = evaluateStatistic(query.statistic, distribution)
    if (value !== undefined) points.set(start, value)
  }
  return { label: query.metric.metricName, periodSeconds: query.periodSeconds, points }
}
