import type { CloudWatchClient, MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch'
import { messageOf } from '../../domain/message-of.ts'
import type { Clock } from '../../ports/clock.ts'
import { type MetricsSource, metricsCompleteAfterSeconds } from '../../ports/metrics-source.ts'
import { countsPeriodMs, describeCounts, toBuckets, toCountQueries } from './counts-query.ts'
import { createMetricDataReader, type ReadMetricData } from './metric-data.ts'
import { toMetricQueriesByRegion, toWindows, windowMs } from './metric-query.ts'
import { describeSeries, toSeries, toSeriesQueries } from './series-query.ts'
import { describeSides } from './side-metrics.ts'
import { endedPeriods, type TimeRange } from './time-range.ts'

/** What one reading asks, and what it makes of the answers. */
interface Wish<Window> {
  readonly source: string
  readonly span: { readonly fromMs: number; readonly toMs: number }
  readonly periodMs: number
  /** How long ago a window must have ended. */
  readonly completeAfterMs: number
  /** By Region. */
  readonly queries: () => Iterable<readonly [region: string, queries: readonly MetricDataQuery[]]>
  readonly toWindows: (range: TimeRange, results: readonly MetricDataResult[]) => readonly Window[]
}

type Reading<Window> =
  | { readonly status: 'complete'; readonly windows: readonly Window[]; readonly source: string }
  | { readonly status: 'error'; readonly reason: string; readonly source: string }

/**
 * Reads measurements from CloudWatch, in the Region of each side, or in that which the query names.
 *
 * @param clientFor - The client of a Region.
 * @param deadlineMs - Real milliseconds for each page, retries included. Default 10,000.
 */
export function createCloudWatchMetricsSource(
  clientFor: (region: string) => CloudWatchClient,
  clock: Pick<Clock, 'now'>,
  deadlineMs = 10_000,
): MetricsSource {
  return toMetricsSource(createMetricDataReader(clientFor, deadlineMs), clock)
}

/** What is made of CloudWatch's answers, whoever gets them. */
export function toMetricsSource(readMetricData: ReadMetricData, clock: Pick<Clock, 'now'>): MetricsSource {
  const completeAfterMs = metricsCompleteAfterSeconds * 1000

  async function readWindows<Window>(wish: Wish<Window>): Promise<Reading<Window>> {
    const { source } = wish
    try {
      const range = endedPeriods(wish.span, { ...wish, nowMs: clock.now() })
      if (range === null) return { status: 'complete', windows: [], source }
      const results: MetricDataResult[] = []
      for (const [region, queries] of wish.queries()) results.push(...(await readMetricData(region, queries, range)))
      return { status: 'complete', windows: wish.toWindows(range, results), source }
    } catch (error) {
      return { status: 'error', reason: messageOf(error), source }
    }
  }

  return {
    read: (query) =>
      readWindows({
        source: `CloudWatch ${describeSides(query.sides)}`,
        span: query,
        periodMs: windowMs,
        completeAfterMs,
        queries: () => toMetricQueriesByRegion(query.metric, query.sides),
        toWindows: (range, results) => toWindows(range, query, results),
      }),
    counts: (query) =>
      readWindows({
        source: describeCounts(query),
        span: query,
        periodMs: countsPeriodMs(query),
        completeAfterMs: 0,
        queries: () => toCountQueries(query),
        toWindows: (range, results) => toBuckets(range, query, results),
      }),
    series: ({ metric, region, ...span }) =>
      readWindows({
        source: describeSeries(metric),
        span,
        periodMs: metric.periodSeconds * 1000,
        completeAfterMs,
        queries: () => [[region, toSeriesQueries(metric)]],
        toWindows: (range, results) => toSeries(range, metric, results),
      }),
  }
}
