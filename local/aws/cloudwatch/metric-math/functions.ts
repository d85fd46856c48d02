import { validationError } from '../faults.ts'
import { array, instantsOf, type MathValue, mapPoints, scalar, series, type TimeSeries, withPoints } from './value.ts'

/** The stretch an expression is evaluated over. */
export interface Grid {
  /** Instants that have a point where nothing is missing, ascending, in milliseconds since the epoch. */
  readonly instants: readonly number[]
  readonly periodSeconds: number
}

type MathFunction = (args: readonly MathValue[], grid: Grid) => MathValue

/**
 * Calls one function of metric math. METRICS is not among them: it needs the request.
 *
 * @throws {AwsError} ValidationError naming the function if we do not have it or the arguments do not fit.
 * @see Amazon CloudWatch User Guide, Functions supported for metric math
 */
export function callFunction(name: string, args: readonly MathValue[], grid: Grid): MathValue {
  const implementation = functions.get(name)
  if (!implementation)
    throw validationError(`Unsupported function '${name}': it is unknown or not implemented by the rehearsal cloud.`)
  return implementation(args, grid)
}

/** Changes each series on its own; a scalar is taken for a series of one value where `onScalar` is given. */
function perSeries(
  name: string,
  change: (of: TimeSeries) => TimeSeries,
  onScalar?: (v: number) => number,
): MathFunction {
  return ([value, ...rest]) => {
    if (rest.length > 0 || !value) throw wrongArguments(name, 'one time series or array')
    if (value.kind === 'series') return series(change(value.series))
    if (value.kind === 'array') return array(value.all.map(change))
    if (value.kind === 'scalar' && onScalar) return scalar(onScalar(value.value))
    throw wrongArguments(name, 'one time series or array')
  }
}

const perValue = (name: string, formula: (value: number) => number) =>
  perSeries(name, (of) => mapPoints(of, formula), formula)

/** Folds one series into a number, or several into one series, point by point. */
function folding(name: string, fold: (values: readonly number[]) => number, missingAsZero = false): MathFunction {
  return ([value, ...rest]) => {
    if (rest.length > 0 || !value) throw wrongArguments(name, 'one time series or array')
    if (value.kind === 'scalar') return value
    if (value.kind === 'series')
      return scalar(value.series.points.size > 0 ? fold([...value.series.points.values()]) : 0)
    if (value.kind === 'text') throw wrongArguments(name, 'one time series or array')
    const [first] = value.all
    const folded = instantsOf(value.all).map((at): [number, number] => {
      const values = value.all.map((one) => one.points.get(at) ?? (missingAsZero ? 0 : undefined))
      return [at, fold(values.filter((one) => one !== undefined))]
    })
    return series(withPoints(first ?? emptySeries(name), folded))
  }
}

/** Puts each value beside the one before it; the first has none and is dropped. */
const stepwise = (name: string, formula: (change: number, seconds: number) => number) =>
  perSeries(name, (of) => {
    const points = [...of.points]
    return withPoints(
      of,
      points.map(([at, value], index) => {
        const before = points[index - 1]
        return [at, before && formula(value - before[1], (at - before[0]) / 1000)]
      }),
    )
  })

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const average = (values: readonly number[]) => sum(values) / values.length
const deviation = (values: readonly number[]) => {
  const mean = average(values)
  return Math.sqrt(average(values.map((value) => (value - mean) ** 2)))
}

const functions = new Map<string, MathFunction>([
  ['ABS', perValue('ABS', Math.abs)],
  ['CEIL', perValue('CEIL', Math.ceil)],
  ['FLOOR', perValue('FLOOR', Math.floor)],
  ['LOG', perValue('LOG', Math.log)],
  ['LOG10', perValue('LOG10', Math.log10)],
  ['SUM', folding('SUM', sum)],
  ['AVG', folding('AVG', average, true)],
  ['MIN', folding('MIN', (values) => Math.min(...values))],
  ['MAX', folding('MAX', (values) => Math.max(...values))],
  ['STDDEV', folding('STDDEV', deviation)],
  ['DATAPOINT_COUNT', folding('DATAPOINT_COUNT', (values) => values.length)],
  ['DIFF', stepwise('DIFF', (change) => change)],
  ['DIFF_TIME', stepwise('DIFF_TIME', (_, seconds) => seconds)],
  ['RATE', stepwise('RATE', (change, seconds) => change / seconds)],
  ['RUNNING_SUM', perSeries('RUNNING_SUM', runningSum)],
  ['METRIC_COUNT', ([value]) => scalar(seriesOf('METRIC_COUNT', value).length)],
  ['FIRST', ([value]) => series(seriesOf('FIRST', value)[0] ?? emptySeries('FIRST'))],
  ['LAST', ([value]) => series(seriesOf('LAST', value).at(-1) ?? emptySeries('LAST'))],
  ['REMOVE_EMPTY', ([value]) => array(seriesOf('REMOVE_EMPTY', value).filter((one) => one.points.size > 0))],
  ['TIME_SERIES', timeSeries],
  ['PERIOD', period],
  ['FILL', fill],
  ['IF', choose],
])

function runningSum(of: TimeSeries): TimeSeries {
  let total = 0
  return mapPoints(of, (value) => {
    total += value
    return total
  })
}

function timeSeries([value]: readonly MathValue[], grid: Grid): MathValue {
  if (value?.kind !== 'scalar') throw wrongArguments('TIME_SERIES', 'a number')
  return series(onGrid(grid, value.value))
}

function period([value, ...rest]: readonly MathValue[]): MathValue {
  if (value?.kind !== 'series' || rest.length > 0) throw wrongArguments('PERIOD', 'one metric')
  return scalar(value.series.periodSeconds)
}

function fill([value, filler, ...rest]: readonly MathValue[], grid: Grid): MathValue {
  if (!value || !filler || rest.length > 0) throw wrongArguments('FILL', 'a time series and what to fill it with')
  const all = seriesOf('FILL', value).map((one) => fillOne(one, filler, grid))
  const [only] = all
  return value.kind === 'series' && only ? series(only) : array(all)
}

function fillOne(of: TimeSeries, filler: MathValue, grid: Grid): TimeSeries {
  const instants = instantsOf([of, onGrid(grid, 0)])
  const known = [...of.points]
  return withPoints(
    of,
    instants.map((at) => [at, of.points.get(at) ?? substitute(known, filler, at)]),
  )
}

function substitute(known: readonly (readonly [number, number])[], filler: MathValue, at: number): number | undefined {
  if (filler.kind === 'scalar') return filler.value
  if (filler.kind === 'series') return filler.series.points.get(at)
  const before = known.findLast(([other]) => other < at)
  if (filler.kind === 'text' && filler.text === 'REPEAT') return before?.[1]
  if (filler.kind !== 'text' || filler.text !== 'LINEAR')
    throw wrongArguments('FILL', 'a number, series, REPEAT or LINEAR')
  const after = known.find(([other]) => other > at)
  return before && after && before[1] + ((after[1] - before[1]) * (at - before[0])) / (after[0] - before[0])
}

/** IF: a missing condition drops the point, a missing true value is 0, a missing false value drops it. */
function choose([condition, whenTrue, whenFalse, ...rest]: readonly MathValue[]): MathValue {
  const takes = 'a condition, a value and perhaps another one, each a number or time series'
  if (!condition || !whenTrue || rest.length > 0) throw wrongArguments('IF', takes)
  for (const value of [condition, whenTrue, whenFalse])
    if (value && value.kind !== 'scalar' && value.kind !== 'series') throw wrongArguments('IF', takes)
  if (condition.kind === 'scalar') {
    const chosen = condition.value !== 0 ? whenTrue : whenFalse
    return chosen ?? series(emptySeries('IF'))
  }
  if (condition.kind !== 'series') throw wrongArguments('IF', takes)
  return series(
    mapPoints(condition.series, (value, at) => (value !== 0 ? (valueAt(whenTrue, at) ?? 0) : valueAt(whenFalse, at))),
  )
}

function valueAt(value: MathValue | undefined, at: number): number | undefined {
  if (value?.kind === 'scalar') return value.value
  return value?.kind === 'series' ? value.series.points.get(at) : undefined
}

function seriesOf(name: string, value: MathValue | undefined): readonly TimeSeries[] {
  if (value?.kind === 'series') return [value.series]
  if (value?.kind === 'array') return value.all
  throw wrongArguments(name, 'a time series or array')
}

const emptySeries = (label: string): TimeSeries => ({ label, periodSeconds: 60, points: new Map() })
const onGrid = ({ instants, periodSeconds }: Grid, value: number): TimeSeries => ({
  label: '',
  periodSeconds,
  points: new Map(instants.map((at) => [at, value])),
})
const wrongArguments = (name: string, takes: string) => validationError(`Function ${name} takes ${takes}.`)
