import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch'
import { missingParameter, notImplemented, validationError } from './faults.ts'
import { evaluateExpression } from './metric-math/evaluate.ts'
import { type Expression, parseExpression } from './metric-math/parse.ts'
import { array, type MathValue, series, type TimeSeries } from './metric-math/value.ts'
import { coveredPeriods, fromMetricStat, type MetricQuery, readSeries, type TimeRange } from './metric-stat.ts'
import type { MetricStore } from './metric-store.ts'

/** One query of GetMetricData or of an alarm on metric math, checked. */
export type CheckedQuery = {
  readonly id: string
  readonly label: string | undefined
  readonly returnData: boolean
} & (
  | { readonly kind: 'metric'; readonly query: MetricQuery }
  | { readonly kind: 'expression'; readonly text: string; readonly expression: Expression; readonly period?: number }
)

/** What one query with ReturnData answers: one series, or several if its expression yields several. */
export interface QueryResult {
  readonly id: string
  readonly isExpression: boolean
  readonly all: readonly TimeSeries[]
}

/** More points than that in one stretch are refused before they are built. */
const maxInstants = 100_800

/**
 * Checks queries: ids, either a metric or an expression, statistics, periods, and that every expression parses.
 *
 * @throws {AwsError} ValidationError, MissingParameter or InvalidParameterValue naming the query.
 */
export function checkQueries(queries: readonly MetricDataQuery[], path: string): CheckedQuery[] {
  const ids = new Set<string>()
  return queries.map((query, index) => {
    const at = `${path}.member.${index + 1}`
    const { Id: id, MetricStat: stat, Expression: text } = query
    if (id === undefined) throw missingParameter(`${at}.Id`)
    if (!/^[a-z][A-Za-z0-9_]{0,254}$/.test(id))
      throw validationError(`The value ${id} for parameter ${at}.Id must match [a-z][a-zA-Z0-9_]*.`)
    if (ids.has(id)) throw validationError(`The id '${id}' of ${at} is used more than once.`)
    ids.add(id)
    if ((stat === undefined) === (text === undefined))
      throw validationError(`${at} (id '${id}') must have either MetricStat or Expression, and not both.`)
    const common = { id, label: query.Label, returnData: query.ReturnData ?? true }
    if (stat) return { ...common, kind: 'metric', query: fromMetricStat(stat, `${at}.MetricStat`) }
    if (/^\s*SELECT\s/i.test(text ?? '')) throw notImplemented(`A Metrics Insights query (${at}.Expression)`)
    const expression = parseExpression(text ?? '')
    return {
      ...common,
      kind: 'expression',
      text: text ?? '',
      expression,
      ...(query.Period && { period: query.Period }),
    }
  })
}

/**
 * Evaluates checked queries over one range; what an expression refers to is evaluated once.
 *
 * @throws {AwsError} ValidationError for an unknown id, a cycle, an unsupported function or a scalar result.
 */
export function evaluateQueries(
  queries: readonly CheckedQuery[],
  range: TimeRange,
  at: { readonly store: MetricStore; readonly now: number },
): QueryResult[] {
  const values = new Map<string, MathValue>()
  const underWay = new Set<string>()
  const periodSeconds = gridPeriod(queries)
  const instants = queries.some((one) => one.kind === 'expression') ? gridOf(range, periodSeconds, at.now) : []

  const valueFor = (query: CheckedQuery): MathValue => {
    const known = values.get(query.id)
    if (known) return known
    if (underWay.has(query.id)) throw validationError(`The expression '${query.id}' refers to itself.`)
    underWay.add(query.id)
    const value = query.kind === 'metric' ? series(metricSeries(query)) : expressionValue(query)
    underWay.delete(query.id)
    values.set(query.id, value)
    return value
  }
  const metricSeries = (query: CheckedQuery & { kind: 'metric' }): TimeSeries => {
    const found = readSeries(query.query, range, at)
    return query.label === undefined ? found : { ...found, label: query.label }
  }
  const expressionValue = (query: CheckedQuery & { kind: 'expression' }): MathValue => {
    const value = evaluateExpression(query.expression, {
      grid: { instants, periodSeconds },
      lookUp: (id) => {
        const referred = queries.find((one) => one.id === id)
        return referred && valueFor(referred)
      },
      metrics: (text) =>
        queries.flatMap((one) => (one.kind === 'metric' && one.id.includes(text) ? seriesIn(valueFor(one)) : [])),
    })
    return labelled(value, query)
  }

  return queries
    .filter((query) => query.returnData)
    .map((query) => ({ id: query.id, isExpression: query.kind === 'expression', all: seriesIn(valueFor(query)) }))
}

function labelled(value: MathValue, query: CheckedQuery & { kind: 'expression' }): MathValue {
  switch (value.kind) {
    case 'series':
      return series({ ...value.series, label: query.label ?? query.id })
    case 'array':
      return array(
        value.all.map((one) => ({ ...one, label: [query.label ?? query.id, one.label].filter((l) => l).join(' ') })),
      )
    case 'scalar':
    case 'text':
      // A scalar may stand inside another expression; seriesIn refuses it as a result.
      return value
  }
}

function seriesIn(value: MathValue): readonly TimeSeries[] {
  if (value.kind === 'series') return [value.series]
  if (value.kind === 'array') return value.all
  throw validationError('The result of an expression must be a time series or an array of time series.')
}

function gridPeriod(queries: readonly CheckedQuery[]): number {
  const periods = queries.flatMap((one) => (one.kind === 'metric' ? [one.query.periodSeconds] : []))
  const asked = queries.flatMap((one) => (one.kind === 'expression' && one.period ? [one.period] : []))
  return Math.min(...(periods.length > 0 ? periods : asked.length > 0 ? asked : [60]))
}

/** FILL and TIME_SERIES have no points in the future, whatever the end of the range. */
function gridOf(range: TimeRange, periodSeconds: number, now: number): number[] {
  const { fromAt, toAt } = coveredPeriods({ fromAt: range.fromAt, toAt: Math.min(range.toAt, now) }, periodSeconds)
  const count = Math.max(0, (toAt - fromAt) / (periodSeconds * 1000))
  if (count > maxInstants)
    throw validationError(`The range has ${count} periods of ${periodSeconds} s; at most ${maxInstants} are allowed.`)
  return Array.from({ length: count }, (_, index) => fromAt + index * periodSeconds * 1000)
}
