import type { GetMetricDataInput, MetricDataQuery, MetricDatum, PutMetricDataInput } from '@aws-sdk/client-cloudwatch'
import { describe, expect, it } from 'vitest'
import { aRehearsedCloudWatch } from '../../../../support/rehearsed-cloudwatch.ts'

const minute = 60_000
const hour = 60 * minute

function aCloud() {
  const cloud = aRehearsedCloudWatch()
  const { startAt, call } = cloud
  /** One datum for each value, a minute apart from the start. */
  const publish = (MetricName: string, values: readonly (number | undefined)[], over: Partial<MetricDatum> = {}) =>
    call('PutMetricData', {
      Namespace: 'Shop',
      MetricData: values.flatMap((Value, at) =>
        Value === undefined ? [] : [{ MetricName, Value, Timestamp: new Date(startAt + at * minute), ...over }],
      ),
    })
  const get = (queries: MetricDataQuery[], over: Partial<GetMetricDataInput> = {}) =>
    call('GetMetricData', {
      MetricDataQueries: queries,
      StartTime: new Date(startAt),
      EndTime: new Date(startAt + hour),
      ...over,
    })
  return { ...cloud, publish, get }
}

const aQuery = (Id: string, MetricName: string, over: object = {}): MetricDataQuery => ({
  Id,
  MetricStat: { Metric: { Namespace: 'Shop', MetricName }, Period: 60, Stat: 'Sum', ...over },
})

describe('PutMetricData', () => {
  const stored = (datum: Partial<MetricDatum>, Stat: string) => {
    const { call, get, startAt } = aCloud()
    call('PutMetricData', {
      Namespace: 'Shop',
      MetricData: [{ MetricName: 'm', Timestamp: new Date(startAt), ...datum }],
    })
    return get([aQuery('q', 'm', { Stat })]).MetricDataResults?.[0]?.Values
  }
  it.each<[string, Partial<MetricDatum>, string, number[]]>([
    ['a value', { Value: 3 }, 'Sum', [3]],
    ['values', { Values: [1, 2] }, 'Sum', [3]],
    ['values with counts', { Values: [1, 2], Counts: [10, 5] }, 'SampleCount', [15]],
    ['a statistic set', { StatisticValues: { SampleCount: 4, Sum: 10, Minimum: 1, Maximum: 4 } }, 'Average', [2.5]],
    [
      'no percentile of a statistic set',
      { StatisticValues: { SampleCount: 4, Sum: 10, Minimum: 1, Maximum: 4 } },
      'p50',
      [],
    ],
    ['one of equal values', { StatisticValues: { SampleCount: 4, Sum: 8, Minimum: 2, Maximum: 2 } }, 'p50', [2]],
  ])('stores %s', (_, datum, stat, values) => {
    expect(stored(datum, stat)).toEqual(values)
  })

  const datum = { MetricName: 'm', Value: 1 }
  const aDatum = (over: object): PutMetricDataInput => ({ Namespace: 'Shop', MetricData: [{ ...datum, ...over }] })
  const dimensions = (count: number) => Array.from({ length: count }, (_, at) => ({ Name: `d${at}`, Value: 'v' }))
  const at = (offset: number) => new Date(Date.UTC(2026, 0, 1) + offset)
  it.each<[string, PutMetricDataInput, string]>([
    ['a reserved namespace', { Namespace: 'AWS/ApplicationELB', MetricData: [datum] }, 'InvalidParameterValue'],
    ['a namespace with a colon first', { Namespace: ':a', MetricData: [datum] }, 'InvalidParameterValue'],
    ['no data', { Namespace: 'Shop', MetricData: [] }, 'MissingParameter'],
    ['1,001 data', { Namespace: 'Shop', MetricData: Array(1001).fill(datum) }, 'InvalidParameterValue'],
    ['no name', aDatum({ MetricName: '' }), 'MissingParameter'],
    ['NaN', aDatum({ Value: Number.NaN }), 'InvalidParameterValue'],
    ['infinity', aDatum({ Value: Number.POSITIVE_INFINITY }), 'InvalidParameterValue'],
    ['a value over 2^360', aDatum({ Value: 2 ** 361 }), 'InvalidParameterValue'],
    ['no value', aDatum({ Value: undefined }), 'MissingParameter'],
    ['a value and values', aDatum({ Values: [1] }), 'InvalidParameterCombination'],
    ['fewer counts than values', aDatum({ Value: undefined, Values: [1, 2], Counts: [1] }), 'InvalidParameterValue'],
    ['a negative count', aDatum({ Value: undefined, Values: [1], Counts: [-1] }), 'InvalidParameterValue'],
    ['151 values', aDatum({ Value: undefined, Values: Array(151).fill(1) }), 'InvalidParameterValue'],
    ['31 dimensions', aDatum({ Dimensions: dimensions(31) }), 'InvalidParameterValue'],
    ['a dimension twice', aDatum({ Dimensions: [...dimensions(1), ...dimensions(1)] }), 'InvalidParameterValue'],
    ['a dimension without value', aDatum({ Dimensions: [{ Name: 'd', Value: '' }] }), 'InvalidParameterValue'],
    ['a resolution of 10', aDatum({ StorageResolution: 10 }), 'InvalidParameterValue'],
    ['more than two weeks ago', aDatum({ Timestamp: at(-14 * 24 * hour - 1) }), 'InvalidParameterValue'],
    ['more than two hours ahead', aDatum({ Timestamp: at(2 * hour + 1) }), 'InvalidParameterValue'],
  ])('refuses %s', (_, input, code) => {
    const { call } = aCloud()
    expect(() => call('PutMetricData', input)).toThrow(expect.objectContaining({ code }))
    expect(call('ListMetrics', {}).Metrics).toEqual([])
  })

  it.each([-14 * 24 * hour, 2 * hour])('takes a timestamp %i ms from now', (offset) => {
    const { call } = aCloud()
    expect(call('PutMetricData', aDatum({ Timestamp: at(offset), Dimensions: dimensions(30) }))).toEqual({})
  })

  it('stores nothing of a call with one wrong datum', () => {
    const { call } = aCloud()
    expect(() => call('PutMetricData', { Namespace: 'Shop', MetricData: [datum, { MetricName: 'm' }] })).toThrow()
    expect(call('ListMetrics', {}).Metrics).toEqual([])
  })
})

describe('GetMetricData', () => {
  it('answers newest first, without points where nothing was seen', () => {
    const { publish, get, startAt } = aCloud()
    publish('Orders', [5, undefined, 7])
    expect(get([aQuery('o', 'Orders')])).toEqual({
      MetricDataResults: [
        {
          Id: 'o',
          Label: 'Orders',
          Timestamps: [new Date(startAt + 2 * minute), new Date(startAt)],
          Values: [7, 5],
          StatusCode: 'Complete',
        },
      ],
      Messages: [],
    })
  })

  it('rounds the start down and excludes the end', () => {
    const { publish, get, startAt } = aCloud()
    publish('Orders', [1, 2, 3])
    const range = { StartTime: new Date(startAt + minute + 59_000), EndTime: new Date(startAt + 2 * minute) }
    expect(get([aQuery('o', 'Orders')], range).MetricDataResults?.[0]?.Values).toEqual([2])
  })

  it('puts minutes together into longer periods', () => {
    const { publish, get } = aCloud()
    publish('Orders', [1, 2, 3, 4, 5, 6])
    const found = get([aQuery('o', 'Orders', { Period: 300 })], { ScanBy: 'TimestampAscending' })
    expect(found.MetricDataResults?.[0]?.Values).toEqual([15, 6])
  })

  it('has ten-second points of high-resolution metrics only', () => {
    const { get, call, startAt } = aCloud()
    for (const StorageResolution of [1, 60])
      call('PutMetricData', {
        Namespace: 'Shop',
        MetricData: [13, 27].map((second) => ({
          MetricName: `every${StorageResolution}`,
          Value: 1,
          Timestamp: new Date(startAt + second * 1000),
          StorageResolution,
        })),
      })
    const seconds = (name: string) =>
      get([aQuery('q', name, { Period: 10 })]).MetricDataResults?.[0]?.Timestamps?.map((t) => t.getUTCSeconds())
    expect(seconds('every1')).toEqual([20, 10])
    expect(seconds('every60')).toEqual([0])
  })

  it.each([
    [
      'other dimensions',
      { Metric: { Namespace: 'Shop', MetricName: 'Orders', Dimensions: [{ Name: 'a', Value: 'b' }] } },
    ],
    ['another unit', { Unit: 'Bytes' }],
    ['a metric nobody published', { Metric: { Namespace: 'Shop', MetricName: 'Nothing' } }],
  ])('answers %s with an empty, complete result', (_, over) => {
    const { publish, get } = aCloud()
    publish('Orders', [1])
    const [result] = get([aQuery('o', 'Orders', over)]).MetricDataResults ?? []
    expect(result).toMatchObject({ Values: [], Timestamps: [], StatusCode: 'Complete' })
  })

  it('evaluates expressions and returns what is asked for', async () => {
    const { publish, get, clock } = aCloud()
    publish('Errors', [undefined, 2])
    publish('Requests', [10, 20])
    await clock.advance(3 * minute)
    const found = get(
      [
        { ...aQuery('e', 'Errors'), ReturnData: false },
        { ...aQuery('r', 'Requests'), ReturnData: false },
        { Id: 'rate', Expression: '100 * errors / r', Label: 'Error rate' },
        { Id: 'errors', Expression: 'FILL(e, 0)', ReturnData: false },
      ],
      { ScanBy: 'TimestampAscending' },
    )
    expect(found.MetricDataResults).toMatchObject([{ Id: 'rate', Label: 'Error rate', Values: [0, 10] }])
  })

  it('fills nothing into the future', async () => {
    const { get, clock } = aCloud()
    await clock.advance(3 * minute)
    const found = get([
      { Id: 'f', Expression: 'FILL(m, 0)' },
      { ...aQuery('m', 'x'), ReturnData: false },
    ])
    expect(found.MetricDataResults?.[0]?.Values).toEqual([0, 0, 0])
  })

  it('returns each series of an array under the id of its expression', () => {
    const { publish, get } = aCloud()
    publish('a', [1])
    publish('b', [2])
    const queries = ['a', 'b'].map((name) => ({ ...aQuery(name, name), ReturnData: false }))
    expect(get([...queries, { Id: 'all', Expression: 'METRICS() * 10' }]).MetricDataResults).toMatchObject([
      { Id: 'all', Label: 'all a', Values: [10] },
      { Id: 'all', Label: 'all b', Values: [20] },
    ])
  })

  it('is paged, and complete only where all of a result was handed over', () => {
    const { publish, get } = aCloud()
    publish('a', [1, 2, 3])
    publish('b', [4])
    const queries = [aQuery('a', 'a'), aQuery('b', 'b')]
    const first = get(queries, { MaxDatapoints: 2 })
    const second = get(queries, { MaxDatapoints: 2, NextToken: first.NextToken })
    expect(first.MetricDataResults).toMatchObject([
      { Values: [3, 2], StatusCode: 'PartialData' },
      { Values: [], StatusCode: 'PartialData' },
    ])
    expect(second.MetricDataResults).toMatchObject([
      { Values: [1], StatusCode: 'Complete' },
      { Values: [4], StatusCode: 'Complete' },
    ])
    expect(second.NextToken).toBeUndefined()
    expect(() => get([aQuery('b', 'b')], { MaxDatapoints: 2, NextToken: first.NextToken })).toThrow(
      expect.objectContaining({ code: 'InvalidNextToken' }),
    )
  })

  it('has no token for the rest of an expression', () => {
    const { publish, get } = aCloud()
    publish('a', [1, 2, 3])
    const found = get([aQuery('a', 'a'), { Id: 'e', Expression: 'a * 2' }], { MaxDatapoints: 4 })
    expect(found.MetricDataResults?.map((result) => result.StatusCode)).toEqual(['Complete', 'PartialData'])
    expect(found.NextToken).toBeUndefined()
  })

  const ok = aQuery('q', 'm')
  it.each<[string, MetricDataQuery[], Partial<GetMetricDataInput>, string]>([
    ['501 queries', Array.from({ length: 501 }, (_, at) => aQuery(`q${at}`, 'm')), {}, 'ValidationError'],
    ['no query', [], {}, 'MissingParameter'],
    ['an id twice', [ok, ok], {}, 'ValidationError'],
    ['an id with a capital', [aQuery('Q', 'm')], {}, 'ValidationError'],
    ['a metric and an expression', [{ ...ok, Expression: '1' }], {}, 'ValidationError'],
    ['neither', [{ Id: 'q' }], {}, 'ValidationError'],
    ['a period of 45', [aQuery('q', 'm', { Period: 45 })], {}, 'InvalidParameterValue'],
    ['an unknown statistic', [aQuery('q', 'm', { Stat: 'Median' })], {}, 'InvalidParameterValue'],
    ['an empty range', [ok], { EndTime: new Date(0) }, 'ValidationError'],
    [
      'a cycle',
      [
        { Id: 'a', Expression: 'b' },
        { Id: 'b', Expression: 'a' },
      ],
      {},
      'ValidationError',
    ],
    ['a scalar result', [{ Id: 'a', Expression: '1 + 1' }], {}, 'ValidationError'],
    ['Metrics Insights', [{ Id: 'a', Expression: 'SELECT SUM(x) FROM y' }], {}, 'ValidationError'],
    [
      'too many points to fill',
      [{ Id: 'a', Expression: 'TIME_SERIES(1)', Period: 1 }],
      { StartTime: new Date(0) },
      'ValidationError',
    ],
    ['nothing to return', [{ ...ok, ReturnData: false }], {}, 'ValidationError'],
    ['0 points', [ok], { MaxDatapoints: 0 }, 'InvalidParameterValue'],
    ['a foreign token', [ok], { NextToken: 'x' }, 'InvalidNextToken'],
  ])('refuses %s', (_, queries, over, code) => {
    expect(() => aCloud().get(queries, over)).toThrow(expect.objectContaining({ code }))
  })
})

describe('GetMetricStatistics', () => {
  const asked = (startAt: number) => ({
    Namespace: 'Shop',
    MetricName: 'Latency',
    StartTime: new Date(startAt),
    EndTime: new Date(startAt + hour),
    Period: 60,
  })

  it('answers simple and extended statistics', () => {
    const { call, publish, startAt } = aCloud()
    publish('Latency', [1, 4], { Unit: 'Seconds' })
    publish('Latency', [3], { Unit: 'Seconds' })
    expect(call('GetMetricStatistics', { ...asked(startAt), Statistics: ['Average', 'SampleCount'] })).toEqual({
      Label: 'Latency',
      Datapoints: [
        { Timestamp: new Date(startAt + minute), Unit: 'Seconds', Average: 4, SampleCount: 1 },
        { Timestamp: new Date(startAt), Unit: 'Seconds', Average: 2, SampleCount: 2 },
      ],
    })
    const extended = call('GetMetricStatistics', { ...asked(startAt), ExtendedStatistics: ['p50', 'TC(2:)'] })
    expect(extended.Datapoints?.[1]?.ExtendedStatistics).toEqual({ p50: 1, 'TC(2:)': 1 })
  })

  it.each([
    [{ Statistics: ['Sum' as const], EndTime: new Date(Date.UTC(2026, 0, 2, 0, 1)) }, 'InvalidParameterCombination'],
    [{ Statistics: ['Sum' as const], ExtendedStatistics: ['p50'] }, 'InvalidParameterCombination'],
    [{}, 'MissingParameter'],
    [{ Statistics: ['p50' as never] }, 'InvalidParameterValue'],
    [{ Statistics: ['Sum' as const], Period: 7 }, 'InvalidParameterValue'],
  ])('refuses %j', (over, code) => {
    const { call, startAt } = aCloud()
    expect(() => call('GetMetricStatistics', { ...asked(startAt), ...over })).toThrow(expect.objectContaining({ code }))
  })

  it('takes 1,440 points', () => {
    const { call, startAt } = aCloud()
    const day = { StartTime: new Date(startAt), EndTime: new Date(startAt + 24 * hour) }
    expect(call('GetMetricStatistics', { ...asked(startAt), ...day, Statistics: ['Sum'] }).Datapoints).toEqual([])
  })
})

describe('ListMetrics', () => {
  it('filters by namespace, name, dimension and activity, 500 a page', async () => {
    const { call, publish, clock } = aCloud()
    const side = (Value: string) => ({ Dimensions: [{ Name: 'Side', Value }] })
    publish('Orders', [1], side('blue'))
    await clock.advance(4 * hour)
    const names = (input: object) => call('ListMetrics', input).Metrics?.map((metric) => metric.Dimensions?.[0]?.Value)
    publish('Orders', [1], { ...side('green'), Timestamp: new Date(clock.now()) })
    expect(names({ MetricName: 'Orders' })).toEqual(['blue', 'green'])
    expect(names({ Dimensions: [{ Name: 'Side' }] })).toEqual(['blue', 'green'])
    expect(names({ Dimensions: [{ Name: 'Side', Value: 'green' }] })).toEqual(['green'])
    expect(names({ RecentlyActive: 'PT3H' })).toEqual(['green'])
    expect(names({ Namespace: 'Other' })).toEqual([])
    for (let at = 0; at < 500; at++) publish(`m${at}`, [1])
    const first = call('ListMetrics', {})
    const second = call('ListMetrics', { NextToken: first.NextToken })
    expect([first.Metrics?.length, second.Metrics?.length, second.NextToken]).toEqual([500, 2, undefined])
  })
})
