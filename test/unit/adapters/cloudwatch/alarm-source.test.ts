import {
  type AlarmHistoryItem,
  CloudWatchClient,
  CloudWatchServiceException,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
} from '@aws-sdk/client-cloudwatch'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { createCloudWatchAlarmSource } from '../../../../shared/adapters/cloudwatch/alarm-source.ts'
import { TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'

const client = new CloudWatchClient({ region: 'eu-west-1' })
const cloudWatch = mockClient(client)
const alarms = createCloudWatchAlarmSource(client)
const types = ['MetricAlarm', 'CompositeAlarm']
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute))
const since = at(10).getTime()

const anAlarm = { AlarmName: 'web-5xx', StateValue: 'OK', Period: 60, EvaluationPeriods: 3 } as const

/** A change of state as CloudWatch records it. */
function aChange(minute: number, before: string, now: string, historyData?: string): AlarmHistoryItem {
  const data = { version: '1.0', oldState: { stateValue: before }, newState: { stateValue: now } }
  return {
    Timestamp: at(minute),
    HistoryItemType: 'StateUpdate',
    HistorySummary: `Alarm updated from ${before} to ${now}`,
    HistoryData: historyData ?? JSON.stringify(data),
  }
}

beforeEach(() => {
  cloudWatch.reset()
  cloudWatch.onAnyCommand().rejects(new Error('unexpected command'))
})

describe('states', () => {
  it('are asked of metric and composite alarms, and answered in the order asked', async () => {
    cloudWatch.on(DescribeAlarmsCommand).resolves({
      CompositeAlarms: [
        { AlarmName: 'all', AlarmRule: 'ALARM(x)', StateValue: 'ALARM', StateTransitionedTimestamp: at(3) },
      ],
      MetricAlarms: [{ ...anAlarm, StateTransitionedTimestamp: at(5), StateUpdatedTimestamp: at(9) }],
    })
    const nothing = { wentToAlarmAt: null, evaluationProblem: null }
    expect(await alarms.read(['web-5xx', 'gone', 'all'], null)).toEqual([
      { name: 'web-5xx', state: 'OK', changedAt: at(5).toISOString(), ...nothing, spanSeconds: 180 },
      { name: 'gone', state: 'missing', changedAt: null, ...nothing, spanSeconds: null },
      { name: 'all', state: 'ALARM', changedAt: at(3).toISOString(), ...nothing, spanSeconds: null },
    ])
    expect(cloudWatch.calls().map(({ args }) => args[0].input)).toEqual([
      { AlarmNames: ['web-5xx', 'gone', 'all'], AlarmTypes: types, MaxRecords: 100 },
    ])
  })

  it('are asked 100 names a call, each once, and paged to the end', async () => {
    const names = Array.from({ length: 101 }, (_, n) => `alarm-${n}`)
    cloudWatch
      .on(DescribeAlarmsCommand)
      .resolvesOnce({ MetricAlarms: [{ ...anAlarm, AlarmName: 'alarm-0' }], NextToken: 'more' })
      .resolvesOnce({ MetricAlarms: [{ ...anAlarm, AlarmName: 'alarm-99' }] })
      .resolvesOnce({ MetricAlarms: [{ ...anAlarm, AlarmName: 'alarm-100' }] })
    const readings = await alarms.read([...names, 'alarm-0'], null)
    expect(readings.filter(({ state }) => state === 'OK').map(({ name }) => name)).toEqual([
      'alarm-0',
      'alarm-99',
      'alarm-100',
      'alarm-0',
    ])
    const inputs = cloudWatch.commandCalls(DescribeAlarmsCommand).map(({ args }) => args[0].input)
    expect(inputs.map(({ AlarmNames, NextToken }) => [AlarmNames?.length, NextToken])).toEqual([
      [100, undefined],
      [100, 'more'],
      [1, undefined],
    ])
  })

  it('come with what CloudWatch could not evaluate', async () => {
    cloudWatch.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [{ ...anAlarm, EvaluationState: 'EVALUATION_ERROR', StateReason: 'no such metric' }],
    })
    const [reading] = await alarms.read(['web-5xx'], null)
    expect(reading?.evaluationProblem).toBe('CloudWatch reports EVALUATION_ERROR: no such metric')
  })

  it('know the span of an alarm on an expression', async () => {
    const metric = { MetricName: 'RequestCount', Namespace: 'AWS/ApplicationELB' }
    cloudWatch.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [
        {
          AlarmName: 'ratio',
          StateValue: 'OK',
          EvaluationPeriods: 2,
          Metrics: [
            { Id: 'e', Expression: 'a/b' },
            { Id: 'a', MetricStat: { Metric: metric, Period: 300, Stat: 'Sum' } },
          ],
        },
      ],
    })
    expect((await alarms.read(['ratio'], null))[0]?.spanSeconds).toBe(600)
  })
})

describe('changes to ALARM', () => {
  const found = (StateTransitionedTimestamp: Date, StateValue: 'OK' | 'ALARM' = 'OK') =>
    cloudWatch.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [{ ...anAlarm, StateValue, StateTransitionedTimestamp }],
    })
  const wentToAlarmAt = async () => (await alarms.read(['web-5xx'], since))[0]?.wentToAlarmAt

  it('are found though the alarm is OK again', async () => {
    found(at(20))
    cloudWatch
      .on(DescribeAlarmHistoryCommand)
      .resolvesOnce({ AlarmHistoryItems: [aChange(11, 'OK', 'INSUFFICIENT_DATA')], NextToken: 'more' })
      .resolvesOnce({ AlarmHistoryItems: [aChange(12, 'INSUFFICIENT_DATA', 'ALARM'), aChange(20, 'ALARM', 'OK')] })
    expect(await wentToAlarmAt()).toBe(at(12).toISOString())
    const asked = {
      AlarmName: 'web-5xx',
      AlarmTypes: types,
      HistoryItemType: 'StateUpdate',
      StartDate: at(10),
      ScanBy: 'TimestampAscending',
      MaxRecords: 100,
    }
    const inputs = cloudWatch.commandCalls(DescribeAlarmHistoryCommand).map(({ args }) => args[0].input)
    expect(inputs).toEqual([asked, { ...asked, NextToken: 'more' }])
  })

  it('are none where the state has not changed since, without a further call', async () => {
    found(at(9), 'ALARM')
    expect(await wentToAlarmAt()).toBeNull()
    expect(cloudWatch.commandCalls(DescribeAlarmHistoryCommand)).toHaveLength(0)
  })

  it('count at the very instant asked about, not before', async () => {
    found(at(10), 'ALARM')
    cloudWatch
      .on(DescribeAlarmHistoryCommand)
      .resolves({ AlarmHistoryItems: [aChange(9, 'OK', 'ALARM'), aChange(10, 'OK', 'ALARM')] })
    expect(await wentToAlarmAt()).toBe(at(10).toISOString())
  })

  it('are taken from the state while the history lags', async () => {
    found(at(12), 'ALARM')
    cloudWatch.on(DescribeAlarmHistoryCommand).resolves({ AlarmHistoryItems: [] })
    expect(await wentToAlarmAt()).toBe(at(12).toISOString())
  })

  it('are none when it only left ALARM or was evaluated anew', async () => {
    found(at(12))
    cloudWatch
      .on(DescribeAlarmHistoryCommand)
      .resolves({ AlarmHistoryItems: [aChange(11, 'ALARM', 'ALARM'), aChange(12, 'ALARM', 'OK')] })
    expect(await wentToAlarmAt()).toBeNull()
  })

  it('are read from the summary where the details are cut off', async () => {
    found(at(13))
    cloudWatch
      .on(DescribeAlarmHistoryCommand)
      .resolves({ AlarmHistoryItems: [aChange(11, 'ALARM', 'OK', '{"ver'), aChange(12, 'OK', 'ALARM', '{"ver')] })
    expect(await wentToAlarmAt()).toBe(at(12).toISOString())
  })
})

describe('a failing provider', () => {
  it.each([
    ['Throttling', TransientError],
    ['InternalServiceFault', TransientError],
    ['AccessDenied', UpstreamError],
  ])('is told at %s', async (name, expected) => {
    cloudWatch
      .on(DescribeAlarmsCommand)
      .rejects(new CloudWatchServiceException({ name, $fault: 'client', $metadata: { httpStatusCode: 400 } }))
    await expect(alarms.read(['web-5xx'], null)).rejects.toThrow(expected)
  })
})
