import type { MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch'
import type { RouterMetric } from '../../domain/gates/gate.ts'
import type { MeasuredSide, MetricsWindow } from '../../ports/metrics-source.ts'
import { toPoints } from './metric-points.ts'
import { type Counter, metricsOfSide, type SideMetrics } from './side-metrics.ts'
import type { TimeRange } from './time-range.ts'

export const windowMs = 60_000

/** Before the Ids of what stands for a side in a minute without numbers of its own. */
const standIn = 'alone_'

/** One query for each side and each number that `metric` needs, by the minute; the Id tells them apart: `requests_0`. */
export function toMetricQueries(metric: RouterMetric, sides: readonly MeasuredSide[]): MetricDataQuery[] {
  return sides.flatMap((side, index) => queriesOfSide(metric, side, index))
}

/** The same by the Region in which they are to be asked. */
export function toMetricQueriesByRegion(
  metric: RouterMetric,
  sides: readonly MeasuredSide[],
): ReadonlyMap<string, readonly MetricDataQuery[]> {
  const byRegion = new Map<string, readonly MetricDataQuery[]>()
  for (const [index, side] of sides.entries()) {
    const { region } = metricsOfSide(side)
    byRegion.set(region, [...(byRegion.get(region) ?? []), ...queriesOfSide(metric, side, index)])
  }
  return byRegion
}

function queriesOfSide(metric: RouterMetric, side: MeasuredSide, index: number): MetricDataQuery[] {
  const { otherwise, ...own } = metricsOfSide(side)
  const others = otherwise === null ? [] : countersOf(metric, otherwise, standIn, `_${index}`)
  return [...countersOf(metric, own, '', `_${index}`), ...others]
}

function countersOf(
  metric: RouterMetric,
  { requests, errors, latency }: Omit<SideMetrics, 'otherwise' | 'region'>,
  before: string,
  after: string,
): MetricDataQuery[] {
  const query = (name: string, counter: Counter): MetricDataQuery => ({
    Id: `${before}${name}${after}`,
    MetricStat: { ...counter, Period: windowMs / 1000 },
    ReturnData: true,
  })
  return [
    query('requests', requests),
    ...(metric === 'error-rate' ? errors.map((counter, nth) => query(`errors${nth}`, counter)) : []),
    ...(isLatency(metric) ? [query('latency', latency(metric.slice('latency-'.length)))] : []),
  ]
}

function isLatency(metric: RouterMetric): boolean {
  return metric.startsWith('latency-')
}

/**
 * The windows of a range. Counts of several sides are added, the worst latency counts.
 *
 * Errors are published only where there are some, so an absent error count means 0, but only in a minute that has
 * requests: without those nothing is known.
 */
export function toWindows(
  range: TimeRange,
  { metric, sides }: { readonly metric: RouterMetric; readonly sides: readonly MeasuredSide[] },
  results: readonly MetricDataResult[],
): MetricsWindow[] {
  const points = toPoints(results, windowMs)
  const measured = sides.map(metricsOfSide)
  const windows: MetricsWindow[] = []
  for (let startMs = range.startMs; startMs < range.endMs; startMs += windowMs) {
    const at = (id: string) => points.get(id)?.get(startMs) ?? null
    const found = measured.map((its, index) => sideAt(its, index, at))
    const requests = sumOf(found.map((side) => side.requests))
    const errors = metric === 'error-rate' ? (sumOf(found.map((side) => side.errors)) ?? 0) : null
    const latencies = found.flatMap(({ latencySeconds }) => latencySeconds ?? [])
    windows.push({
      startMs,
      endMs: startMs + windowMs,
      requests,
      errors: requests === null ? null : errors,
      latencySeconds: latencies.length > 0 ? Math.max(...latencies) : null,
    })
  }
  return windows
}

function sideAt(metrics: SideMetrics, index: number, at: (id: string) => number | null) {
  const origin = metrics.otherwise !== null && at(`requests_${index}`) === null ? standIn : ''
  const latency = at(`${origin}latency_${index}`)
  return {
    requests: at(`${origin}requests_${index}`),
    errors: sumOf(metrics.errors.map((_, nth) => at(`${origin}errors${nth}_${index}`))),
    latencySeconds: latency === null ? null : latency / metrics.latencyPerSecond,
  }
}

/** Null where none of them is known. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0)
}
