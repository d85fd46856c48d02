import { execFile } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutCompositeAlarmCommand,
  PutDashboardCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  PutMetricDataCommand,
  paginateGetMetricData,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch'
import { AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createCloudWatch } from '../../local/aws/cloudwatch/cloudwatch.ts'
import { createManualClock, type ManualClock } from '../../local/clock.ts'
import { createDataDir, type DataDir } from '../../local/data-dir.ts'
import { clientSettings, startAwsEndpoint } from '../support/aws-endpoint.ts'

const minute = 60_000
const run = promisify(execFile)

interface StartOptions {
  readonly dataDir?: DataDir
  readonly clock?: ManualClock
  readonly settings?: CloudWatchClientConfig
}

async function start({ dataDir, clock = createManualClock(), settings = {} }: StartOptions = {}) {
  const cloudWatch = createCloudWatch({ clock })
  onTestFinished(() => cloudWatch.close())
  const server = await startAwsEndpoint({
    clock,
    services: [cloudWatch.service],
    persistents: [cloudWatch.metricsState],
    ...(dataDir && { dataDir }),
  })
  const client = new CloudWatchClient({ ...clientSettings(server), ...settings })
  onTestFinished(() => client.destroy())
  return { clock, cloudWatch, server, client, startAt: clock.now() }
}

const anAlarm = {
  AlarmName: 'errors',
  Namespace: 'Shop',
  MetricName: 'Errors',
  Dimensions: [{ Name: 'Side', Value: 'green' }],
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 5,
  ComparisonOperator: 'GreaterThanThreshold',
} satisfies PutMetricAlarmCommandInput

describe.each<[string, CloudWatchClientConfig]>([
  ['JSON 1.0', {}],
  // The SDK's CBOR protocol counts the body's length before it compresses, so it sends less than it says.
  ['RPC v2 CBOR', { protocol: AwsSmithyRpcV2CborProtocol, disableRequestCompression: true }],
])('the SDK client over %s', (_name, settings) => {
  it('publishes and queries metrics', async () => {
    const { client, startAt } = await start({ settings })
    const Dimensions = [{ Name: 'Side', Value: 'green' }]
    await client.send(
      new PutMetricDataCommand({
        Namespace: 'Shop',
        MetricData: [
          { MetricName: 'Requests', Dimensions, Value: 40, Timestamp: new Date(startAt), Unit: 'Count' },
          {
            MetricName: 'Latency',
            Dimensions,
            Values: [0.1, 0.5, 2],
            Counts: [80, 15, 5],
            Timestamp: new Date(startAt),
          },
        ],
      }),
    )
    const metric = (MetricName: string) => ({ Namespace: 'Shop', MetricName, Dimensions })
    const range = { StartTime: new Date(startAt), EndTime: new Date(startAt + minute) }
    const data = await client.send(
      new GetMetricDataCommand({
        ...range,
        MetricDataQueries: [
          { Id: 'r', MetricStat: { Metric: metric('Requests'), Period: 60, Stat: 'Sum' } },
          { Id: 'slow', MetricStat: { Metric: metric('Latency'), Period: 60, Stat: 'TC(0.5:)' } },
          { Id: 'p90', MetricStat: { Metric: metric('Latency'), Period: 60, Stat: 'p90' } },
          { Id: 'share', Expression: '100 * slow / r' },
        ],
      }),
    )
    expect(data.MetricDataResults).toEqual(
      [
        ['r', 'Requests', 40],
        ['slow', 'Latency', 5],
        ['p90', 'Latency', 0.5],
        ['share', 'share', 12.5],
      ].map(([Id, Label, value]) => ({
        Id,
        Label,
        Timestamps: [new Date(startAt)],
        Values: [value],
        StatusCode: 'Complete',
      })),
    )
    const statistics = await client.send(
      new GetMetricStatisticsCommand({ ...metric('Requests'), ...range, Period: 60, Statistics: ['Sum', 'Maximum'] }),
    )
    expect(statistics.Datapoints).toEqual([{ Timestamp: new Date(startAt), Unit: 'Count', Sum: 40, Maximum: 40 }])
    const listed = await client.send(new ListMetricsCommand({ Namespace: 'Shop' }))
    expect(listed.Metrics).toEqual([metric('Requests'), metric('Latency')])
  })

  it('pages through data points', async () => {
    const { client, startAt } = await start({ settings })
    const MetricData = [0, 1, 2, 3, 4].map((at) => ({
      MetricName: 'm',
      Value: at,
      Timestamp: new Date(startAt + at * minute),
    }))
    await client.send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData }))
    const Metric = { Namespace: 'Shop', MetricName: 'm' }
    const pages = paginateGetMetricData(
      { client, pageSize: 2 },
      {
        StartTime: new Date(startAt),
        EndTime: new Date(startAt + 5 * minute),
        MetricDataQueries: [{ Id: 'm', MetricStat: { Metric, Period: 60, Stat: 'Sum' } }],
      },
    )
    const values: (number[] | undefined)[] = []
    for await (const page of pages) values.push(page.MetricDataResults?.[0]?.Values)
    expect(values).toEqual([[4, 3], [2, 1], [0]])
  })

  it('runs an alarm and a composite alarm through their states', async () => {
    const { client, clock, startAt } = await start({ settings })
    await client.send(new PutMetricAlarmCommand(anAlarm))
    await client.send(new PutCompositeAlarmCommand({ AlarmName: 'any', AlarmRule: 'ALARM(errors)' }))
    const { Namespace, MetricName, Dimensions } = anAlarm
    const MetricData = [{ MetricName, Dimensions: [...Dimensions], Value: 9, Timestamp: new Date(startAt) }]
    await client.send(new PutMetricDataCommand({ Namespace, MetricData }))
    await clock.advance(minute)
    const { MetricAlarms, CompositeAlarms } = await client.send(
      new DescribeAlarmsCommand({ AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }),
    )
    expect(MetricAlarms).toEqual([
      expect.objectContaining({
        ...anAlarm,
        StateValue: 'ALARM',
        StateTransitionedTimestamp: new Date(startAt + minute),
      }),
    ])
    expect(CompositeAlarms).toEqual([expect.objectContaining({ AlarmName: 'any', StateValue: 'ALARM' })])
    const history = await client.send(new DescribeAlarmHistoryCommand({ HistoryItemType: 'StateUpdate' }))
    expect(history.AlarmHistoryItems?.map((item) => item.HistorySummary)).toEqual([
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
    ])
  })

  it('gets the errors that AWS throws', async () => {
    const { client } = await start({ settings })
    const refusal = (answer: Promise<object>) =>
      answer.catch((error: unknown) => (error instanceof Error ? error.name : error))
    const names = [
      await refusal(
        client.send(new PutMetricDataCommand({ Namespace: 'AWS/EC2', MetricData: [{ MetricName: 'm', Value: 1 }] })),
      ),
      await refusal(client.send(new DeleteAlarmsCommand({ AlarmNames: ['gone'] }))),
      await refusal(client.send(new SetAlarmStateCommand({ AlarmName: 'gone', StateValue: 'OK', StateReason: 'x' }))),
      await refusal(client.send(new DescribeAlarmsCommand({ NextToken: 'mine' }))),
      await refusal(client.send(new PutMetricAlarmCommand({ ...anAlarm, ExtendedStatistic: 'p99' }))),
      await refusal(client.send(new PutDashboardCommand({ DashboardName: 'd', DashboardBody: '{}' }))),
    ]
    expect(names).toEqual([
      'InvalidParameterValueException',
      'ResourceNotFound',
      'ResourceNotFound',
      'InvalidNextToken',
      'InvalidParameterCombinationException',
      'NotImplemented',
    ])
  })
})

it('has its alarms back after a kill', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cloudwatch-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const first = await start({ dataDir: createDataDir(directory) })
  await first.client.send(new PutMetricAlarmCommand(anAlarm))
  const described = await first.client.send(new DescribeAlarmsCommand({}))
  // Nothing is closed or flushed: the second one has only what the answered calls left on the disk.
  const second = await start({ dataDir: createDataDir(directory), clock: first.clock })
  const again = await second.client.send(new DescribeAlarmsCommand({}))
  expect(again.MetricAlarms).toEqual(described.MetricAlarms)
  expect(again.MetricAlarms?.length).toBe(1)
})

/** AWS CLIs on this machine, by real path: the distribution's speaks Query, newer ones JSON or CBOR. */
const commandLines = [
  ...new Set(
    ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)]
      .map((directory) => join(directory, 'aws'))
      .filter((path) => existsSync(path))
      .map((path) => realpathSync(path)),
  ),
]

if (commandLines.length === 0)
  it('works with the command line', (context) => context.skip('there is no AWS CLI on this machine'))

describe.each(commandLines)('the command line %s', (path) => {
  it('publishes, queries, raises an alarm and reads it', { timeout: 120_000 }, async () => {
    const { server, clock, startAt } = await start()
    const instant = (at: number) => new Date(at).toISOString()
    const env = { ...process.env, AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any', AWS_PAGER: '' }
    const common = ['--endpoint-url', server.url, '--region', 'eu-west-1', '--output', 'json']
    const aws = async (...args: string[]): Promise<Record<string, unknown>> => {
      const { stdout } = await run(path, ['cloudwatch', ...args, ...common], { env, timeout: 60_000 })
      return stdout.trim() === '' ? {} : JSON.parse(stdout)
    }
    const metricData = `MetricName=Errors,Value=9,Timestamp=${instant(startAt)},Dimensions=[{Name=Side,Value=green}]`
    await aws('put-metric-data', '--namespace', 'Shop', '--metric-data', metricData)
    const alarm = ['--alarm-name', 'errors', '--namespace', 'Shop', '--metric-name', 'Errors', '--statistic', 'Sum']
    const limit = ['--period', '60', '--evaluation-periods', '1', '--threshold', '5']
    const dimensions = ['--dimensions', 'Name=Side,Value=green']
    await aws('put-metric-alarm', ...alarm, ...limit, ...dimensions, '--comparison-operator', 'GreaterThanThreshold')
    await clock.advance(minute)
    const query = {
      Id: 'e',
      MetricStat: {
        Metric: { Namespace: 'Shop', MetricName: 'Errors', Dimensions: [{ Name: 'Side', Value: 'green' }] },
        Period: 60,
        Stat: 'Sum',
      },
    }
    const range = ['--start-time', instant(startAt), '--end-time', instant(startAt + minute)]
    const data = await aws('get-metric-data', '--metric-data-queries', JSON.stringify([query]), ...range)
    expect(data.MetricDataResults).toMatchObject([{ Id: 'e', Label: 'Errors', Values: [9], StatusCode: 'Complete' }])
    expect(await aws('describe-alarms', '--alarm-names', 'errors', 'gone')).toMatchObject({
      MetricAlarms: [{ AlarmName: 'errors', StateValue: 'ALARM', Threshold: 5, Dimensions: [{ Value: 'green' }] }],
    })
    const drill = ['--alarm-name', 'gone', '--state-value', 'OK', '--state-reason', 'drill']
    await expect(aws('set-alarm-state', ...drill)).rejects.toThrow(/ResourceNotFound/)
  })
})
