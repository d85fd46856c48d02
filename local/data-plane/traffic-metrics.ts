import type { LocalClock } from '../clock.ts'
import type { MetricObservations, MetricSink } from './data-plane.ts'
import { type Histogram, mergeHistogram, toSeconds } from './response-time-histogram.ts'
import {
  type BalancerCounters,
  clearBalancer,
  clearGroup,
  createBalancerCounters,
  createGroupCounters,
  type GroupCounters,
} from './traffic-counters.ts'

const minuteMs = 60_000

export interface TrafficMetrics {
  /** The counters of one load balancer, made at its first use. */
  balancer(dimension: string): BalancerCounters
  /** Ends the minute now: records what was counted and starts at zero. */
  flush(): void
  stop(): void
}

export interface TrafficMetricsOptions {
  readonly clock: LocalClock
  readonly sink: MetricSink
  /** Called just before a minute is recorded, to add what is sampled rather than counted. */
  readonly sample: () => void
  /** Registered targets of a group, for RequestCountPerTarget; undefined for one of type `lambda`, which has no such metric. */
  readonly targetsOf: (groupDimension: string) => number | undefined
}

/**
 * Turns counters into AWS/ApplicationELB metrics at the end of each local minute. As sparse as AWS: what is zero is not
 * recorded, so "no data" means the same in a rehearsal as in production.
 */
export function createTrafficMetrics({ clock, sink, sample, targetsOf }: TrafficMetricsOptions): TrafficMetrics {
  const balancers = new Map<string, BalancerCounters>()
  let minuteAt = startOfMinute(clock.now())
  let cancel = () => {}

  function flush() {
    sample()
    for (const [dimension, counters] of balancers)
      recordBalancer(dimension, counters, { sink, at: minuteAt, targetsOf })
    minuteAt = startOfMinute(clock.now())
  }
  function arm() {
    cancel = clock.after(minuteAt + minuteMs - clock.now(), () => {
      flush()
      arm()
    })
  }
  arm()

  return {
    balancer(dimension) {
      let counters = balancers.get(dimension)
      if (!counters) {
        counters = createBalancerCounters()
        balancers.set(dimension, counters)
      }
      return counters
    },
    flush,
    stop: () => cancel(),
  }
}

interface RecordContext {
  readonly sink: MetricSink
  readonly at: number
  readonly targetsOf: (groupDimension: string) => number | undefined
}

type Record = (metricName: string, unit: string, values: readonly number[], counts?: readonly number[]) => void

function recordBalancer(dimension: string, balancer: BalancerCounters, context: RecordContext): void {
  const total = createGroupCounters()
  for (const [groupDimension, group] of balancer.groups) {
    const dimensions = { LoadBalancer: dimension, TargetGroup: groupDimension }
    recordGroup(group, recorder(context, dimensions))
    recordPerTarget(group, context, dimensions)
    addTo(total, group)
    clearGroup(group)
  }
  const record = recorder(context, { LoadBalancer: dimension })
  recordTargetTraffic(total, record)
  for (const digit of [3, 4, 5]) recordCount(record, `HTTPCode_ELB_${digit}XX_Count`, balancer.codes[digit])
  for (const [code, count] of balancer.exactCodes) recordCount(record, `HTTPCode_ELB_${code}_Count`, count)
  recordCount(record, 'HTTP_Fixed_Response_Count', balancer.fixedResponses)
  recordCount(record, 'HTTP_Redirect_Count', balancer.redirects)
  recordCount(record, 'NewConnectionCount', balancer.newConnections)
  recordCount(record, 'ActiveConnectionCount', balancer.activeConnections)
  if (balancer.processedBytes > 0) record('ProcessedBytes', 'Bytes', [balancer.processedBytes])
  clearBalancer(balancer)
}

/** What is published both for the load balancer and for each of its groups. */
function recordTargetTraffic(counters: GroupCounters, record: Record): void {
  recordCount(record, 'RequestCount', counters.requests)
  for (const digit of [2, 3, 4, 5]) recordCount(record, `HTTPCode_Target_${digit}XX_Count`, counters.codes[digit])
  recordCount(record, 'TargetConnectionErrorCount', counters.connectionErrors)
  const times = toSeconds(counters.responseTimes)
  if (times.values.length > 0) record('TargetResponseTime', 'Seconds', times.values, times.counts)
}

function recordGroup(counters: GroupCounters, record: Record): void {
  recordTargetTraffic(counters, record)
  recordCount(record, 'UnhealthyRoutingRequestCount', counters.unhealthyRouting)
  recordSamples(record, 'HealthyHostCount', counters.healthyHosts)
  recordSamples(record, 'UnHealthyHostCount', counters.unhealthyHosts)
}

/** RequestCountPerTarget is published as an average whose only meaningful statistic is Sum. */
function recordPerTarget(
  counters: GroupCounters,
  context: RecordContext,
  dimensions: { LoadBalancer: string; TargetGroup: string },
): void {
  const targets = context.targetsOf(dimensions.TargetGroup)
  if (counters.requests === 0 || targets === undefined) return
  const perTarget = counters.requests / Math.max(1, targets)
  recorder(context, dimensions)('RequestCountPerTarget', 'Count', [perTarget])
  recorder(context, { TargetGroup: dimensions.TargetGroup })('RequestCountPerTarget', 'Count', [perTarget])
}

function recorder({ sink, at }: RecordContext, dimensions: MetricObservations['dimensions']): Record {
  return (metricName, unit, values, counts = values.map(() => 1)) =>
    sink.record({ namespace: 'AWS/ApplicationELB', metricName, dimensions, unit, at, values, counts })
}

function recordCount(record: Record, metricName: string, count: number | undefined): void {
  if (count) record(metricName, 'Count', [count])
}

function recordSamples(record: Record, metricName: string, samples: Histogram): void {
  if (samples.size > 0) record(metricName, 'Count', [...samples.keys()], [...samples.values()])
}

function addTo(total: GroupCounters, group: GroupCounters): void {
  total.requests += group.requests
  group.codes.forEach((count, digit) => {
    total.codes[digit] = (total.codes[digit] ?? 0) + count
  })
  total.connectionErrors += group.connectionErrors
  mergeHistogram(total.responseTimes, group.responseTimes)
}

function startOfMinute(at: number): number {
  return at - (at % minuteMs)
}
