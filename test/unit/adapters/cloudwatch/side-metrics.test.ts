import { describe, expect, it } from 'vitest'
import { toBuckets, toCountQueries } from '../../../../shared/adapters/cloudwatch/counts-query.ts'
import {
  toMetricQueries,
  toMetricQueriesByRegion,
  toWindows,
} from '../../../../shared/adapters/cloudwatch/metric-query.ts'
import { describeSides } from '../../../../shared/adapters/cloudwatch/side-metrics.ts'
import type { MeasuredVersion, RouterCounts } from '../../../../shared/ports/metrics-source.ts'
import { albArns } from '../../../support/alb.ts'

const minute = 60_000
const at = Date.UTC(2026, 0, 1)
const range = { startMs: at, endMs: at + 2 * minute }
const arn = 'arn:aws:lambda:us-east-2:123456789012:function:checkout'
const stable: MeasuredVersion = { functionName: arn, alias: 'live', version: '1', region: 'us-east-2' }
const canary: MeasuredVersion = { ...stable, version: '2' }
const group = { targetGroupArn: albArns.green, loadBalancerArn: albArns.loadBalancer }
const alias = [
  { Name: 'FunctionName', Value: 'checkout' },
  { Name: 'Resource', Value: 'checkout:live' },
]
const ofVersion = (version: string) => [...alias, { Name: 'ExecutedVersion', Value: version }]
const point = (Id: string, minutes: readonly number[], Values: number[]) => ({
  Id,
  Timestamps: minutes.map((n) => new Date(at + n * minute)),
  Values,
})

describe('queries for a version of a function', () => {
  it.each([
    ['error-rate', ['requests_0 Invocations Sum', 'errors0_0 Errors Sum']],
    ['requests', ['requests_0 Invocations Sum']],
    ['latency-p99', ['requests_0 Invocations Sum', 'latency_0 Duration p99']],
  ] as const)('ask for %s what the callers of its alias got from it', (metric, expected) => {
    const queries = toMetricQueries(metric, [canary])
    expect(queries.map(({ Id, MetricStat: stat }) => `${Id} ${stat?.Metric?.MetricName} ${stat?.Stat}`)).toEqual(
      expected,
    )
    for (const { MetricStat } of queries)
      expect(MetricStat?.Metric).toMatchObject({ Namespace: 'AWS/Lambda', Dimensions: ofVersion('2') })
  })

  it('ask for its alias as well where nothing else is called through it', () => {
    const queries = toMetricQueries('error-rate', [{ ...canary, isAlone: true }])
    expect(queries.map(({ Id, MetricStat }) => [Id, MetricStat?.Metric?.Dimensions])).toEqual([
      ['requests_0', ofVersion('2')],
      ['errors0_0', ofVersion('2')],
      ['alone_requests_0', alias],
      ['alone_errors0_0', alias],
    ])
  })

  it('go to its Region, beside those of a target group to theirs', () => {
    const byRegion = toMetricQueriesByRegion('requests', [canary, group, stable])
    expect([...byRegion].map(([region, queries]) => [region, queries.map(({ Id }) => Id)])).toEqual([
      ['us-east-2', ['requests_0', 'requests_2']],
      ['eu-west-1', ['requests_1']],
    ])
    expect(describeSides([canary, group])).toBe(
      `AWS/Lambda and AWS/ApplicationELB of ${arn}:live version 2, ${albArns.green}`,
    )
  })

  it('count calls that took longer than a limit in milliseconds', () => {
    const counts: RouterCounts = {
      ...{ source: 'router', measure: { type: 'slow', seconds: 0.29 }, routes: [{ stable, canary }] },
      ...{ fromMs: range.startMs, toMs: range.endMs },
    }
    const queries = toCountQueries(counts).get('us-east-2') ?? []
    expect(queries.map(({ Id, MetricStat }) => `${Id} ${MetricStat?.Metric?.MetricName} ${MetricStat?.Stat}`)).toEqual([
      'stable_requests_0 Duration SampleCount',
      'stable_bad0_0 Duration TC(290:)',
      'canary_requests_0 Duration SampleCount',
      'canary_bad0_0 Duration TC(290:)',
    ])
  })
})

describe('windows of a version', () => {
  it('have seconds of what Lambda gives in milliseconds', () => {
    const results = [point('requests_0', [0], [10]), point('latency_0', [0], [250])]
    const [first] = toWindows(range, { metric: 'latency-p90', sides: [canary] }, results)
    expect(first).toEqual({ ...bounds(0), requests: 10, errors: null, latencySeconds: 0.25 })
  })

  it('have the numbers of the alias only in minutes without its own, and only where it is alone', () => {
    const results = [
      point('requests_0', [0], [10]),
      point('errors0_0', [0], [1]),
      point('alone_requests_0', [0, 1], [100, 30]),
      point('alone_errors0_0', [0, 1], [50, 3]),
    ]
    const errorsOf = (side: MeasuredVersion) =>
      toWindows(range, { metric: 'error-rate', sides: [side] }, results).map(({ requests, errors }) => [
        requests,
        errors,
      ])
    expect(errorsOf({ ...canary, isAlone: true })).toEqual([
      [10, 1],
      [30, 3],
    ])
    expect(errorsOf(canary)).toEqual([
      [10, 1],
      [null, null],
    ])
  })

  it('count the same way on each side', () => {
    const counts: RouterCounts = {
      ...{ source: 'router', measure: { type: 'errors' }, routes: [{ stable: { ...stable, isAlone: true }, canary }] },
      ...{ fromMs: range.startMs, toMs: range.endMs },
    }
    expect((toCountQueries(counts).get('us-east-2') ?? []).map(({ Id }) => Id)).toEqual([
      ...['stable_requests_0', 'stable_bad0_0', 'stableAlone_requests_0', 'stableAlone_bad0_0'],
      ...['canary_requests_0', 'canary_bad0_0'],
    ])
    const results = [
      point('stable_requests_0', [0], [10]),
      point('stableAlone_requests_0', [0, 1], [100, 30]),
      point('stableAlone_bad0_0', [0, 1], [50, 3]),
    ]
    const nothing = { requests: null, bad: null }
    expect(toBuckets(range, counts, results).map(({ strata }) => strata)).toEqual([
      [{ stable: { requests: 10, bad: 0 }, canary: nothing }],
      [{ stable: { requests: 30, bad: 3 }, canary: nothing }],
    ])
  })
})

function bounds(n: number) {
  return { startMs: at + n * minute, endMs: at + (n + 1) * minute }
}
