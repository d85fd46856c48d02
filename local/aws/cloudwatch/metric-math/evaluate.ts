import { validationError } from '../faults.ts'
import { callFunction, type Grid } from './functions.ts'
import { applyOperator } from './operators.ts'
import type { Expression } from './parse.ts'
import { array, type MathValue, mapPoints, scalar, series, type TimeSeries } from './value.ts'

/** What an expression may refer to. */
export interface Scope {
  readonly grid: Grid
  /** The value of another query of the request; undefined if there is none of that id. */
  lookUp(id: string): MathValue | undefined
  /** Every metric (not expression) of the request whose id contains `text`. */
  metrics(text: string): readonly TimeSeries[]
}

const fillWords = ['REPEAT', 'LINEAR']

/** @throws {AwsError} ValidationError for an unknown id or function, or arguments that do not fit. */
export function evaluateExpression(expression: Expression, scope: Scope): MathValue {
  const evaluate = (inner: Expression) => evaluateExpression(inner, scope)
  switch (expression.type) {
    case 'number':
      return scalar(expression.value)
    case 'text':
      return { kind: 'text', text: expression.text }
    case 'name':
      return evaluateName(expression.name, scope)
    case 'array':
      return array(expression.items.flatMap((item) => toSeries(evaluate(item))))
    case 'negate':
      return negate(evaluate(expression.of))
    case 'binary':
      return applyOperator(expression.operator, evaluate(expression.left), evaluate(expression.right))
    case 'call':
      return expression.name === 'METRICS'
        ? array(scope.metrics(metricsFilter(expression.args.map(evaluate))))
        : callFunction(expression.name, expression.args.map(evaluate), scope.grid)
  }
}

function evaluateName(name: string, scope: Scope): MathValue {
  if (fillWords.includes(name)) return { kind: 'text', text: name }
  const value = scope.lookUp(name)
  if (!value) throw validationError(`The expression refers to the id '${name}', which is not in the request.`)
  return value
}

function toSeries(value: MathValue): readonly TimeSeries[] {
  if (value.kind === 'series') return [value.series]
  if (value.kind === 'array') return value.all
  throw validationError('An array holds time series only.')
}

function negate(value: MathValue): MathValue {
  const negated = (of: TimeSeries) => mapPoints(of, (v) => -v)
  switch (value.kind) {
    case 'scalar':
      return scalar(-value.value)
    case 'series':
      return series(negated(value.series))
    case 'array':
      return array(value.all.map(negated))
    case 'text':
      throw validationError('Operator - takes numbers and time series, not text.')
  }
}

function metricsFilter([filter, ...rest]: readonly MathValue[]): string {
  if (!filter) return ''
  if (filter.kind !== 'text' || rest.length > 0) throw validationError('Function METRICS takes nothing or one text.')
  return filter.text
}
