import { ValidationError } from '../../domain/errors.ts'
import type { CloudWatchMetric, OwnMetric } from '../../domain/gates/gate.ts'
import type { SeriesWindow } from '../../ports/metrics-source.ts'
import type { TimeRange } from '../cloudwatch/time-range.ts'
import type { MemoryObservations } from './custom-metrics.ts'

/** Stands in for metric math: the value of one window from those of the queries, by id; null where there is none. */
export type MemoryExpression = (values: Readonly<Record<string, number | null>>) => number | null

export interface MemorySeries {
  readonly observations: MemoryObservations
  /** By the text of the expression. */
  readonly expressions: ReadonlyMap<string, MemoryExpression>
}

/** @throws {ValidationError} If nobody defined the expression, as CloudWatch refuses one that it cannot read. */
export function toMemorySeries(
  range: TimeRange,
  metric: OwnMetric,
  { observations, expressions }: MemorySeries,
): SeriesWindow[] {
  const periodMs = metric.periodSeconds * 1000
  const valueAt = 'expression' in metric ? toEvaluation(metric, expressions) : (read: ReadQuery) => read(metric)
  const windows: SeriesWindow[] = []
  for (let startMs = range.startMs; startMs < range.endMs; startMs += periodMs) {
    const endMs = startMs + periodMs
    const value = valueAt((query) => statisticOf(query.stat, observations.between(query, startMs, endMs)))
    windows.push({ startMs, endMs, value })
  }
  return windows
}

type ReadQuery = (query: Omit<CloudWatchMetric, 'periodSeconds'>) => number | null

function toEvaluation(metric: Extract<OwnMetric, { expression: string }>, expressions: MemorySeries['expressions']) {
  const expression = expressions.get(metric.expression)
  if (!expression) throw new ValidationError(`nobody defined the expression ${metric.expression}`)
  return (read: ReadQuery) => expression(Object.fromEntries(metric.queries.map((query) => [query.id, read(query)])))
}

/** Of anything finer, such as a percentile, the highest value. */
function statisticOf(stat: string, values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sum = values.reduce((total, value) => total + value, 0)
  switch (stat) {
    case 'Sum':
      return sum
    case 'SampleCount':
      return values.length
    case 'Average':
      return sum / values.length
    case 'Minimum':
      return Math.min(...values)
    default:
      return Math.max(...values)
  }
}
