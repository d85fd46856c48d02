import type { CountedWindow, SideReading } from '../../domain/gates/compare-buckets.ts'
import type { Role } from '../../domain/traffic.ts'
import type { CounterCounts, CountsQuery, MeasuredSide, RouterCounts } from '../../ports/metrics-source.ts'
import { countsPeriodMs } from '../cloudwatch/counts-query.ts'
import type { TimeRange } from '../cloudwatch/time-range.ts'
import type { MemoryObservations } from './custom-metrics.ts'
import type { MinuteOfTraffic } from './measurements.ts'

/** Where counts come from. */
export interface MemoryCounters {
  /** The minute of a side that starts at `startMs`. */
  readonly minuteOf: (side: MeasuredSide, startMs: number) => MinuteOfTraffic | undefined
  readonly observations: MemoryObservations
}

export function toMemoryBuckets(range: TimeRange, query: CountsQuery, counters: MemoryCounters): CountedWindow[] {
  const periodMs = countsPeriodMs(query)
  const buckets: CountedWindow[] = []
  for (let startMs = range.startMs; startMs < range.endMs; startMs += periodMs) {
    const endMs = startMs + periodMs
    buckets.push({ startMs, endMs, strata: strataAt({ startMs, endMs }, query, counters) })
  }
  return buckets
}

function strataAt(window: TimeRange, query: CountsQuery, { minuteOf, observations }: MemoryCounters) {
  if (query.source === 'counters') {
    const sideOf = (role: Role) => sumCounters(window, query, role, observations)
    return [{ stable: sideOf('stable'), canary: sideOf('canary') }]
  }
  return query.routes.map(({ stable, canary }) => ({
    stable: countMinute(query.measure, minuteOf(stable, window.startMs)),
    canary: countMinute(query.measure, minuteOf(canary, window.startMs)),
  }))
}

function countMinute(measure: RouterCounts['measure'], minute: MinuteOfTraffic | undefined): SideReading {
  const nothing = { requests: null, bad: null }
  if (minute === undefined) return nothing
  const { requests, errors = 0, latencySeconds, slow } = minute
  if (measure.type === 'errors') return { requests, bad: errors }
  if (slow !== undefined) return { requests, bad: slow }
  return latencySeconds === undefined ? nothing : { requests, bad: latencySeconds > measure.seconds ? requests : 0 }
}

function sumCounters(
  { startMs, endMs }: TimeRange,
  { namespace, dimensions, requests: requestsMetric, bad: badMetric }: CounterCounts,
  role: Role,
  observations: MemoryObservations,
): SideReading {
  const valuesOf = (metricName: string) =>
    observations.between({ namespace, metricName, dimensions: dimensions[role] }, startMs, endMs)
  const sum = (values: readonly number[]) => Math.round(values.reduce((total, value) => total + value, 0))
  const requests = valuesOf(requestsMetric)
  return requests.length === 0
    ? { requests: null, bad: null }
    : { requests: sum(requests), bad: sum(valuesOf(badMetric)) }
}
