import { describe, expect, it } from 'vitest'
import { describeCounts, toBuckets, toCountQueries } from '../../../../shared/adapters/cloudwatch/counts-query.ts'
import { toDimensions } from '../../../../shared/adapters/cloudwatch/side-metrics.ts'
import { ValidationError } from '../../../../shared/domain/errors.ts'
import type { CounterCounts, RouterCounts } from '../../../../shared/ports/metrics-source.ts'
import { albArns } from '../../../support/alb.ts'

const minute = 60_000
const at = Date.UTC(2026, 0, 1)
const span = { fromMs: at, toMs: at + 2 * minute }
const stable = { targetGroupArn: albArns.blue, loadBalancerArn: albArns.loadBalancer }
const canary = { targetGroupArn: albArns.green, loadBalancerArn: albArns.loadBalancer }
const elsewhere = (arn: string) => arn.replace('eu-west-1', 'us-east-2')
const there = { ...canary, loadBalancerArn: elsewhere(canary.loadBalancerArn) }

const errors: RouterCounts = { source: 'router', measure: { type: 'errors' }, routes: [{ stable, canary }], ...span }
const slow: RouterCounts = { ...errors, measure: { type: 'slow', seconds: 0.5 } }
const counters: CounterCounts = {
  source: 'counters',
  namespace: 'Shop',
  requests: 'Requests',
  bad: 'Failures',
  dimensions: { stable: { Side: 'blue' }, canary: { Side: 'green', Zone: 'a' } },
  periodSeconds: 10,
  region: 'eu-north-1',
  ...span,
}

describe('queries for counts', () => {
  it('of errors ask for requests and both kinds of errors of each side, by the minute', () => {
    const queries = toCountQueries(errors).get('eu-west-1') ?? []
    const said = queries.map(({ Id, MetricStat }) => `${Id} ${MetricStat?.Metric?.MetricName} ${MetricStat?.Stat}`)
    expect(said).toEqual([
      'stable_requests_0 RequestCount Sum',
      'stable_bad0_0 HTTPCode_Target_5XX_Count Sum',
      'stable_bad1_0 TargetConnectionErrorCount Sum',
      'canary_requests_0 RequestCount Sum',
      'canary_bad0_0 HTTPCode_Target_5XX_Count Sum',
      'canary_bad1_0 TargetConnectionErrorCount Sum',
    ])
    expect(queries.map(({ MetricStat }) => MetricStat?.Metric?.Dimensions)).toEqual([
      ...Array(3).fill(toDimensions(stable)),
      ...Array(3).fill(toDimensions(canary)),
    ])
    expect(new Set(queries.map(({ MetricStat }) => MetricStat?.Period))).toEqual(new Set([60]))
  })

  it('of slow requests ask for all measured ones and those over the limit', () => {
    const queries = toCountQueries(slow).get('eu-west-1') ?? []
    const said = queries.map(({ Id, MetricStat }) => `${Id} ${MetricStat?.Metric?.MetricName} ${MetricStat?.Stat}`)
    expect(said).toEqual([
      'stable_requests_0 TargetResponseTime SampleCount',
      'stable_bad0_0 TargetResponseTime TC(0.5:)',
      'canary_requests_0 TargetResponseTime SampleCount',
      'canary_bad0_0 TargetResponseTime TC(0.5:)',
    ])
  })

  it('of a service ask for its own counters, in its Region', () => {
    const metricStat = (MetricName: string, Dimensions: object[]) => ({
      Metric: { Namespace: 'Shop', MetricName, Dimensions },
      Stat: 'Sum',
      Period: 10,
    })
    const blue = [{ Name: 'Side', Value: 'blue' }]
    const green = [
      { Name: 'Side', Value: 'green' },
      { Name: 'Zone', Value: 'a' },
    ]
    expect([...toCountQueries(counters)]).toEqual([
      [
        'eu-north-1',
        [
          { Id: 'stable_requests_0', MetricStat: metricStat('Requests', blue), ReturnData: true },
          { Id: 'stable_bad0_0', MetricStat: metricStat('Failures', blue), ReturnData: true },
          { Id: 'canary_requests_0', MetricStat: metricStat('Requests', green), ReturnData: true },
          { Id: 'canary_bad0_0', MetricStat: metricStat('Failures', green), ReturnData: true },
        ],
      ],
    ])
  })

  it('go to the Region of each load balancer, with an Id of their own', () => {
    const far = { stable: { ...stable, loadBalancerArn: there.loadBalancerArn }, canary: there }
    const queries = toCountQueries({ ...errors, routes: [{ stable, canary }, far, { stable, canary }] })
    const sizes = [...queries].map(([region, { length }]) => [region, length])
    expect(sizes).toEqual([
      ['eu-west-1', 12],
      ['us-east-2', 6],
    ])
    const ids = [...queries.values()].flat().map(({ Id }) => Id ?? '')
    expect(new Set(ids).size).toBe(18)
    for (const id of ids) expect(id).toMatch(/^[a-z][a-zA-Z0-9_]*$/)
  })

  it('refuse what is no ARN of a load balancer', () => {
    const wrong = { ...canary, loadBalancerArn: 'shop' }
    expect(() => toCountQueries({ ...errors, routes: [{ stable, canary: wrong }] })).toThrow(ValidationError)
  })
})

describe('counted windows', () => {
  const range = { startMs: at, endMs: at + minute }
  const point = (Id: string, ...Values: number[]) => ({ Id, Timestamps: Values.map(() => new Date(at)), Values })
  const canaryOf = (query: RouterCounts | CounterCounts, ...results: ReturnType<typeof point>[]) =>
    toBuckets(range, query, results)[0]?.strata[0]?.canary

  it.each<[name: string, results: [id: string, value: number][], expected: [number | null, number | null]]>([
    ['nothing', [], [null, null]],
    ['requests alone', [['requests', 100]], [100, 0]],
    [
      'both kinds of errors',
      [
        ['requests', 100],
        ['bad0', 2],
        ['bad1', 3],
      ],
      [100, 5],
    ],
    [
      'errors of targets alone',
      [
        ['requests', 100],
        ['bad0', 2],
      ],
      [100, 2],
    ],
    [
      'errors of connections alone',
      [
        ['requests', 100],
        ['bad1', 3],
      ],
      [100, 3],
    ],
    [
      'errors without requests',
      [
        ['bad0', 2],
        ['bad1', 3],
      ],
      [null, null],
    ],
    [
      'more errors than requests, as retried connections make them',
      [
        ['requests', 1],
        ['bad1', 3],
      ],
      [1, 3],
    ],
    [
      'fractions',
      [
        ['requests', 99.6],
        ['bad0', 1.4],
        ['bad1', 0.2],
      ],
      [100, 2],
    ],
    ['no requests, said as 0', [['requests', 0]], [0, 0]],
  ])('of errors from %s', (_name, results, [requests, bad]) => {
    const points = results.map(([id, value]) => point(`canary_${id}_0`, value))
    expect(canaryOf(errors, ...points)).toEqual({ requests, bad })
  })

  it.each<[name: string, results: [id: string, value: number][], expected: [number | null, number | null]]>([
    ['nothing', [], [null, null]],
    ['requests without a distribution', [['requests', 100]], [100, null]],
    [
      'none over the limit',
      [
        ['requests', 100],
        ['bad0', 0],
      ],
      [100, 0],
    ],
    [
      'some over the limit',
      [
        ['requests', 100],
        ['bad0', 7],
      ],
      [100, 7],
    ],
    ['no requests, said as 0', [['requests', 0]], [0, 0]],
  ])('of slow requests from %s', (_name, results, [requests, bad]) => {
    const points = results.map(([id, value]) => point(`canary_${id}_0`, value))
    expect(canaryOf(slow, ...points)).toEqual({ requests, bad })
  })

  it('of counters take a silent one for 0 only where there are requests', () => {
    expect(canaryOf(counters, point('canary_requests_0', 40))).toEqual({ requests: 40, bad: 0 })
    expect(canaryOf(counters, point('canary_bad0_0', 4))).toEqual({ requests: null, bad: null })
  })

  it('are all there, whatever has data, at their instant', () => {
    const late = { Id: 'stable_requests_0', Timestamps: [new Date(at + 20_000)], Values: [5] }
    const windows = toBuckets(range, counters, [late])
    expect(windows.map(({ startMs, endMs }) => [startMs - at, endMs - at])).toEqual(
      [0, 10, 20, 30, 40, 50].map((second) => [second * 1000, (second + 10) * 1000]),
    )
    expect(windows.map(({ strata }) => strata[0]?.stable.requests)).toEqual([null, null, 5, null, null, null])
  })

  it('put the pages of an Id together and keep the routes apart', () => {
    const second = { Id: 'canary_requests_0', Timestamps: [new Date(at + minute)], Values: [20] }
    const results = [point('canary_requests_0', 10), second, point('canary_requests_1', 3)]
    const twoRoutes = { ...errors, routes: [...errors.routes, ...errors.routes] }
    const windows = toBuckets({ startMs: at, endMs: at + 2 * minute }, twoRoutes, results)
    expect(windows.map(({ strata }) => strata.map((stratum) => stratum.canary.requests))).toEqual([
      [10, 3],
      [20, null],
    ])
  })
})

it('says where counts come from', () => {
  expect(describeCounts(errors)).toBe(`CloudWatch AWS/ApplicationELB of ${albArns.green} against ${albArns.blue}`)
  expect(describeCounts(counters)).toBe('CloudWatch Shop Requests and Failures in eu-north-1')
})
