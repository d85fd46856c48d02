import type { CloudWatchClient, MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch'
import type { Clock } from '../../ports/clock.ts'
import type { HealthCheckReading, HealthCheckSource } from '../../ports/health-check-source.ts'
import { createMetricDataReader, type ReadMetricData } from './metric-data.ts'

/**
 * Route 53 is one service for the world, and publishes its metrics in this Region alone.
 * @see Amazon Route 53 Developer Guide, "Monitoring health checks using CloudWatch"
 */
export const healthCheckRegion = 'us-east-1'

const minuteMs = 60_000
/** How old the newest status may be, in whole minutes: metrics come one to two minutes late. */
const lookBackMinutes = 5

/**
 * Reads the status of Route 53 health checks from their CloudWatch metric, which endpoint, calculated and alarm-based
 * checks all have. Route 53's own GetHealthCheckStatus answers for no calculated ones, is meant "for use during
 * development", and would eat the account's five requests a second, which rollbacks of records need.
 *
 * @param clientFor - The client of a Region.
 * @param deadlineMs - Real milliseconds for each page, retries included. Default 10,000.
 * @see Amazon Route 53 API Reference, GetHealthCheckStatus; Developer Guide, "Quotas"
 */
export function createCloudWatchHealthCheckSource(
  clientFor: (region: string) => CloudWatchClient,
  clock: Pick<Clock, 'now'>,
  deadlineMs = 10_000,
): HealthCheckSource {
  return toHealthCheckSource(createMetricDataReader(clientFor, deadlineMs), clock)
}

/** What is made of CloudWatch's answers, whoever gets them. */
export function toHealthCheckSource(readMetricData: ReadMetricData, clock: Pick<Clock, 'now'>): HealthCheckSource {
  return {
    async read(ids) {
      // Whole minutes only: the worst of a minute is known when it is over.
      const endMs = Math.floor(clock.now() / minuteMs) * minuteMs
      const range = { startMs: endMs - lookBackMinutes * minuteMs, endMs }
      const results = await readMetricData(healthCheckRegion, ids.map(toQuery), range)
      return ids.map((id, index) => toReading(id, results, toQueryId(index)))
    },
  }
}

function toQuery(id: string, index: number): MetricDataQuery {
  return {
    Id: toQueryId(index),
    MetricStat: {
      Metric: {
        Namespace: 'AWS/Route53',
        MetricName: 'HealthCheckStatus',
        Dimensions: [{ Name: 'HealthCheckId', Value: id }],
      },
      Period: minuteMs / 1000,
      // 1 is healthy, 0 unhealthy: a minute is as good as its worst moment.
      Stat: 'Minimum',
    },
    ReturnData: true,
  }
}

function toQueryId(index: number): string {
  return `check_${index}`
}

function toReading(id: string, results: readonly MetricDataResult[], queryId: string): HealthCheckReading {
  const points = results
    .filter((result) => result.Id === queryId)
    .flatMap(({ Timestamps = [], Values = [] }) =>
      Timestamps.flatMap((at, index) => {
        const value = Values[index]
        return value === undefined ? [] : [{ startMs: at.getTime(), value }]
      }),
    )
  const newest = points.toSorted((a, b) => b.startMs - a.startMs)[0]
  if (newest === undefined) return { id, state: 'no-data', startMs: null }
  return { id, state: newest.value >= 1 ? 'healthy' : 'unhealthy', startMs: newest.startMs }
}
