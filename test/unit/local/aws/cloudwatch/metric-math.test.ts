import { describe, expect, it } from 'vitest'
import { evaluateExpression } from '../../../../../local/aws/cloudwatch/metric-math/evaluate.ts'
import { parseExpression } from '../../../../../local/aws/cloudwatch/metric-math/parse.ts'
import { type MathValue, series, type TimeSeries } from '../../../../../local/aws/cloudwatch/metric-math/value.ts'

const missing = undefined
const instants = [0, 60_000, 120_000, 180_000, 240_000]

function aSeries(label: string, values: readonly (number | undefined)[]): TimeSeries {
  const points = values.flatMap((value, at) => (value === undefined ? [] : [[at * 60_000, value] as const]))
  return { label, periodSeconds: 60, points: new Map(points) }
}

function evaluate(text: string, metrics: Record<string, readonly (number | undefined)[]>): MathValue {
  const all = Object.entries(metrics).map(([id, values]) => aSeries(id, values))
  return evaluateExpression(parseExpression(text), {
    grid: { instants, periodSeconds: 60 },
    lookUp: (id) => {
      const found = all.find(({ label }) => label === id)
      return found && series(found)
    },
    metrics: (filter) => all.filter(({ label }) => label.includes(filter)),
  })
}

/** Values by instant; a missing point is undefined. */
function values(result: MathValue): unknown {
  const row = (one: TimeSeries) => instants.map((at) => one.points.get(at))
  if (result.kind === 'series') return row(result.series)
  return result.kind === 'array' ? result.all.map(row) : result
}

describe('metric math', () => {
  const m1 = [30, 20, 0, 0]
  const m2 = [20, missing, 20, missing]

  // The first three rows are AWS's own examples.
  it.each<[string, unknown]>([
    ['m1 < m2', [0, 0, 1, 0, missing]],
    ['m1 >= 30', [1, 0, 0, 0, missing]],
    ['m1 > 15 AND m2 > 15', [1, 0, 0, 0, missing]],
    ['m1 > 15 || m2 > 15', [1, 1, 1, 0, missing]],
    ['m1 + m2', [50, 20, 20, 0, missing]],
    ['m1 / m2', [1.5, missing, 0, missing, missing]],
    ['100 * m1 / (m1 + m2)', [60, 100, 0, missing, missing]],
    ['-m1 + 2 ^ 3 * 2', [-14, -4, 16, 16, missing]],
    ['2 ^ 3 ^ 2 * (m1 == 30)', [512, 0, 0, 0, missing]],
    ['FILL(m2, 0)', [20, 0, 20, 0, 0]],
    ['FILL(m2, m1)', [20, 20, 20, 0, missing]],
    ['FILL(m2, REPEAT)', [20, 20, 20, 20, 20]],
    ['FILL(m2, LINEAR)', [20, 20, 20, missing, missing]],
    ['ABS(m1 - 25)', [5, 5, 25, 25, missing]],
    ['CEIL(m1 / 7)', [5, 3, 0, 0, missing]],
    ['FLOOR(m1 / 7)', [4, 2, 0, 0, missing]],
    ['m1 - AVG(m1)', [17.5, 7.5, -12.5, -12.5, missing]],
    ['m1 / MAX(m1) + MIN(m2)', [21, 20 + 20 / 30, 20, 20, missing]],
    ['SUM(METRICS())', [50, 20, 20, 0, missing]],
    ['SUM(METRICS("2"))', [20, missing, 20, missing, missing]],
    ['AVG([m1, m2])', [25, 10, 10, 0, missing]],
    ['MAX([m1, m2])', [30, 20, 20, 0, missing]],
    ['m1 / METRIC_COUNT(METRICS())', [15, 10, 0, 0, missing]],
    ['m1 / PERIOD(m1)', [0.5, 20 / 60, 0, 0, missing]],
    ['DIFF(m1)', [missing, -10, -20, 0, missing]],
    ['RATE(m2)', [missing, missing, 0, missing, missing]],
    ['RUNNING_SUM(m1)', [30, 50, 50, 50, missing]],
    ['TIME_SERIES(7)', [7, 7, 7, 7, 7]],
    [
      'METRICS() * 2',
      [
        [60, 40, 0, 0, missing],
        [40, missing, 40, missing, missing],
      ],
    ],
    [
      '[m1, m2] - [m2, m2]',
      [
        [10, 20, -20, 0, missing],
        [0, missing, 0, missing, missing],
      ],
    ],
  ])('evaluates %s', (text, expected) => {
    expect(values(evaluate(text, { m1, m2 }))).toEqual(expected)
  })

  it('fills a metric that has no data at all', () => {
    expect(values(evaluate('FILL(e, 0)', { e: [] }))).toEqual([0, 0, 0, 0, 0])
  })

  it('guards a rate against division by zero', () => {
    const rate = '100 * FILL(e, 0) / IF(FILL(r, 0) == 0, 1, FILL(r, 0))'
    expect(values(evaluate(rate, { e: [missing, 2], r: [10, 20] }))).toEqual([0, 10, 0, 0, 0])
  })
})

describe("IF, by AWS's own tables", () => {
  const c = [1, 1, 0, 0, missing]
  const t = [30, missing, 0, 0, 30]
  const f = [0, 0, 20, missing, 20]
  it.each<[string, unknown]>([
    ['IF(c, t, f)', [30, 0, 20, missing, missing]],
    ['IF(c, 5, f)', [5, 5, 20, missing, missing]],
    ['IF(c, t, 5)', [30, 0, 5, 5, missing]],
    ['IF(c, t)', [30, 0, missing, missing, missing]],
    ['IF(1, t, f)', [30, missing, 0, 0, 30]],
    ['IF(0, t, f)', [0, 0, 20, missing, 20]],
    ['IF(0, t)', [missing, missing, missing, missing, missing]],
  ])('evaluates %s', (text, expected) => {
    expect(values(evaluate(text, { c, t, f }))).toEqual(expected)
  })
})

describe('an expression that does not work', () => {
  it.each([
    ['m1 +', /unexpected end/],
    ['m1 m2', /unexpected 'm2'/],
    ['m1 # 2', /unexpected character at position 3/],
    ['(m1', /unexpected end/],
    ['m3 + 1', /'m3', which is not in the request/],
    ['SEARCH("x", "Sum")', /Unsupported function 'SEARCH'/],
    ['abs(m1)', /Unsupported function 'abs'/],
    ['ABS()', /ABS takes/],
    ['FILL(m1)', /FILL takes/],
    ['FILL(m1, "SOMETHING")', /FILL takes/],
    ['PERIOD(5)', /PERIOD takes/],
    ['[m1, m1] + [m1, m1, m1]', /arrays of the same length/],
    ['[m1, 5]', /time series only/],
  ])('refuses %s', (text, message) => {
    expect(() => evaluate(text, { m1: [1], m2: [1] })).toThrow(
      expect.objectContaining({ code: 'ValidationError', message: expect.stringMatching(message) }),
    )
  })
})
