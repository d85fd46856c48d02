import type { LocalClock } from '../../clock.ts'
import type { MetricObservations, MetricSink } from '../../data-plane/data-plane.ts'
import { addResponseTime, type Histogram } from '../../data-plane/response-time-histogram.ts'
import type { ChosenVersion } from './choose-version.ts'

const minuteMs = 60_000

export interface InvocationMetrics {
  /**
   * Counts one invocation that has ended.
   * @param durationMs - Real time, as every latency: see `addResponseTime`.
   */
  count(chosen: ChosenVersion, outcome: InvocationOutcome): void
  stop(): void
}

export interface InvocationOutcome {
  readonly failed: boolean
  readonly durationMs: number
}

interface Counters {
  readonly dimensions: MetricObservations['dimensions']
  invocations: number
  errors: number
  readonly durations: Histogram
}

/**
 * Turns invocations into AWS/Lambda metrics at the end of each local minute. Where there was an invocation there is a
 * number of errors, be it 0; where there was none there is no data.
 *
 * @see Lambda developer guide, "Types of metrics for Lambda functions"
 */
export function createInvocationMetrics({
  clock,
  sink,
}: {
  readonly clock: LocalClock
  readonly sink: MetricSink
}): InvocationMetrics {
  let counters = new Map<string, Counters>()
  let minuteAt = startOfMinute(clock.now())
  let cancel = () => {}

  function arm(): void {
    cancel = clock.after(minuteAt + minuteMs - clock.now(), () => {
      for (const counted of counters.values()) record(sink, minuteAt, counted)
      counters = new Map()
      minuteAt = startOfMinute(clock.now())
      arm()
    })
  }
  arm()

  return {
    count(chosen, outcome) {
      for (const dimensions of dimensionsOf(chosen)) {
        const key = JSON.stringify(dimensions)
        const counted = counters.get(key) ?? { dimensions, invocations: 0, errors: 0, durations: new Map() }
        counters.set(key, counted)
        counted.invocations++
        if (outcome.failed) counted.errors++
        addResponseTime(counted.durations, outcome.durationMs)
      }
    },
    stop: () => cancel(),
  }
}

/** Every set that AWS publishes: all functions, the function, what was called, and for an alias the version beside it. */
function dimensionsOf({ functionName, resource, isAlias, version }: ChosenVersion): MetricObservations['dimensions'][] {
  const FunctionName = functionName
  const called = { FunctionName, Resource: resource }
  return [{}, { FunctionName }, called, ...(isAlias ? [{ ...called, ExecutedVersion: version }] : [])]
}

function record(sink: MetricSink, at: number, { dimensions, invocations, errors, durations }: Counters): void {
  const common = { namespace: 'AWS/Lambda', dimensions, at }
  const outcomes = [[0, invocations - errors] as const, [1, errors] as const].filter(([, count]) => count > 0)
  sink.record({ ...common, metricName: 'Invocations', unit: 'Count', values: [1], counts: [invocations] })
  sink.record({
    ...{ ...common, metricName: 'Errors', unit: 'Count' },
    values: outcomes.map(([value]) => value),
    counts: outcomes.map(([, count]) => count),
  })
  sink.record({
    ...{ ...common, metricName: 'Duration', unit: 'Milliseconds' },
    values: [...durations.keys()].map((microseconds) => microseconds / 1000),
    counts: [...durations.values()],
  })
}

function startOfMinute(at: number): number {
  return at - (at % minuteMs)
}
