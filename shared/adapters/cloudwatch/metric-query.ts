import type { MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch'
import { parseElbArn } from '../../domain/elb-arn.ts'
import type { RouterMetric } from '../../domain/gates/gate.ts'
import type { GroupOfTargets, MetricsWindow } from '../../ports/metrics-source.ts'
import type { TimeRange } from './time-range.ts'

export const windowMs = 60_000
export const loadBalancerNamespace = 'AWS/ApplicationELB'

/** What a query of ours measures: the letter that its Id starts with. */
type Measure = 'requests' | 'target5xx' | 'connectionErrors' | 'latency'

const measuresOf: Readonly<Record<RouterMetric, readonly Measure[]>> = {
  'error-rate': ['requests', 'target5xx', 'connectionErrors'],
  'latency-p50': ['requests', 'latency'],
  'latency-p90': ['requests', 'latency'],
  'latency-p99': ['requests', 'latency'],
  requests: ['requests'],
}

const metricNames: Readonly<Record<Measure, string>> = {
  requests: 'RequestCount',
  target5xx: 'HTTPCode_Target_5XX_Count',
  connectionErrors: 'TargetConnectionErrorCount',
  latency: 'TargetResponseTime',
}

/**
 * The dimensions under which an ALB publishes a target group's metrics. Another combination finds nothing, without an
 * error.
 *
 * @throws {ValidationError} If an ARN is none of Elastic Load Balancing.
 * @see Application Load Balancer user guide, CloudWatch metrics, dimensions
 */
export function toDimensions({ targetGroupArn, loadBalancerArn }: GroupOfTargets) {
  return [
    { Name: 'LoadBalancer', Value: parseElbArn(loadBalancerArn).path },
    { Name: 'TargetGroup', Value: `targetgroup/${parseElbArn(targetGroupArn).path}` },
  ]
}

/** One query for each group and measure of `metric`, by the minute; the Id tells them apart: `requests_0`. */
export function toMetricQueries(metric: RouterMetric, groups: readonly GroupOfTargets[]): MetricDataQuery[] {
  return groups.flatMap((group, index) =>
    measuresOf[metric].map((measure) => ({
      Id: `${measure}_${index}`,
      MetricStat: {
        Metric: {
          Namespace: loadBalancerNamespace,
          MetricName: metricNames[measure],
          Dimensions: toDimensions(group),
        },
        Period: windowMs / 1000,
        Stat: measure === 'latency' ? metric.slice('latency-'.length) : 'Sum',
      },
      ReturnData: true,
    })),
  )
}

/**
 * The windows of a range. Counts of several groups are added, the worst latency counts.
 *
 * An ALB publishes errors only where there are some, so an absent error count means 0, but only in a minute that has
 * requests: without those nothing is known.
 */
export function toWindows(
  range: TimeRange,
  metric: RouterMetric,
  results: readonly MetricDataResult[],
): MetricsWindow[] {
  const asked = measuresOf[metric]
  const points = byMeasure(results)
  const windows: MetricsWindow[] = []
  for (let startMs = range.startMs; startMs < range.endMs; startMs += windowMs) {
    const at = (measure: Measure) => points[measure].get(startMs) ?? []
    const requests = at('requests').length > 0 ? sum(at('requests')) : null
    const errors = asked.includes('target5xx') ? sum([...at('target5xx'), ...at('connectionErrors')]) : null
    const latency = at('latency')
    windows.push({
      startMs,
      endMs: startMs + windowMs,
      requests,
      errors: requests === null ? null : errors,
      latencySeconds: latency.length > 0 ? Math.max(...latency) : null,
    })
  }
  return windows
}

type Points = Readonly<Record<Measure, Map<number, number[]>>>

function byMeasure(results: readonly MetricDataResult[]): Points {
  const points: Points = { requests: new Map(), target5xx: new Map(), connectionErrors: new Map(), latency: new Map() }
  for (const { Id, Timestamps = [], Values = [] } of results) {
    const measure = measureOfId(Id)
    if (measure === null) continue
    Timestamps.forEach((timestamp, index) => {
      const value = Values[index]
      const startMs = Math.floor(timestamp.getTime() / windowMs) * windowMs
      if (value !== undefined) points[measure].set(startMs, [...(points[measure].get(startMs) ?? []), value])
    })
  }
  return points
}

function measureOfId(id: string | undefined): Measure | null {
  const word = id?.split('_')[0]
  return (Object.keys(metricNames) as Measure[]).find((measure) => measure === word) ?? null
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
