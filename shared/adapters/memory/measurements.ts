import { nameOfMetric } from '../../domain/gates/own-metric.ts'
import { messageOf } from '../../domain/message-of.ts'
import type { Clock } from '../../ports/clock.ts'
import {
  type CountsQuery,
  type CountsReading,
  type MeasuredSide,
  type MetricsQuery,
  type MetricsReading,
  type MetricsSource,
  type MetricsWindow,
  metricsCompleteAfterSeconds,
  nameOfSide,
  type SeriesQuery,
  type SeriesReading,
} from '../../ports/metrics-source.ts'
import { countsPeriodMs } from '../cloudwatch/counts-query.ts'
import { windowMs } from '../cloudwatch/metric-query.ts'
import { endedPeriods } from '../cloudwatch/time-range.ts'
import { toMemoryBuckets } from './counts.ts'
import { createMemoryObservations, type MemoryMetric } from './custom-metrics.ts'
import type { RunCall } from './faults.ts'
import { type MemoryExpression, toMemorySeries } from './series.ts'

/** What one side did in one minute. */
export interface MinuteOfTraffic {
  readonly requests: number
  /** Default 0. */
  readonly errors?: number
  /** Every percentile of it, seconds. */
  readonly latencySeconds?: number
  /**
   * Requests over the limit, whatever limit is asked for; null: there is no distribution to count them in. Default: all or
   * none, by `latencySeconds`.
   */
  readonly slow?: number | null
}

/** Metrics by side and minute, and the users' own. */
export interface MemoryMetrics extends MetricsSource {
  /**
   * Puts traffic into the minute that `atMs` falls into, in place of what was there.
   * @param side - ARN of a target group, or as `nameOfSide` names a version; `checkout:live` is a whole alias.
   */
  setMinute(side: string, atMs: number, minute: MinuteOfTraffic): void
  /** Adds one observation to a metric of the users' own, at high resolution. */
  put(metric: MemoryMetric, atMs: number, value: number): void
  /** Makes an expression known, since nothing here does metric math; any other is refused. */
  define(expression: string, evaluate: MemoryExpression): void
  /** From now on every reading is an error with this reason; null: readings work again. */
  fail(reason: string | null): void
}

export function createMemoryMetrics(clock: Pick<Clock, 'now'>, run: RunCall): MemoryMetrics {
  const minutes = new Map<string, MinuteOfTraffic>()
  const keyOf = (side: string, startMs: number) => `${side} ${startMs}`
  const minuteOf = (side: MeasuredSide, startMs: number) =>
    minutes.get(keyOf(nameOfSide(side), startMs)) ??
    ('isAlone' in side && side.isAlone ? minutes.get(keyOf(`${side.functionName}:${side.alias}`, startMs)) : undefined)
  const observations = createMemoryObservations()
  const expressions = new Map<string, MemoryExpression>()
  const completeAfterMs = metricsCompleteAfterSeconds * 1000
  const source = 'memory'
  let failure: string | null = null

  function windowAt(query: MetricsQuery, startMs: number): MetricsWindow {
    const found = query.sides.flatMap((side) => minuteOf(side, startMs) ?? [])
    const latencies = found.flatMap(({ latencySeconds }) => latencySeconds ?? [])
    const asksLatency = query.metric.startsWith('latency-') && latencies.length > 0
    return {
      startMs,
      endMs: startMs + windowMs,
      requests: found.length === 0 ? null : found.reduce((total, { requests }) => total + requests, 0),
      errors:
        query.metric === 'error-rate' && found.length > 0
          ? found.reduce((total, { errors = 0 }) => total + errors, 0)
          : null,
      latencySeconds: asksLatency ? Math.max(...latencies) : null,
    }
  }

  function answer(query: MetricsQuery): MetricsReading {
    if (failure !== null) return { status: 'error', reason: failure, source }
    const range = endedPeriods(query, { nowMs: clock.now(), completeAfterMs, periodMs: windowMs })
    const windows: MetricsWindow[] = []
    for (let startMs = range?.startMs ?? 0; startMs < (range?.endMs ?? 0); startMs += windowMs)
      windows.push(windowAt(query, startMs))
    return { status: 'complete', windows, source }
  }

  function answerCounts(query: CountsQuery): CountsReading {
    if (failure !== null) return { status: 'error', reason: failure, source }
    const at = { nowMs: clock.now(), completeAfterMs: 0, periodMs: countsPeriodMs(query) }
    const range = endedPeriods(query, at)
    const windows = range === null ? [] : toMemoryBuckets(range, query, { minuteOf, observations })
    return { status: 'complete', windows, source }
  }

  function answerSeries({ metric, ...span }: SeriesQuery): SeriesReading {
    if (failure !== null) return { status: 'error', reason: failure, source }
    const at = { nowMs: clock.now(), completeAfterMs, periodMs: metric.periodSeconds * 1000 }
    const range = endedPeriods(span, at)
    const windows = range === null ? [] : toMemorySeries(range, metric, { observations, expressions })
    return { status: 'complete', windows, source }
  }

  return {
    setMinute: (side, atMs, minute) => void minutes.set(keyOf(side, Math.floor(atMs / windowMs) * windowMs), minute),
    put: observations.add,
    define: (expression, evaluate) => void expressions.set(expression, evaluate),
    fail(reason) {
      failure = reason
    },
    read(query) {
      const subject = query.sides.map(nameOfSide).join(', ')
      return orFailure(() => run({ action: 'metrics.read', subject }, () => answer(query)))
    },
    counts: (query) =>
      orFailure(() => run({ action: 'metrics.counts', subject: subjectOf(query) }, () => answerCounts(query))),
    series: (query) =>
      orFailure(() =>
        run({ action: 'metrics.series', subject: nameOfMetric(query.metric) }, () => answerSeries(query)),
      ),
  }
}

type Failure = Extract<MetricsReading, { status: 'error' }>

/** As the port promises: what goes wrong around a call is an answer. */
async function orFailure<Reading>(read: () => Promise<Reading>): Promise<Reading | Failure> {
  try {
    return await read()
  } catch (error) {
    return { status: 'error', reason: messageOf(error), source: 'memory' }
  }
}

function subjectOf(query: CountsQuery): string {
  if (query.source === 'counters') return query.namespace
  return query.routes.map(({ canary }) => nameOfSide(canary)).join(', ')
}
