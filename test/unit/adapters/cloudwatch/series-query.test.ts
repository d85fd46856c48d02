import { describe, expect, it } from 'vitest'
import { describeSeries, toSeries, toSeriesQueries } from '../../../../shared/adapters/cloudwatch/series-query.ts'
import { UpstreamError } from '../../../../shared/domain/errors.ts'
import type { CloudWatchMetric, MetricExpression } from '../../../../shared/domain/gates/gate.ts'

const at = Date.UTC(2026, 0, 1)
const failures: CloudWatchMetric = {
  namespace: 'Shop',
  metricName: 'Failures',
  dimensions: { Service: 'web', Slot: 'green' },
  stat: 'p99',
  periodSeconds: 10,
}
const { periodSeconds: _own, ...query } = failures
const share: MetricExpression = {
  expression: '100 * bad / all',
  queries: [
    { id: 'bad', ...query },
    { id: 'all', ...query, metricName: 'Requests', stat: 'Sum', dimensions: {} },
  ],
  periodSeconds: 300,
}
const dimensions = [
  { Name: 'Service', Value: 'web' },
  { Name: 'Slot', Value: 'green' },
]

describe('queries for a metric of its own', () => {
  it('ask for the one metric', () => {
    expect(toSeriesQueries(failures)).toEqual([
      {
        Id: 'sluice_value',
        MetricStat: {
          Metric: { Namespace: 'Shop', MetricName: 'Failures', Dimensions: dimensions },
          Period: 10,
          Stat: 'p99',
        },
        ReturnData: true,
      },
    ])
  })

  it('ask for the expression, and its metrics only to compute it', () => {
    const metricStat = (MetricName: string, Dimensions: object[], Stat: string) => ({
      Metric: { Namespace: 'Shop', MetricName, Dimensions },
      Period: 300,
      Stat,
    })
    expect(toSeriesQueries(share)).toEqual([
      { Id: 'bad', MetricStat: metricStat('Failures', dimensions, 'p99'), ReturnData: false },
      { Id: 'all', MetricStat: metricStat('Requests', [], 'Sum'), ReturnData: false },
      { Id: 'sluice_value', Expression: '100 * bad / all', ReturnData: true },
    ])
  })

  it('say where the numbers come from', () => {
    expect(describeSeries(failures)).toBe('CloudWatch Shop p99 Failures Service web Slot green')
    expect(describeSeries(share)).toBe(
      'CloudWatch bad = Shop p99 Failures Service web Slot green, all = Shop Sum Requests',
    )
  })
})

describe('windows of a metric of its own', () => {
  const range = { startMs: at, endMs: at + 30_000 }
  const result = (seconds: number[], Values: number[]) => ({
    Id: 'sluice_value',
    Label: `from ${seconds[0]}`,
    Timestamps: seconds.map((second) => new Date(at + second * 1000)),
    Values,
  })

  it('are all there, null where there is no value', () => {
    expect(toSeries(range, failures, [result([10], [-0.5])])).toEqual([
      { startMs: at, endMs: at + 10_000, value: null },
      { startMs: at + 10_000, endMs: at + 20_000, value: -0.5 },
      { startMs: at + 20_000, endMs: at + 30_000, value: null },
    ])
  })

  it('put the pages of a metric together', () => {
    const pages = [result([0, 10], [1, 0]), result([20], [3])]
    expect(toSeries(range, failures, pages).map(({ value }) => value)).toEqual([1, 0, 3])
  })

  it('refuse several series of an expression, by their names', () => {
    const several = [result([0], [1]), result([10], [2])]
    expect(() => toSeries(range, share, several)).toThrow(UpstreamError)
    expect(() => toSeries(range, share, several)).toThrow('gives 2 time series (from 0, from 10)')
  })
})
