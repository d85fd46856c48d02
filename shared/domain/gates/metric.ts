import type { GateMemory, Judgement, LookContext, MetricGate, Outcome, RouterMetric } from './gate.ts'
import { countsAsMiss, instantOf, memoryFor, toJudgement } from './judgement.ts'
import { nameOfMetric, type SeriesReading, type SeriesWindow } from './own-metric.ts'
import { isAnotherMinute, newWindows, type Window } from './windows.ts'

export type MetricsReading =
  | { readonly status: 'complete'; readonly windows: readonly MetricsWindow[]; readonly source: string }
  | { readonly status: 'error'; readonly reason: string; readonly source: string }

/** One minute of one side. */
export interface MetricsWindow extends Window {
  /** Requests that reached a target; null when the provider has no data for this minute. */
  readonly requests: number | null
  /** Target 5xx plus target connection errors; null when not asked for or there were no requests. */
  readonly errors: number | null
  /** The asked percentile, seconds; the worst of several groups. Null when not asked for or absent. */
  readonly latencySeconds: number | null
}

/** A window of whichever metric a gate has. */
type GateWindow = MetricsWindow | SeriesWindow

/** How long after a window's end its metrics count as complete, seconds (CloudWatch: 1–3 minutes until revised no more). */
export const metricsCompleteAfterSeconds = 120

/**
 * Fails when the canary's metric was above `max` or below `min` in `failures` windows in a row. Below that count a bad
 * window holds the step. Windows without data are `no-data`, and so are those of the router's metrics with fewer than
 * `minRequests`: they neither lengthen nor break a bad streak, and after the grace they spend misses; so does a failed
 * reading, once a minute.
 *
 * A look stops at the window that makes it fail, so a good window after it cannot hide the failure from everyone.
 */
export function judgeMetric(
  gate: MetricGate,
  reading: MetricsReading | SeriesReading,
  earlier: GateMemory,
  look: LookContext,
): Judgement {
  const before = memoryFor(earlier, look)
  if (reading.status === 'error') return judgeFailedReading(gate, reading, before, look)
  let memory = before
  let newest: RatedWindow | null = null
  for (const window of newWindows<GateWindow>(reading.windows, before, look)) {
    newest = rateWindow(gate, window)
    memory = remember(gate, memory, newest, countsAsMiss(gate, look, window.endMs))
    if (newest.rating === 'bad' && memory.badInARow >= gate.failures) break
  }
  const outcome = outcomeOf(gate, memory)
  const evidence = { ...limitsOf(gate), ...countsOf(memory), ...newest?.evidence, source: reading.source }
  const verdict = { outcome, reason: sentence(gate, memory, newest), evidence }
  return toJudgement(gate, { verdict, memory, settled: memory.badInARow === 0 })
}

/** The value a gate compares, or null when this window does not have it. `error-rate` is a fraction, `requests` a minute's. */
export function metricValue(metric: MetricGate['metric'], window: GateWindow): number | null {
  if ('value' in window) return window.value
  return typeof metric === 'string' ? routerValue(metric, window) : null
}

function routerValue(metric: RouterMetric, window: MetricsWindow): number | null {
  switch (metric) {
    case 'error-rate':
      return window.errors === null || !window.requests ? null : window.errors / window.requests
    case 'latency-p50':
    case 'latency-p90':
    case 'latency-p99':
      return window.latencySeconds
    case 'requests':
      return window.requests === null ? null : (window.requests * 60_000) / (window.endMs - window.startMs)
  }
}

interface RatedWindow {
  readonly rating: 'good' | 'bad' | 'no-data'
  readonly endMs: number
  readonly reason: string
  readonly evidence: Readonly<Record<string, unknown>>
}

function rateWindow(gate: MetricGate, window: GateWindow): RatedWindow {
  const value = metricValue(gate.metric, window)
  const at = { startAt: instantOf(window.startMs), endAt: instantOf(window.endMs) }
  const counts = 'value' in window ? null : { requests: window.requests, errors: window.errors }
  const rated = { endMs: window.endMs, evidence: { value, ...counts, window: at } }
  const span = `from ${at.startAt} to ${at.endAt}`
  const name = nameOfMetric(gate.metric)
  if (counts !== null && isTooThin(gate, counts.requests)) {
    const reason = `${counts.requests} requests ${span} are fewer than the ${gate.minRequests} it takes to judge`
    return { ...rated, rating: 'no-data', reason }
  }
  // A latency of nobody knows how many requests says nothing.
  if (value === null || counts?.requests === null) return { ...rated, rating: 'no-data', reason: `no ${name} ${span}` }
  const measured = `${name} ${round(value)} ${span}`
  if (gate.max !== undefined && value > gate.max) {
    return { ...rated, rating: 'bad', reason: `${measured} is above ${gate.max}` }
  }
  if (gate.min !== undefined && value < gate.min) {
    return { ...rated, rating: 'bad', reason: `${measured} is below ${gate.min}` }
  }
  return { ...rated, rating: 'good', reason: `${measured} is within its limits` }
}

function isTooThin(gate: MetricGate, requests: number | null): boolean {
  return gate.metric !== 'requests' && requests !== null && requests < gate.minRequests
}

function remember(gate: MetricGate, memory: GateMemory, window: RatedWindow, missCounts: boolean): GateMemory {
  const judged = { ...memory, judgedUntilMs: window.endMs }
  switch (window.rating) {
    case 'good': {
      const { badWindows: _over, ...rest } = judged
      return { ...rest, goodInARow: memory.goodInARow + 1, badInARow: 0, misses: 0 }
    }
    case 'bad': {
      const badWindows = [...(memory.badWindows ?? []), window.evidence].slice(-gate.failures)
      return { ...judged, goodInARow: 0, badInARow: memory.badInARow + 1, misses: 0, badWindows }
    }
    case 'no-data':
      return { ...judged, goodInARow: 0, misses: memory.misses + (missCounts ? 1 : 0) }
  }
}

/** The word follows from the memory alone, so that a look without a new window says what the last one said. */
function outcomeOf(gate: MetricGate, memory: GateMemory): Outcome {
  if (memory.badInARow >= gate.failures) return 'fail'
  if (memory.misses > 0) return 'no-data'
  return memory.badInARow > 0 || memory.goodInARow > 0 ? 'pass' : 'no-data'
}

function sentence(gate: MetricGate, memory: GateMemory, newest: RatedWindow | null): string {
  const count = memory.badInARow > 0 ? `${memory.badInARow} of ${gate.failures} bad windows in a row: ` : ''
  if (newest !== null) return count + newest.reason
  if (memory.judgedUntilMs === 0) return 'no complete window of this step yet'
  return `${count}no new window since ${instantOf(memory.judgedUntilMs)}`
}

function judgeFailedReading(
  gate: MetricGate,
  reading: Extract<MetricsReading | SeriesReading, { status: 'error' }>,
  before: GateMemory,
  look: LookContext,
): Judgement {
  const counts = countsAsMiss(gate, look, look.nowMs) && isAnotherMinute(look.nowMs, before.missedAtMs ?? 0)
  const memory = counts ? { ...before, misses: before.misses + 1, missedAtMs: look.nowMs } : before
  const failing = memory.badInARow >= gate.failures
  const reason = `${nameOfMetric(gate.metric)} could not be read: ${reading.reason}`
  const evidence = { ...limitsOf(gate), ...countsOf(memory), lookedAt: instantOf(look.nowMs), source: reading.source }
  return toJudgement(gate, {
    verdict: { outcome: failing ? 'fail' : 'error', reason, evidence },
    memory,
    settled: false,
  })
}

function limitsOf(gate: MetricGate): Readonly<Record<string, unknown>> {
  const { metric, max, min, failures, minRequests } = gate
  const limits = { metric, ...(max === undefined ? {} : { max }), ...(min === undefined ? {} : { min }), failures }
  return typeof metric === 'string' ? { ...limits, minRequests } : limits
}

/** What the word follows from: a bad streak with the numbers of each of its windows. */
function countsOf({ badInARow, goodInARow, misses, badWindows }: GateMemory): Readonly<Record<string, unknown>> {
  return { badInARow, goodInARow, misses, ...(badWindows && { badWindows }) }
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
