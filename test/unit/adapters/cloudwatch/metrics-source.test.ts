import {
  CloudWatchClient,
  CloudWatchServiceException,
  GetMetricDataCommand,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { toCountQueries } from '../../../../shared/adapters/cloudwatch/counts-query.ts'
import { toMetricQueries } from '../../../../shared/adapters/cloudwatch/metric-query.ts'
import { createCloudWatchMetricsSource } from '../../../../shared/adapters/cloudwatch/metrics-source.ts'
import { toSeriesQueries } from '../../../../shared/adapters/cloudwatch/series-query.ts'
import type { MetricsQuery, RouterCounts, SeriesQuery } from '../../../../shared/ports/metrics-source.ts'
import { albArns } from '../../../support/alb.ts'

const minute = 60_000
const start = Date.UTC(2026, 0, 1)
const client = new CloudWatchClient({ region: 'eu-west-1' })
const cloudWatch = mockClient(client)
const regions: string[] = []
let nowMs = start + 10 * minute
const source = createCloudWatchMetricsSource(
  (region) => {
    regions.push(region)
    return client
  },
  { now: () => nowMs },
)

const group = { targetGroupArn: albArns.green, loadBalancerArn: albArns.loadBalancer }
const query: MetricsQuery = { sides: [group], metric: 'error-rate', fromMs: start, toMs: start + 2 * minute }

/** An answer for one Id: values of the minutes from `start` on. */
function answer(Id: string, values: readonly number[], extra: Partial<MetricDataResult> = {}): MetricDataResult {
  return {
    Id,
    StatusCode: 'Complete',
    Timestamps: values.map((_, n) => new Date(start + n * minute)),
    Values: [...values],
    ...extra,
  }
}

const empty = [answer('errors0_0', []), answer('errors1_0', [])]

beforeEach(() => {
  nowMs = start + 10 * minute
  regions.length = 0
  cloudWatch.reset()
  cloudWatch.onAnyCommand().rejects(new Error('unexpected command'))
})

describe('reading metrics', () => {
  it('asks for the whole minutes, the end exclusive', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [answer('requests_0', [100, 200]), ...empty] })
    const reading = await source.read({ ...query, toMs: start + 2.5 * minute })
    expect(cloudWatch.commandCalls(GetMetricDataCommand).map(({ args }) => args[0].input)).toEqual([
      {
        MetricDataQueries: toMetricQueries('error-rate', [group]),
        StartTime: new Date(start),
        EndTime: new Date(start + 2 * minute),
        ScanBy: 'TimestampAscending',
      },
    ])
    expect(reading).toEqual({
      status: 'complete',
      source: `CloudWatch AWS/ApplicationELB of ${albArns.green}`,
      windows: [
        { startMs: start, endMs: start + minute, requests: 100, errors: 0, latencySeconds: null },
        { startMs: start + minute, endMs: start + 2 * minute, requests: 200, errors: 0, latencySeconds: null },
      ],
    })
  })

  it('asks nothing while no minute is complete', async () => {
    nowMs = start + 2.9 * minute
    expect(await source.read(query)).toMatchObject({ status: 'complete', windows: [] })
    expect(cloudWatch.calls()).toHaveLength(0)
  })

  it('reads all pages; a page before the last may be partial', async () => {
    const partial = answer('requests_0', [100], { StatusCode: 'PartialData' })
    const rest = { ...answer('requests_0', [200]), Timestamps: [new Date(start + minute)] }
    cloudWatch
      .on(GetMetricDataCommand)
      .resolvesOnce({ MetricDataResults: [partial, ...empty], NextToken: 'more' })
      .resolvesOnce({ MetricDataResults: [rest] })
    const reading = await source.read(query)
    expect(reading.status === 'complete' && reading.windows.map(({ requests }) => requests)).toEqual([100, 200])
    const tokens = cloudWatch.commandCalls(GetMetricDataCommand).map(({ args }) => args[0].input.NextToken)
    expect(tokens).toEqual([undefined, 'more'])
  })

  it('asks at most 500 queries a call', async () => {
    cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries }) => ({
      MetricDataResults: MetricDataQueries.map(({ Id }: { Id: string }) => answer(Id, [1])),
    }))
    const sides = Array.from({ length: 200 }, () => group)
    const reading = await source.read({ ...query, sides })
    const sizes = cloudWatch
      .commandCalls(GetMetricDataCommand)
      .map(({ args }) => args[0].input.MetricDataQueries?.length)
    expect(sizes).toEqual([500, 100])
    expect(reading.status === 'complete' && reading.windows[0]).toMatchObject({ requests: 200, errors: 400 })
  })

  it('asks in the Region of each load balancer and adds up', async () => {
    const elsewhere = (arn: string) => arn.replace('eu-west-1', 'us-east-2')
    cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries }) => ({
      MetricDataResults: MetricDataQueries.map(({ Id }: { Id: string }) => answer(Id, [100])),
    }))
    const there = {
      targetGroupArn: elsewhere(group.targetGroupArn),
      loadBalancerArn: elsewhere(group.loadBalancerArn),
    }
    const reading = await source.read({ ...query, sides: [group, there] })
    expect(regions).toEqual(['eu-west-1', 'us-east-2'])
    expect(reading.status === 'complete' && reading.windows[0]?.requests).toBe(200)
  })
})

describe('a reading that is no evidence', () => {
  it.each(['PartialData', 'InternalError', 'Forbidden'] as const)('is an error at %s', async (StatusCode) => {
    const bad = answer('errors0_0', [], { StatusCode, Messages: [{ Value: 'not allowed' }] })
    cloudWatch
      .on(GetMetricDataCommand)
      .resolves({ MetricDataResults: [answer('requests_0', [100]), bad, answer('errors1_0', [])] })
    const reading = await source.read(query)
    expect(reading).toMatchObject({ status: 'error', reason: expect.stringContaining(StatusCode) })
    expect(reading).toMatchObject({ reason: expect.stringContaining('not allowed') })
  })

  it('is an error when an Id is not answered', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [answer('requests_0', [100])] })
    expect(await source.read(query)).toMatchObject({
      status: 'error',
      reason: expect.stringContaining('nothing for errors0_0'),
    })
  })

  it.each(['AccessDenied', 'Throttling', 'InternalServiceFault'])('is an error at %s, not a throw', async (name) => {
    cloudWatch
      .on(GetMetricDataCommand)
      .rejects(new CloudWatchServiceException({ name, $fault: 'client', $metadata: { httpStatusCode: 400 } }))
    expect(await source.read(query)).toMatchObject({ status: 'error', reason: expect.stringContaining(name) })
  })

  it('is an error when a page does not come in time', async () => {
    const slow = createCloudWatchMetricsSource(() => client, { now: () => nowMs }, 5)
    cloudWatch.on(GetMetricDataCommand).callsFake(() => new Promise(() => undefined))
    expect(await slow.read(query)).toMatchObject({ status: 'error', reason: expect.stringContaining('within 5 ms') })
  })
})

describe('reading counts', () => {
  const elsewhere = (arn: string) => arn.replace('eu-west-1', 'us-east-2')
  const stable = { targetGroupArn: albArns.blue, loadBalancerArn: albArns.loadBalancer }
  const route = { stable, canary: group }
  const errors: RouterCounts = {
    source: 'router',
    measure: { type: 'errors' },
    routes: [route],
    fromMs: start,
    toMs: start + 60 * minute,
  }
  const answerAll = (values: readonly number[]) =>
    cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries }) => ({
      MetricDataResults: MetricDataQueries.map(({ Id }: { Id: string }) => answer(Id, values)),
    }))

  it('asks once for both sides, up to the newest minute that has ended', async () => {
    nowMs = start + 3.5 * minute
    answerAll([10, 20])
    const reading = await source.counts(errors)
    expect(cloudWatch.commandCalls(GetMetricDataCommand).map(({ args }) => args[0].input)).toEqual([
      {
        MetricDataQueries: toCountQueries(errors).get('eu-west-1'),
        StartTime: new Date(start),
        EndTime: new Date(start + 3 * minute),
        ScanBy: 'TimestampAscending',
      },
    ])
    const side = (requests: number) => ({ requests, bad: 2 * requests })
    const window = (n: number, requests: number) => ({
      startMs: start + n * minute,
      endMs: start + (n + 1) * minute,
      strata: [{ stable: side(requests), canary: side(requests) }],
    })
    const unknown = { requests: null, bad: null }
    expect(reading).toEqual({
      status: 'complete',
      source: `CloudWatch AWS/ApplicationELB of ${albArns.green} against ${albArns.blue}`,
      windows: [window(0, 10), window(1, 20), { ...window(2, 0), strata: [{ stable: unknown, canary: unknown }] }],
    })
  })

  it('asks once a Region', async () => {
    answerAll([10])
    const far = { stable: { ...stable, loadBalancerArn: elsewhere(stable.loadBalancerArn) }, canary: group }
    const reading = await source.counts({ ...errors, routes: [route, far, route] })
    expect(regions).toEqual(['eu-west-1', 'us-east-2'])
    expect(cloudWatch.calls()).toHaveLength(2)
    expect(reading.status === 'complete' && reading.windows[0]?.strata.map(({ canary }) => canary.requests)).toEqual([
      10, 10, 10,
    ])
  })

  it('reads all pages', async () => {
    const ids = ['stable_requests_0', 'stable_bad0_0', 'stable_bad1_0', 'canary_bad0_0', 'canary_bad1_0']
    const others = ids.map((id) => answer(id, []))
    const first = answer('canary_requests_0', [100], { StatusCode: 'PartialData' })
    const rest = { ...answer('canary_requests_0', [200]), Timestamps: [new Date(start + minute)] }
    cloudWatch
      .on(GetMetricDataCommand)
      .resolvesOnce({ MetricDataResults: [first, ...others], NextToken: 'more' })
      .resolvesOnce({ MetricDataResults: [rest] })
    const reading = await source.counts({ ...errors, toMs: start + 2 * minute })
    expect(reading.status === 'complete' && reading.windows.map(({ strata }) => strata[0]?.canary.requests)).toEqual([
      100, 200,
    ])
  })

  it('asks nothing while no minute has ended', async () => {
    nowMs = start + minute - 1
    expect(await source.counts(errors)).toMatchObject({ status: 'complete', windows: [] })
    expect(cloudWatch.calls()).toHaveLength(0)
  })

  it.each(['PartialData', 'InternalError', 'Forbidden'] as const)('is an error at %s', async (StatusCode) => {
    cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries }) => ({
      MetricDataResults: MetricDataQueries.map(({ Id }: { Id: string }) =>
        answer(Id, [1], Id === 'canary_bad1_0' ? { StatusCode, Messages: [{ Value: 'not allowed' }] } : {}),
      ),
    }))
    const reading = await source.counts(errors)
    expect(reading).toMatchObject({
      status: 'error',
      reason: expect.stringContaining(`${StatusCode} for canary_bad1_0`),
    })
    expect(reading).toMatchObject({ reason: expect.stringContaining('not allowed') })
  })

  it.each(['AccessDenied', 'Throttling', 'InternalServiceFault'])('is an error at %s, not a throw', async (name) => {
    cloudWatch
      .on(GetMetricDataCommand)
      .rejects(new CloudWatchServiceException({ name, $fault: 'client', $metadata: { httpStatusCode: 400 } }))
    expect(await source.counts(errors)).toMatchObject({ status: 'error', reason: expect.stringContaining(name) })
  })

  it('is an error where an ARN is none', async () => {
    const wrong = { ...errors, routes: [{ ...route, stable: { ...stable, loadBalancerArn: 'shop' } }] }
    expect(await source.counts(wrong)).toMatchObject({ status: 'error', reason: expect.stringContaining('"shop"') })
  })
})

describe('reading a metric of its own', () => {
  const orders = { namespace: 'Shop', metricName: 'Orders', dimensions: {}, stat: 'Sum' }
  const share = { expression: '100 * bad / all', queries: [{ id: 'bad', ...orders }], periodSeconds: 300 }
  const query: SeriesQuery = { metric: share, region: 'eu-north-1', fromMs: start + 1, toMs: start + 60 * minute }

  it('asks the named Region once, for whole periods that are complete', async () => {
    nowMs = start + 16.9 * minute
    const points = answer('sluice_value', [4], { Timestamps: [new Date(start + 5 * minute)] })
    cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [points] })
    const reading = await source.series({ ...query, fromMs: start })
    expect(regions).toEqual(['eu-north-1'])
    expect(cloudWatch.commandCalls(GetMetricDataCommand).map(({ args }) => args[0].input)).toEqual([
      {
        MetricDataQueries: toSeriesQueries(share),
        StartTime: new Date(start),
        EndTime: new Date(start + 10 * minute),
        ScanBy: 'TimestampAscending',
      },
    ])
    expect(reading).toEqual({
      status: 'complete',
      source: 'CloudWatch bad = Shop Sum Orders',
      windows: [
        { startMs: start, endMs: start + 5 * minute, value: null },
        { startMs: start + 5 * minute, endMs: start + 10 * minute, value: 4 },
      ],
    })
  })

  it('asks nothing while no period is complete', async () => {
    nowMs = start + 11.9 * minute
    expect(await source.series(query)).toMatchObject({ status: 'complete', windows: [] })
    expect(cloudWatch.calls()).toHaveLength(0)
  })

  it.each(['PartialData', 'InternalError', 'Forbidden'] as const)('is an error at %s', async (StatusCode) => {
    nowMs = start + 60 * minute
    cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [answer('sluice_value', [1], { StatusCode })] })
    expect(await source.series(query)).toMatchObject({ status: 'error', reason: expect.stringContaining(StatusCode) })
  })

  it("gives AWS's words where it refuses the expression", async () => {
    nowMs = start + 60 * minute
    const message = "Error in expression 'sluice_value': unknown function NOPE"
    const refusal = { name: 'ValidationError', message, $fault: 'client', $metadata: { httpStatusCode: 400 } } as const
    cloudWatch.on(GetMetricDataCommand).rejects(new CloudWatchServiceException(refusal))
    expect(await source.series(query)).toMatchObject({ status: 'error', reason: expect.stringContaining(message) })
  })

  it('is an error where the expression gives several series', async () => {
    nowMs = start + 60 * minute
    const several = [answer('sluice_value', [1], { Label: 'a' }), answer('sluice_value', [2], { Label: 'b' })]
    cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: several })
    expect(await source.series(query)).toMatchObject({ status: 'error', reason: expect.stringContaining('(a, b)') })
  })
})
