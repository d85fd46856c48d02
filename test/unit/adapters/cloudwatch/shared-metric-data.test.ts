import {
  CloudWatchClient,
  CloudWatchServiceException,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch'
import { mockClient } from 'aws-sdk-client-mock'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { createMetricPagesReader } from '../../../../shared/adapters/cloudwatch/metric-data.ts'
import { createSharedMetricDataReader } from '../../../../shared/adapters/cloudwatch/shared-metric-data.ts'
import type { TimeRange } from '../../../../shared/adapters/cloudwatch/time-range.ts'
import { UpstreamError } from '../../../../shared/domain/errors.ts'

const minute = 60_000
const start = Date.UTC(2026, 0, 1)
const client = new CloudWatchClient({ region: 'eu-west-1' })
const cloudWatch = mockClient(client)
const regions: string[] = []

const reader = () =>
  createSharedMetricDataReader(
    createMetricPagesReader((region) => {
      regions.push(region)
      return client
    }, 1000),
    { quietMs: 5, quietMsEach: 1, mostQuietMs: 20 },
  )

/** Minutes from `start` on. */
const minutes = (from: number, to: number): TimeRange => ({
  startMs: start + from * minute,
  endMs: start + to * minute,
})

/** A metric whose value in each minute is `value` times a hundred and the number of that minute. */
const aQuery = (Id: string, value: number, Period = 60): MetricDataQuery => ({
  Id,
  MetricStat: {
    Metric: { Namespace: 'Test', MetricName: `m${value}`, Dimensions: [] },
    Period,
    Stat: 'Sum',
  },
  ReturnData: true,
})

/** As CloudWatch answers {@link aQuery}, whole and oldest first. */
function answer({ MetricDataQueries = [], StartTime, EndTime }: GetMetricDataCommandInput): MetricDataResult[] {
  return MetricDataQueries.map((query) => {
    const { Metric, Period = 60 } = query.MetricStat ?? { Metric: undefined }
    const value = Number(Metric?.MetricName?.slice(1))
    const Timestamps: Date[] = []
    for (let at = StartTime?.getTime() ?? 0; at < (EndTime?.getTime() ?? 0); at += Period * 1000)
      Timestamps.push(new Date(at))
    const Values = Timestamps.map((at) => 100 * value + (at.getTime() - start) / minute)
    return { Id: query.Id ?? '', StatusCode: 'Complete', Timestamps, Values }
  })
}

const inputs = () => cloudWatch.commandCalls(GetMetricDataCommand).map(({ args }) => args[0].input)
const valuesOf = (results: readonly MetricDataResult[]) => results.map(({ Id, Values }) => [Id, Values])

function refusal(name: string, message: string) {
  const $metadata = { httpStatusCode: 400 }
  return new CloudWatchServiceException({ name, $fault: 'client', message, $metadata })
}

beforeEach(() => {
  regions.length = 0
  cloudWatch.reset()
  cloudWatch.onAnyCommand().rejects(new Error('unexpected command'))
  cloudWatch.on(GetMetricDataCommand).callsFake((input) => ({ MetricDataResults: answer(input) }))
})

describe('queries of several callers', () => {
  it('go in one call over the range of all; each gets its own back under its own ids, cut to its own range', async () => {
    const read = reader()
    const [first, second] = await Promise.all([
      read('eu-west-1', [aQuery('requests', 1), aQuery('errors', 2)], minutes(0, 2)),
      read('eu-west-1', [aQuery('requests', 3)], minutes(1, 4)),
    ])
    expect(valuesOf(first)).toEqual([
      ['requests', [100, 101]],
      ['errors', [200, 201]],
    ])
    expect(valuesOf(second)).toEqual([['requests', [301, 302, 303]]])
    expect(inputs()).toEqual([
      {
        MetricDataQueries: [aQuery('q0', 1), aQuery('q1', 2), aQuery('q2', 3)],
        StartTime: new Date(start),
        EndTime: new Date(start + 4 * minute),
        ScanBy: 'TimestampAscending',
      },
    ])
  })

  it('are asked once where they are the same', async () => {
    const read = reader()
    const [first, second] = await Promise.all([
      read('eu-west-1', [aQuery('a', 1)], minutes(0, 2)),
      read('eu-west-1', [aQuery('b', 1), aQuery('c', 1)], minutes(1, 3)),
    ])
    expect(valuesOf(first)).toEqual([['a', [100, 101]]])
    expect(valuesOf(second)).toEqual([
      ['b', [101, 102]],
      ['c', [101, 102]],
    ])
    expect(inputs().map(({ MetricDataQueries }) => MetricDataQueries)).toEqual([[aQuery('q0', 1)]])
  })

  it.each([
    { apart: 'Regions', one: { region: 'eu-west-1' }, other: { region: 'us-east-2' } },
    { apart: 'periods', one: { period: 60 }, other: { period: 300 } },
    { apart: 'a day and minutes', one: { to: 5 }, other: { to: 1440 } },
  ])('go apart for two $apart', async ({ one, other }) => {
    const read = reader()
    const ask = ({ region = 'eu-west-1', period = 60, to = 5 }: { region?: string; period?: number; to?: number }) =>
      read(region, [aQuery('a', 1, period)], minutes(0, to))
    await Promise.all([ask(one), ask(other)])
    expect(inputs().length).toBe(2)
    const ends = inputs().map(({ EndTime }) => (EndTime?.getTime() ?? 0) - start)
    expect(ends.sort((a, b) => a - b)).toEqual(
      [one, other].map(({ to = 5 }: { to?: number }) => to * minute).sort((a, b) => a - b),
    )
  })

  it('leave metric math in calls of its own, its ids and its text untouched', async () => {
    const math = (id: string): MetricDataQuery[] => [
      { ...aQuery('errors', 1), ReturnData: false },
      { Id: id, Expression: 'errors / 2', ReturnData: true },
    ]
    const read = reader()
    await Promise.all([
      read('eu-west-1', math('a'), minutes(0, 2)),
      read('eu-west-1', math('b'), minutes(0, 2)),
      read('eu-west-1', [aQuery('c', 1)], minutes(0, 2)),
    ])
    const asked = inputs().map(({ MetricDataQueries }) => MetricDataQueries)
    expect(asked).toEqual(expect.arrayContaining([math('a'), math('b'), [aQuery('q0', 1)]]))
    expect(asked.length).toBe(3)
  })

  it('are 500 in a call at most, and nobody is cut in two', async () => {
    const read = reader()
    const callers = Array.from({ length: 150 }, (_, caller) =>
      read(
        'eu-west-1',
        Array.from({ length: 7 }, (_, query) => aQuery(`id${query}`, 7 * caller + query)),
        minutes(0, 1),
      ),
    )
    const read0 = await Promise.all(callers)
    read0.forEach((results, caller) => {
      expect(valuesOf(results)).toEqual(
        Array.from({ length: 7 }, (_, query) => [`id${query}`, [100 * (7 * caller + query)]]),
      )
    })
    expect(inputs().map(({ MetricDataQueries = [] }) => MetricDataQueries.length)).toEqual([497, 497, 56])
  })

  it('ask for no more points in a call than an account has in a second', async () => {
    const readMetricData = reader()
    const day = minutes(0, 24 * 60)
    await Promise.all(Array.from({ length: 130 }, (_, n) => readMetricData('eu-west-1', [aQuery('q', n)], day)))
    expect(inputs().map(({ MetricDataQueries = [] }) => MetricDataQueries.length)).toEqual([62, 62, 6])
  })

  it('get what they would get alone, whatever is asked beside them', async () => {
    const wish = fc.record({
      values: fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 6 }),
      from: fc.integer({ min: 0, max: 30 }),
      length: fc.integer({ min: 1, max: 30 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(wish, { minLength: 1, maxLength: 12 }), async (wishes) => {
        const read = reader()
        const results = await Promise.all(
          wishes.map(({ values, from, length }) =>
            read(
              'eu-west-1',
              values.map((value) => aQuery(`id${value}`, value)),
              minutes(from, from + length),
            ),
          ),
        )
        expect(results.map(valuesOf)).toEqual(
          wishes.map(({ values, from, length }) =>
            values.map((value) => [`id${value}`, Array.from({ length }, (_, n) => 100 * value + from + n)]),
          ),
        )
      }),
      { numRuns: 25 },
    )
  })
})

describe('an answer that is not what was asked for', () => {
  it('is put together from its pages', async () => {
    cloudWatch.on(GetMetricDataCommand).callsFake(({ NextToken }) => {
      const at = (n: number) => ({ Timestamps: [new Date(start + n * minute)], Values: [n] })
      if (NextToken) return { MetricDataResults: [{ Id: 'q0', StatusCode: 'Complete', ...at(1) }] }
      return { MetricDataResults: [{ Id: 'q0', StatusCode: 'PartialData', ...at(0) }], NextToken: 'more' }
    })
    const results = await reader()('eu-west-1', [aQuery('a', 1)], minutes(0, 2))
    expect(valuesOf(results)).toEqual([
      ['a', [0]],
      ['a', [1]],
    ])
  })

  it('is an error for those alone whose numbers are not complete', async () => {
    cloudWatch.on(GetMetricDataCommand).callsFake((input) => ({
      MetricDataResults: answer(input).map((result, n) =>
        n === 1 ? { ...result, StatusCode: 'InternalError' } : result,
      ),
    }))
    const read = reader()
    const [first, second] = await Promise.allSettled([
      read('eu-west-1', [aQuery('a', 1)], minutes(0, 1)),
      read('eu-west-1', [aQuery('b', 2)], minutes(0, 1)),
    ])
    expect(first).toMatchObject({ status: 'fulfilled' })
    expect(second).toMatchObject({
      status: 'rejected',
      reason: new UpstreamError('cloudwatch:GetMetricData answered InternalError for b'),
    })
  })

  it('costs those their answer alone whose query CloudWatch refuses', async () => {
    cloudWatch.on(GetMetricDataCommand).callsFake((input: GetMetricDataCommandInput) => {
      const isWrong = input.MetricDataQueries?.some(({ MetricStat }) => MetricStat?.Metric?.MetricName === 'm13')
      if (isWrong) throw refusal('ValidationError', 'The metric m13 is none')
      return { MetricDataResults: answer(input) }
    })
    const read = reader()
    const callers = Array.from({ length: 30 }, (_, value) => read('eu-west-1', [aQuery('a', value)], minutes(0, 1)))
    const ended = await Promise.allSettled(callers)
    expect(ended.flatMap(({ status }, value) => (status === 'rejected' ? [value] : []))).toEqual([13])
    expect(ended[13]).toMatchObject({ reason: expect.any(UpstreamError) })
    expect(ended[14]).toMatchObject({ value: [{ Id: 'a', Values: [1400] }] })
  })

  it.each(['AccessDenied', 'Throttling', 'InternalFailure'])(
    'is not asked for again in halves after %s',
    async (name) => {
      cloudWatch.on(GetMetricDataCommand).rejects(refusal(name, 'not now'))
      const read = reader()
      const ended = await Promise.allSettled([1, 2, 3].map((n) => read('eu-west-1', [aQuery('a', n)], minutes(0, 1))))
      expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
      expect(inputs().length).toBe(1)
    },
  )
})
