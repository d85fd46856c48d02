import { describe, expect, it } from 'vitest'
import { toMetricQueries, toWindows } from '../../../../shared/adapters/cloudwatch/metric-query.ts'
import { toDimensions } from '../../../../shared/adapters/cloudwatch/side-metrics.ts'
import { ValidationError } from '../../../../shared/domain/errors.ts'
import { albArns } from '../../../support/alb.ts'

const minute = 60_000
const at = Date.UTC(2026, 0, 1)
const group = { targetGroupArn: albArns.green, loadBalancerArn: albArns.loadBalancer }

describe('dimensions', () => {
  it('come from the ARNs, the target group with its prefix', () => {
    expect(toDimensions(group)).toEqual([
      { Name: 'LoadBalancer', Value: 'app/shop/50dc6c495c0c9188' },
      { Name: 'TargetGroup', Value: 'targetgroup/web-green/943f017f100becff' },
    ])
  })

  it('come from the ARNs of any partition', () => {
    const inChina = (arn: string) => arn.replace('arn:aws:', 'arn:aws-cn:').replace('eu-west-1', 'cn-north-1')
    const there = { targetGroupArn: inChina(group.targetGroupArn), loadBalancerArn: inChina(group.loadBalancerArn) }
    expect(toDimensions(there)).toEqual(toDimensions(group))
  })

  it('refuse what is no ARN of a load balancer', () => {
    expect(() => toDimensions({ ...group, loadBalancerArn: 'shop' })).toThrow(ValidationError)
  })
})

describe('queries', () => {
  it.each([
    ['error-rate', ['RequestCount Sum', 'HTTPCode_Target_5XX_Count Sum', 'TargetConnectionErrorCount Sum']],
    ['requests', ['RequestCount Sum']],
    ['latency-p50', ['RequestCount Sum', 'TargetResponseTime p50']],
    ['latency-p90', ['RequestCount Sum', 'TargetResponseTime p90']],
    ['latency-p99', ['RequestCount Sum', 'TargetResponseTime p99']],
  ] as const)('for %s ask by the minute', (metric, expected) => {
    const queries = toMetricQueries(metric, [group])
    expect(queries.map(({ MetricStat: stat }) => `${stat?.Metric?.MetricName} ${stat?.Stat}`)).toEqual(expected)
    expect(new Set(queries.map(({ MetricStat }) => MetricStat?.Period))).toEqual(new Set([60]))
    expect(new Set(queries.map(({ MetricStat }) => MetricStat?.Metric?.Namespace))).toEqual(
      new Set(['AWS/ApplicationELB']),
    )
  })

  it('have an Id of their own that CloudWatch takes', () => {
    const ids = toMetricQueries('error-rate', [group, group]).map(({ Id }) => Id ?? '')
    expect(new Set(ids).size).toBe(6)
    for (const id of ids) expect(id).toMatch(/^[a-z][a-zA-Z0-9_]*$/)
  })
})

describe('windows', () => {
  const range = { startMs: at, endMs: at + 2 * minute }
  const point = (Id: string, minutes: readonly number[], Values: number[]) => ({
    Id,
    Timestamps: minutes.map((n) => new Date(at + n * minute)),
    Values,
  })
  const errorRate = { metric: 'error-rate', sides: [group, group] } as const
  const bounds = [
    { startMs: at, endMs: at + minute },
    { startMs: at + minute, endMs: at + 2 * minute },
  ]

  it('are null where nothing is known', () => {
    const unknown = { requests: null, errors: null, latencySeconds: null }
    expect(toWindows(range, errorRate, [])).toEqual(bounds.map((window) => ({ ...window, ...unknown })))
  })

  it('take absent errors as 0 only in a minute with requests', () => {
    const results = [point('requests_0', [0], [100]), point('errors0_0', [1], [7])]
    expect(toWindows(range, errorRate, results)).toEqual([
      { ...bounds[0], requests: 100, errors: 0, latencySeconds: null },
      { ...bounds[1], requests: null, errors: null, latencySeconds: null },
    ])
  })

  it('add counts of several groups and both kinds of errors', () => {
    const results = [
      point('requests_0', [0, 1], [100, 10]),
      point('requests_1', [0], [50]),
      point('errors0_0', [0], [3]),
      point('errors0_1', [0], [2]),
      point('errors1_1', [0], [4]),
    ]
    const windows = toWindows(range, errorRate, results)
    expect(windows.map(({ requests, errors }) => [requests, errors])).toEqual([
      [150, 9],
      [10, 0],
    ])
  })

  it('take the worst latency, and no errors when asked for latency', () => {
    const results = [point('requests_0', [0], [5]), point('latency_0', [0], [0.2]), point('latency_1', [0], [0.7])]
    expect(toWindows(range, { metric: 'latency-p99', sides: [group, group] }, results)).toEqual([
      { ...bounds[0], requests: 5, errors: null, latencySeconds: 0.7 },
      { ...bounds[1], requests: null, errors: null, latencySeconds: null },
    ])
  })
})
