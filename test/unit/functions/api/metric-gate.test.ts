import { describe, expect, it } from 'vitest'
import { parseService } from '../../../../functions/api/to-domain.ts'
import { type Problem, ValidationError } from '../../../../shared/domain/errors.ts'
import { aServiceBody } from '../../../support/memory-api.ts'

const orders = { namespace: 'Shop', metricName: 'Orders', dimensions: { Slot: '{side}' }, stat: 'Sum' }
const query = { id: 'all', ...orders }
const share = { expression: '100 * bad / all', queries: [query, { ...query, id: 'bad', metricName: 'Failures' }] }

const parseGate = (metric: unknown, limits: object = { max: 1 }) =>
  parseService('web', aServiceBody({ gates: [{ kind: 'metric', metric, ...limits }] })).gates.find(
    (gate) => gate.kind === 'metric',
  )

function problemsOf(metric: unknown, limits?: object): readonly Problem[] {
  try {
    parseGate(metric, limits)
    return []
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error
    return error.problems.map(({ path, message }) => ({ path: path.replace('gates[0].', ''), message }))
  }
}

describe("a metric of the service's own", () => {
  it('is taken with a period of a minute and no dimensions where none are given', () => {
    const { dimensions: _slot, ...bare } = orders
    expect(parseGate(bare)?.metric).toEqual({ ...bare, dimensions: {}, periodSeconds: 60 })
    expect(parseGate({ ...orders, periodSeconds: 300 })?.metric).toEqual({ ...orders, periodSeconds: 300 })
  })

  it.each(['cpu', 5, null, undefined])('is offered in place of the metric %j, which is not known', (metric) => {
    const [problem, ...others] = problemsOf(metric)
    expect(problem?.path).toBe('metric')
    expect(problem?.message).toMatch(
      /^(must be|is required:) one of "error-rate", .* "requests", or one of your own: \{ "namespace", "metricName", "stat" \} or \{ "expression", "queries" \}$/,
    )
    expect(others).toEqual([])
  })

  it('may have negative limits; those of a load balancer may not', () => {
    expect(parseGate(orders, { min: -5, max: -1 })).toMatchObject({ min: -5, max: -1 })
    expect(problemsOf('requests', { min: -5 })).toEqual([{ path: 'min', message: 'must not be negative' }])
    expect(problemsOf(orders, {})).toEqual([{ path: 'max', message: 'is required, or min, or both' }])
  })

  it.each([
    'SampleCount',
    'Sum',
    'Average',
    'Minimum',
    'Maximum',
    'IQM',
    'p50',
    'p99.9',
    'p100',
    'tm90',
    'wm99.95',
    'tc5',
    'ts0',
    'TC(0.5:)',
    'PR(:300)',
    'TM(2%:98%)',
    'TS(80:500)',
    'WM(:95%)',
  ])('may be the statistic %s', (stat) => {
    expect(problemsOf({ ...orders, stat })).toEqual([])
  })

  it.each(['sum', 'P99', 'p101', 'p-1', 'avg', 'TC', 'TC()', 'TC(:)', 'TC(1,2)', 'PR(a:)', 'p99 ', ''])(
    'is refused with the statistic "%s"',
    (stat) => {
      expect(problemsOf({ ...orders, stat })).toEqual([
        {
          path: 'metric.stat',
          message:
            'must be a statistic of CloudWatch, such as Sum, Average, SampleCount, Maximum, p99, tm90 or TC(0.5:)',
        },
      ])
    },
  )

  it.each([10, 30, 60, 120, 3600])('may have windows of %i s', (periodSeconds) => {
    expect(problemsOf({ ...orders, periodSeconds })).toEqual([])
  })

  it.each([0, 1, 5, 20, 45, 90, -60])('is refused with windows of %i s', (periodSeconds) => {
    expect(problemsOf({ ...orders, periodSeconds })).toEqual([
      { path: 'metric.periodSeconds', message: 'must be 10, 30 or a multiple of 60 up to 3600' },
    ])
  })

  it.each<[name: string, metric: unknown, paths: string[]]>([
    ['a period of more than an hour', { ...orders, periodSeconds: 3660 }, ['metric.periodSeconds']],
    ['no statistic', { namespace: 'Shop', metricName: 'Orders' }, ['metric.stat']],
    ['two wrong fields', { ...orders, stat: 'x', periodSeconds: 7 }, ['metric.stat', 'metric.periodSeconds']],
    ['a field that is not known', { ...orders, unit: 'Count' }, ['metric.unit']],
    ['a namespace with a colon', { ...orders, namespace: ':Shop' }, ['metric.namespace']],
    ['a dimension without value', { ...orders, dimensions: { Slot: '' } }, ['metric.dimensions.Slot']],
    ['a blank dimension', { ...orders, dimensions: { Slot: ' ' } }, ['metric.dimensions.Slot']],
    ['a dimension with a colon', { ...orders, dimensions: { ':Slot': 'x' } }, ['metric.dimensions.:Slot']],
    [
      'too many dimensions',
      { ...orders, dimensions: Object.fromEntries(Array.from({ length: 31 }, (_, n) => [`d${n}`, 'x'])) },
      ['metric.dimensions'],
    ],
    ['a number', 5, ['metric']],
    ['a word that is none', 'errors', ['metric']],
  ])('is refused as %s', (_name, metric, paths) => {
    expect(problemsOf(metric).map(({ path }) => path)).toEqual(paths)
  })
})

describe('an expression', () => {
  it('is taken with its queries', () => {
    expect(parseGate(share)?.metric).toEqual({ ...share, periodSeconds: 60 })
  })

  it.each(['all', 'SUM(METRICS())', 'IF(bad > 0, bad, 0)', 'FILL(all,0)/2', "SUM(METRICS('al'))"])(
    'may be %s',
    (expression) => {
      expect(problemsOf({ ...share, expression })).toEqual([])
    },
  )

  it.each(['1 + 1', 'alles', 'x_all', "SEARCH('all', 'Sum')", 'ALL'])('must name a query: not %s', (expression) => {
    expect(problemsOf({ ...share, expression })).toEqual([
      { path: 'metric.expression', message: 'must name at least one of its queries: all, bad' },
    ])
  })

  it.each<[name: string, metric: unknown, paths: string[]]>([
    ['an id twice', { ...share, queries: [query, query] }, ['metric.queries[1].id']],
    ['an id with a capital', { ...share, queries: [query, { ...query, id: 'Bad' }] }, ['metric.queries[1].id']],
    ['an id of ours', { ...share, queries: [query, { ...query, id: 'sluice_x' }] }, ['metric.queries[1].id']],
    ['no queries', { ...share, queries: [] }, ['metric.queries']],
    ['21 queries', { ...share, queries: Array(21).fill(query) }, ['metric.queries']],
    [
      'a period in a query',
      { ...share, queries: [{ ...query, periodSeconds: 60 }] },
      ['metric.queries[0].periodSeconds'],
    ],
    ['a wrong statistic', { ...share, queries: [{ ...query, stat: 'x' }] }, ['metric.queries[0].stat']],
    ['no text', { ...share, expression: '' }, ['metric.expression']],
  ])('is refused with %s', (_name, metric, paths) => {
    expect(problemsOf(metric).map(({ path }) => path)).toEqual(paths)
  })
})
