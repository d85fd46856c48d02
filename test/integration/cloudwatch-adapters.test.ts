import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch'
import { expect, it, onTestFinished } from 'vitest'
import { createCloudWatch } from '../../local/aws/cloudwatch/cloudwatch.ts'
import { createManualClock, type ManualClock } from '../../local/clock.ts'
import {
  createCloudWatchAlarmSource,
  createDescribeAlarms,
  toAlarmSource,
} from '../../shared/adapters/cloudwatch/alarm-source.ts'
import {
  createCloudWatchHealthCheckSource,
  toHealthCheckSource,
} from '../../shared/adapters/cloudwatch/health-check-source.ts'
import { createMetricPagesReader } from '../../shared/adapters/cloudwatch/metric-data.ts'
import { createCloudWatchMetricsSource, toMetricsSource } from '../../shared/adapters/cloudwatch/metrics-source.ts'
import { createSharedDescribeAlarms } from '../../shared/adapters/cloudwatch/shared-alarms.ts'
import { createSharedMetricDataReader } from '../../shared/adapters/cloudwatch/shared-metric-data.ts'
import { toDimensions } from '../../shared/adapters/cloudwatch/side-metrics.ts'
import type { AlarmSource } from '../../shared/ports/alarm-source.ts'
import type { HealthCheckSource } from '../../shared/ports/health-check-source.ts'
import type { MetricsSource } from '../../shared/ports/metrics-source.ts'
import { describeAlarmSource } from '../contract/alarm-source.ts'
import { type CheckedWorld, describeHealthCheckSource } from '../contract/health-check-source.ts'
import { describeMetricsSource, type MeasuredWorld, type Traffic } from '../contract/metrics-source.ts'
import { albArns } from '../support/alb.ts'
import { clientSettings, startAwsEndpoint } from '../support/aws-endpoint.ts'

/** CloudWatch of the rehearsal cloud behind real HTTP, on a clock that stands still. Stopped after the test. */
async function startCloudWatch() {
  const clock = createManualClock()
  const cloudWatch = createCloudWatch({ clock })
  const server = await startAwsEndpoint({ clock, services: [cloudWatch.service] })
  const client = new CloudWatchClient(clientSettings(server))
  onTestFinished(() => {
    client.destroy()
    cloudWatch.close()
  })
  return { clock, cloudWatch, client, server }
}

/** As the check reads: what several ask for goes in one call. */
const readTogether = (client: CloudWatchClient) =>
  createSharedMetricDataReader(createMetricPagesReader(() => client, 10_000))

describeMetricsSource('CloudWatch', () =>
  startMeasured((client, clock) => createCloudWatchMetricsSource(() => client, clock)),
)
describeMetricsSource('CloudWatch asked by many', () =>
  startMeasured((client, clock) => toMetricsSource(readTogether(client), clock)),
)

async function startMeasured(make: (client: CloudWatchClient, clock: ManualClock) => MetricsSource) {
  const { clock, cloudWatch, client } = await startCloudWatch()
  const world: MeasuredWorld = {
    clock,
    metrics: make(client, clock),
    record(targetGroupArn, atMs, traffic) {
      const pairs = toDimensions({ targetGroupArn, loadBalancerArn: albArns.loadBalancer })
      const dimensions = Object.fromEntries(pairs.map(({ Name, Value }) => [Name, Value]))
      for (const { metricName, values, counts } of toMetrics(traffic))
        cloudWatch.metrics.record({
          namespace: 'AWS/ApplicationELB',
          metricName,
          dimensions,
          unit: metricName === 'TargetResponseTime' ? 'Seconds' : 'Count',
          at: atMs,
          values,
          counts,
        })
    },
    recordCalls(version, atMs, { requests, errors = 0, ...rest }) {
      const alias = { FunctionName: 'checkout', Resource: 'checkout:live' }
      const times = responseTimes({ requests, ...rest })
      const metrics = [
        { metricName: 'Invocations', values: [1], counts: [requests] },
        { metricName: 'Errors', values: [1], counts: [errors] },
        { metricName: 'Duration', values: times.values.map((seconds) => seconds * 1000), counts: times.counts },
      ].filter(({ counts }) => counts.some((count) => count > 0))
      for (const { metricName, values, counts } of metrics)
        cloudWatch.metrics.record({
          namespace: 'AWS/Lambda',
          metricName,
          dimensions: version === null ? alias : { ...alias, ExecutedVersion: version },
          unit: metricName === 'Duration' ? 'Milliseconds' : 'Count',
          at: atMs,
          values,
          counts,
        })
    },
    // It does metric math itself.
    define: () => undefined,
    async put({ namespace, metricName, dimensions }, atMs, value) {
      const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }))
      const datum = {
        MetricName: metricName,
        Dimensions,
        Timestamp: new Date(atMs),
        Value: value,
        StorageResolution: 1,
      }
      await client.send(new PutMetricDataCommand({ Namespace: namespace, MetricData: [datum] }))
    },
  }
  return world
}

/** As a load balancer reports: one value for each count, and errors only where there are some. */
function toMetrics(traffic: Traffic) {
  const { requests, errors = 0 } = traffic
  const failed = errors > 1 ? { target5xx: errors - 1, connection: 1 } : { target5xx: errors, connection: 0 }
  return [
    { metricName: 'RequestCount', values: [1], counts: [requests] },
    { metricName: 'HTTPCode_Target_5XX_Count', values: [1], counts: [failed.target5xx] },
    { metricName: 'TargetConnectionErrorCount', values: [1], counts: [failed.connection] },
    { metricName: 'TargetResponseTime', ...responseTimes(traffic) },
  ].filter(({ counts }) => counts.some((count) => count > 0))
}

function responseTimes({ requests, latencySeconds, slow }: Traffic) {
  if (slow !== undefined) return { values: [0.1, 10], counts: [requests - slow, slow] }
  return { values: [latencySeconds ?? 0], counts: [latencySeconds === undefined ? 0 : requests] }
}

describeHealthCheckSource('CloudWatch', () =>
  startChecked((client, clock) => createCloudWatchHealthCheckSource(() => client, clock)),
)
describeHealthCheckSource('CloudWatch asked by many', () =>
  startChecked((client, clock) => toHealthCheckSource(readTogether(client), clock)),
)

async function startChecked(make: (client: CloudWatchClient, clock: ManualClock) => HealthCheckSource) {
  const { clock, cloudWatch, client } = await startCloudWatch()
  const world: CheckedWorld = {
    clock,
    healthChecks: make(client, clock),
    report: (id, atMs, state) =>
      cloudWatch.metrics.record({
        namespace: 'AWS/Route53',
        metricName: 'HealthCheckStatus',
        dimensions: { HealthCheckId: id },
        unit: 'None',
        at: atMs,
        values: [state === 'healthy' ? 1 : 0],
        counts: [1],
      }),
  }
  return world
}

describeAlarmSource('CloudWatch', () => startAlarmed((client) => createCloudWatchAlarmSource(client)))
describeAlarmSource('CloudWatch asked by many', () =>
  startAlarmed((client) => {
    const describe = createSharedDescribeAlarms(createDescribeAlarms(client, 10_000), (call) => call())
    return toAlarmSource(client, 10_000, describe)
  }),
)

async function startAlarmed(make: (client: CloudWatchClient) => AlarmSource) {
  const { clock, client } = await startCloudWatch()
  const setState = async (StateValue: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA') => {
    await client.send(new SetAlarmStateCommand({ AlarmName: 'web-5xx', StateValue, StateReason: 'told to' }))
  }
  await client.send(
    new PutMetricAlarmCommand({
      AlarmName: 'web-5xx',
      Namespace: 'Test',
      MetricName: 'errors',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 2,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      // Nothing is measured here: the state stays what the test set.
      TreatMissingData: 'ignore',
    }),
  )
  await setState('OK')
  return { alarms: make(client), clock, setState }
}

it('is refused more calls in a second than AWS takes, which the client repeats later', async () => {
  const { server, cloudWatch } = await startCloudWatch()
  const hasty = new CloudWatchClient({ ...clientSettings(server), maxAttempts: 1 })
  onTestFinished(() => hasty.destroy())
  const asked = await Promise.allSettled(Array.from({ length: 12 }, () => hasty.send(new DescribeAlarmsCommand({}))))
  const refused = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason.name] : []))
  expect(refused.length).toBeGreaterThanOrEqual(1)
  expect(new Set(refused)).toEqual(new Set(['Throttling']))
  expect(cloudWatch.throttled).toEqual({ DescribeAlarms: refused.length })
})
