import type { CloudWatchClient, MetricDataResult } from '@aws-sdk/client-cloudwatch'
import { parseElbArn } from '../../domain/elb-arn.ts'
import type { Clock } from '../../ports/clock.ts'
import { type MetricsQuery, type MetricsSource, metricsCompleteAfterSeconds } from '../../ports/metrics-source.ts'
import { countsPeriodMs, describeCounts, toBuckets, toCountQueries } from './counts-query.ts'
import { createMetricDataReader } from './metric-data.ts'
import { loadBalancerNamespace, toMetricQueries, toWindows, windowMs } from './metric-query.ts'
import { endedPeriods } from './time-range.ts'

/**
 * Reads a side's measurements from CloudWatch, in the Region of each target group.
 *
 * @param clientFor - The client of a Region.
 * @param deadlineMs - Real milliseconds for each page, retries included. Default 10,000.
 */
export function createCloudWatchMetricsSource(
  clientFor: (region: string) => CloudWatchClient,
  clock: Pick<Clock, 'now'>,
  deadlineMs = 10_000,
): MetricsSource {
  const readMetricData = createMetricDataReader(clientFor, deadlineMs)
  const completeAfterMs = metricsCompleteAfterSeconds * 1000
  return {
    async read(query) {
      const source = `CloudWatch ${loadBalancerNamespace} of ${query.groups.map((group) => group.targetGroupArn).join(', ')}`
      try {
        const range = endedPeriods(query, { nowMs: clock.now(), completeAfterMs, periodMs: windowMs })
        if (range === null) return { status: 'complete', windows: [], source }
        const results: MetricDataResult[] = []
        for (const [region, groups] of byRegion(query.groups))
          results.push(...(await readMetricData(region, toMetricQueries(query.metric, groups), range)))
        return { status: 'complete', windows: toWindows(range, query.metric, results), source }
      } catch (error) {
        return toFailure(error, source)
      }
    },
    async counts(query) {
      const source = describeCounts(query)
      try {
        const range = endedPeriods(query, { nowMs: clock.now(), completeAfterMs: 0, periodMs: countsPeriodMs(query) })
        if (range === null) return { status: 'complete', windows: [], source }
        const results: MetricDataResult[] = []
        for (const [region, queries] of toCountQueries(query))
          results.push(...(await readMetricData(region, queries, range)))
        return { status: 'complete', windows: toBuckets(range, query, results), source }
      } catch (error) {
        return toFailure(error, source)
      }
    },
  }
}

function toFailure(error: unknown, source: string) {
  return { status: 'error', reason: error instanceof Error ? error.message : String(error), source } as const
}

function byRegion(groups: MetricsQuery['groups']): ReadonlyMap<string, MetricsQuery['groups']> {
  const regions = new Map<string, MetricsQuery['groups']>()
  for (const group of groups) {
    const { region } = parseElbArn(group.loadBalancerArn)
    regions.set(region, [...(regions.get(region) ?? []), group])
  }
  return regions
}
