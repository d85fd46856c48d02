import type { MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch'
import { regionOf } from '../../domain/elb-arn.ts'
import type { Clock } from '../../ports/clock.ts'
import { type GroupOfTargets, metricsCompleteAfterSeconds } from '../../ports/metrics-source.ts'
import type { ReadMetricData } from './metric-data.ts'
import { toPoints } from './metric-points.ts'
import { windowMs } from './metric-query.ts'
import { loadBalancerNamespace, toDimensions } from './side-metrics.ts'

/** Hosts of a target group, lately. */
export interface HostCounts {
  /** The fewest of any minute since `startMs`. */
  readonly healthy: number
  /** The most of any minute since then. */
  readonly unhealthy: number
  /** When the newest minute that is reported whole began, milliseconds since the epoch. */
  readonly startMs: number
}

/**
 * How long ago the newest whole minute may have begun, in minutes. A group whose last target was deregistered has no counts
 * any more and is taken for healthy for as long; data that is a minute late must still do, or all would ask at once.
 */
const lookBackMinutes = 4

const metrics = [
  { id: 'healthy', MetricName: 'HealthyHostCount', Stat: 'Minimum' },
  { id: 'unhealthy', MetricName: 'UnHealthyHostCount', Stat: 'Maximum' },
] as const

/**
 * Counts the hosts of target groups from CloudWatch: the worst of the newest minute that is reported whole and of what is
 * reported since. A younger minute may still get worse; good news of it alone is none.
 *
 * @returns Null where no such minute of the last four has both counts: health checks are off, the group is in no action
 *   or has no target, or the data is late.
 * @see Application Load Balancer user guide, CloudWatch metrics, HealthyHostCount
 */
export function createHostCounts(
  readMetricData: ReadMetricData,
  clock: Pick<Clock, 'now'>,
): (group: GroupOfTargets) => Promise<HostCounts | null> {
  return async (group) => {
    const nowMs = clock.now()
    const endMs = Math.floor(nowMs / windowMs) * windowMs
    const range = { startMs: endMs - lookBackMinutes * windowMs, endMs }
    const results = await readMetricData(regionOf(group.targetGroupArn), toQueries(group), range)
    return worstSinceWhole(toMinutes(results), nowMs - metricsCompleteAfterSeconds * 1000)
  }
}

/** @param minutes - Newest first. @param wholeBeforeMs - What ended by then is reported whole. */
function worstSinceWhole(minutes: readonly HostCounts[], wholeBeforeMs: number): HostCounts | null {
  const whole = minutes.findIndex(({ startMs }) => startMs + windowMs <= wholeBeforeMs)
  const [first, ...others] = minutes.slice(0, whole + 1).reverse()
  if (!first) return null
  return {
    healthy: Math.min(first.healthy, ...others.map(({ healthy }) => healthy)),
    unhealthy: Math.max(first.unhealthy, ...others.map(({ unhealthy }) => unhealthy)),
    startMs: first.startMs,
  }
}

/** Those that have both counts, newest first. */
function toMinutes(results: readonly MetricDataResult[]): readonly HostCounts[] {
  const points = toPoints(results, windowMs)
  const unhealthyAt = points.get('unhealthy')
  return [...(points.get('healthy') ?? [])]
    .flatMap(([startMs, healthy]) => {
      const unhealthy = unhealthyAt?.get(startMs)
      return unhealthy === undefined ? [] : [{ healthy, unhealthy, startMs }]
    })
    .sort((a, b) => b.startMs - a.startMs)
}

function toQueries(group: GroupOfTargets): readonly MetricDataQuery[] {
  const Dimensions = toDimensions(group)
  return metrics.map(({ id, MetricName, Stat }) => ({
    Id: id,
    MetricStat: {
      Metric: { Namespace: loadBalancerNamespace, MetricName, Dimensions },
      Period: windowMs / 1000,
      Stat,
    },
    ReturnData: true,
  }))
}
