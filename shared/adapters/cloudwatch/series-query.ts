import type { MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch'
import { UpstreamError } from '../../domain/errors.ts'
import type { CloudWatchMetric, OwnMetric } from '../../domain/gates/gate.ts'
import type { SeriesWindow } from '../../ports/metrics-source.ts'
import { toOwnDimensions, toPoints } from './metric-points.ts'
import type { TimeRange } from './time-range.ts'

/** Id of the query whose answer counts. No query of a user's own begins so: the schema refuses it. */
const valueId = 'sluice_value'

/** The metric alone, or the expression with the queries it names, whose own values are not asked for. */
export function toSeriesQueries(metric: OwnMetric): readonly MetricDataQuery[] {
  const Period = metric.periodSeconds
  if (!('expression' in metric)) return [{ Id: valueId, MetricStat: toMetricStat(metric, Period), ReturnData: true }]
  const named = metric.queries.map(({ id, ...query }) => ({
    Id: id,
    MetricStat: toMetricStat(query, Period),
    ReturnData: false,
  }))
  return [...named, { Id: valueId, Expression: metric.expression, ReturnData: true }]
}

/** Where a series comes from, for people. */
export function describeSeries(metric: OwnMetric): string {
  if (!('expression' in metric)) return `CloudWatch ${describeQuery(metric)}`
  return `CloudWatch ${metric.queries.map((query) => `${query.id} = ${describeQuery(query)}`).join(', ')}`
}

function describeQuery({ namespace, stat, metricName, dimensions }: Omit<CloudWatchMetric, 'periodSeconds'>): string {
  const sides = Object.entries(dimensions).map(([name, value]) => `${name} ${value}`)
  return [namespace, stat, metricName, ...sides].join(' ')
}

/**
 * Every window of a range, oldest first.
 *
 * @throws {UpstreamError} If an expression gave several series (`SEARCH`, `METRICS()`), of which nobody said which counts.
 */
export function toSeries(
  range: TimeRange,
  metric: OwnMetric,
  results: readonly MetricDataResult[],
): readonly SeriesWindow[] {
  // Several results of a plain metric are its pages; answers with an expression have only one.
  if ('expression' in metric && results.length > 1) {
    const labels = results.map(({ Label }) => Label ?? '?').join(', ')
    throw new UpstreamError(
      `the expression ${metric.expression} gives ${results.length} time series (${labels}); let it give one, with SUM, AVG or MAX`,
    )
  }
  const periodMs = metric.periodSeconds * 1000
  const values = toPoints(results, periodMs).get(valueId)
  const windows: SeriesWindow[] = []
  for (let startMs = range.startMs; startMs < range.endMs; startMs += periodMs)
    windows.push({ startMs, endMs: startMs + periodMs, value: values?.get(startMs) ?? null })
  return windows
}

function toMetricStat(
  { namespace, metricName, dimensions, stat }: Omit<CloudWatchMetric, 'periodSeconds'>,
  Period: number,
) {
  const Metric = { Namespace: namespace, MetricName: metricName, Dimensions: toOwnDimensions(dimensions) }
  return { Metric, Period, Stat: stat }
}
