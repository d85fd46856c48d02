import { CloudWatchClient, CloudWatchServiceException, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { createCloudWatchHealthCheckSource } from '../../../../shared/adapters/cloudwatch/health-check-source.ts'
import { TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'

const client = new CloudWatchClient({ region: 'us-east-1' })
const cloudWatch = mockClient(client)
const at = (minute: number, second = 0) => new Date(Date.UTC(2026, 0, 1, 12, minute, second))
const regions: string[] = []
const clientFor = (region: string) => {
  regions.push(region)
  return client
}
const source = createCloudWatchHealthCheckSource(clientFor, { now: () => at(30, 59).getTime() })

/** Ids as Route 53 makes them. */
const [endpoint, calculated] = ['0a1b2c3d-1111-2222-3333-444455556666', 'ffffeeee-1111-2222-3333-444455556666']

beforeEach(() => {
  regions.length = 0
  cloudWatch.reset()
  cloudWatch.onAnyCommand().rejects(new Error('unexpected command'))
})

/** One result as GetMetricData answers it. */
function aResult(index: number, points: readonly (readonly [minute: number, value: number])[]) {
  return {
    Id: `check_${index}`,
    Label: 'HealthCheckStatus',
    Timestamps: points.map(([minute]) => at(minute)),
    Values: points.map(([, value]) => value),
    StatusCode: 'Complete' as const,
  }
}

it('asks once for the last five whole minutes of all checks, in the one Region that has them', async () => {
  cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [aResult(0, [[28, 1]]), aResult(1, [])] })
  expect(await source.read([endpoint, calculated])).toEqual([
    { id: endpoint, state: 'healthy', startMs: at(28).getTime() },
    { id: calculated, state: 'no-data', startMs: null },
  ])
  expect(new Set(regions)).toEqual(new Set(['us-east-1']))
  const aQuery = (index: number, id: string) => ({
    Id: `check_${index}`,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/Route53',
        MetricName: 'HealthCheckStatus',
        Dimensions: [{ Name: 'HealthCheckId', Value: id }],
      },
      Period: 60,
      Stat: 'Minimum',
    },
    ReturnData: true,
  })
  expect(cloudWatch.commandCalls(GetMetricDataCommand).map(({ args }) => args[0].input)).toEqual([
    {
      MetricDataQueries: [aQuery(0, endpoint), aQuery(1, calculated)],
      StartTime: at(25),
      EndTime: at(30),
      ScanBy: 'TimestampAscending',
    },
  ])
})

describe('the newest minute', () => {
  it.each<[string, readonly (readonly [number, number])[], string, number]>([
    [
      'of several',
      [
        [26, 0],
        [27, 1],
        [28, 0],
      ],
      'unhealthy',
      28,
    ],
    [
      'in any order',
      [
        [28, 1],
        [26, 0],
        [27, 0],
      ],
      'healthy',
      28,
    ],
    ['between healthy and not', [[28, 0.5]], 'unhealthy', 28],
  ])('%s decides', async (_name, points, state, minute) => {
    cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [aResult(0, points)] })
    expect(await source.read([endpoint])).toEqual([{ id: endpoint, state, startMs: at(minute).getTime() }])
  })

  it('may be on another page', async () => {
    cloudWatch
      .on(GetMetricDataCommand)
      .resolvesOnce({ MetricDataResults: [{ ...aResult(0, [[26, 0]]), StatusCode: 'PartialData' }], NextToken: 'more' })
      .resolvesOnce({ MetricDataResults: [aResult(0, [[27, 1]])] })
    expect(await source.read([endpoint])).toMatchObject([{ state: 'healthy', startMs: at(27).getTime() }])
  })
})

describe('a failing provider', () => {
  it.each([
    ['Throttling', TransientError],
    ['AccessDenied', UpstreamError],
  ])('is told at %s', async (name, expected) => {
    cloudWatch
      .on(GetMetricDataCommand)
      .rejects(new CloudWatchServiceException({ name, $fault: 'client', $metadata: { httpStatusCode: 400 } }))
    await expect(source.read([endpoint])).rejects.toThrow(expected)
  })

  it.each(['Forbidden', 'InternalError', 'PartialData'] as const)(
    'is told at a result that is %s',
    async (StatusCode) => {
      cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [{ ...aResult(0, [[28, 1]]), StatusCode }] })
      await expect(source.read([endpoint])).rejects.toThrow(UpstreamError)
    },
  )
})
