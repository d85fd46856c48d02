import { validationError } from '../faults.ts'
import type { Operator } from './parse.ts'
import { array, instantsOf, type MathValue, mapPoints, scalar, series, type TimeSeries, withPoints } from './value.ts'

/**
 * Applies an operator. Between two series the instants of both count and a missing value is 0; a division by zero drops
 * the point; comparisons yield 1 or 0.
 *
 * @throws {AwsError} ValidationError for text, or for two arrays of different length.
 * @see Amazon CloudWatch User Guide, Basic arithmetic functions; Comparison and logical operators
 */
export function applyOperator(operator: Operator, left: MathValue, right: MathValue): MathValue {
  if (left.kind === 'text' || right.kind === 'text')
    throw validationError(`Operator ${operator} takes numbers and time series, not text.`)
  const apply = formulas[operator]
  if (left.kind === 'scalar' && right.kind === 'scalar') return scalar(apply(left.value, right.value))
  if (left.kind === 'array' || right.kind === 'array') {
    const pairs = pairUp(operator, left, right)
    return array(pairs.map(([a, b]) => combine(apply, a, b)))
  }
  if (left.kind === 'series')
    return series(combine(apply, left.series, right.kind === 'series' ? right.series : right.value))
  return right.kind === 'series' ? series(combine(apply, left.value, right.series)) : scalar(Number.NaN)
}

type Operand = TimeSeries | number

function combine(apply: (a: number, b: number) => number, left: Operand, right: Operand): TimeSeries {
  if (typeof left === 'number') {
    // Two numbers never get here: an array's side is always a series.
    if (typeof right === 'number') throw validationError('An operator on an array takes at least one time series.')
    return mapPoints(right, (value) => apply(left, value))
  }
  if (typeof right === 'number') return mapPoints(left, (value) => apply(value, right))
  const instants = instantsOf([left, right])
  return withPoints(
    left,
    instants.map((at) => [at, apply(left.points.get(at) ?? 0, right.points.get(at) ?? 0)]),
  )
}

function pairUp(operator: Operator, left: MathValue, right: MathValue): [Operand, Operand][] {
  const [a, b] = [operandsOf(left), operandsOf(right)]
  if (left.kind === 'array' && right.kind === 'array' && a.length !== b.length)
    throw validationError(`Operator ${operator} takes arrays of the same length, not ${a.length} and ${b.length}.`)
  const length = left.kind === 'array' ? a.length : b.length
  return Array.from({ length }, (_, at) => [
    a[left.kind === 'array' ? at : 0] ?? 0,
    b[right.kind === 'array' ? at : 0] ?? 0,
  ])
}

function operandsOf(value: MathValue): readonly Operand[] {
  switch (value.kind) {
    case 'scalar':
      return [value.value]
    case 'series':
      return [value.series]
    case 'array':
      return value.all
    case 'text':
      return []
  }
}

const truth = (condition: boolean) => (condition ? 1 : 0)

const formulas: Readonly<Record<Operator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => a ** b,
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
  '<': (a, b) => truth(a < b),
  '>': (a, b) => truth(a > b),
  '<=': (a, b) => truth(a <= b),
  '>=': (a, b) => truth(a >= b),
  AND: (a, b) => truth(a !== 0 && b !== 0),
  OR: (a, b) => truth(a !== 0 || b !== 0),
}
