import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch'
import { describe, expect, it } from 'vitest'
import { aRehearsedCloudWatch } from '../../../../support/rehearsed-cloudwatch.ts'

const minute = 60_000
const dimensions = { LoadBalancer: 'app/web/1', TargetGroup: 'targetgroup/green/2' }

function anAlarm(over: Partial<PutMetricAlarmInput> = {}): PutMetricAlarmInput {
  return {
    AlarmName: 'web-5xx',
    Namespace: 'Shop',
    MetricName: 'Errors',
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 5,
    ComparisonOperator: 'GreaterThanThreshold',
    ...over,
  }
}

function aCloud() {
  const cloud = aRehearsedCloudWatch()
  const publish = (value: number, over: object = {}) =>
    cloud.call('PutMetricData', { Namespace: 'Shop', MetricData: [{ MetricName: 'Errors', Value: value, ...over }] })
  const only = () => {
    const [alarm, ...others] = cloud.call('DescribeAlarms', {}).MetricAlarms ?? []
    if (!alarm || others.length > 0) throw new Error('expected exactly one alarm')
    return alarm
  }
  return { ...cloud, publish, only }
}

describe('a metric alarm', () => {
  it('starts without data and is judged at the next full minute', async () => {
    const { call, publish, clock, only, states, startAt } = aCloud()
    await clock.advance(10_000)
    call('PutMetricAlarm', anAlarm({ AlarmDescription: 'too many errors' }))
    expect(only()).toMatchObject({
      AlarmName: 'web-5xx',
      AlarmArn: 'arn:aws:cloudwatch:eu-west-1:000000000000:alarm:web-5xx',
      AlarmDescription: 'too many errors',
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Unchecked: Initial alarm creation',
      ActionsEnabled: true,
      AlarmActions: [],
      StateTransitionedTimestamp: new Date(startAt + 10_000),
    })
    publish(6)
    await clock.advance(49_999)
    expect(states()).toEqual({ 'web-5xx': 'INSUFFICIENT_DATA' })
    await clock.advance(1)
    const reasonData = JSON.parse(only().StateReasonData ?? '')
    expect(only()).toMatchObject({
      StateValue: 'ALARM',
      StateReason:
        'Threshold Crossed: 1 out of the last 1 datapoints [6.0 (01/01/26 00:00:00)] was greater than the threshold (5.0) ' +
        '(minimum 1 datapoint for OK -> ALARM transition).',
      StateUpdatedTimestamp: new Date(startAt + minute),
      StateTransitionedTimestamp: new Date(startAt + minute),
    })
    expect(reasonData).toEqual({
      version: '1.0',
      queryDate: '2026-01-01T00:01:00.000+0000',
      startDate: '2026-01-01T00:00:00.000+0000',
      statistic: 'Sum',
      period: 60,
      recentDatapoints: [6],
      threshold: 5,
      evaluatedDatapoints: [{ timestamp: '2026-01-01T00:00:00.000+0000', sampleCount: 1, value: 6 }],
    })
  })

  it('recovers minutes after the last sparse error', async () => {
    const { call, publish, clock, states } = aCloud()
    call('PutMetricAlarm', anAlarm({ TreatMissingData: 'notBreaching' }))
    publish(6)
    const seen: (string | undefined)[] = []
    for (let at = 1; at <= 6; at++) {
      await clock.advance(minute)
      seen.push(states()['web-5xx'])
    }
    expect(seen).toEqual(['ALARM', 'ALARM', 'ALARM', 'ALARM', 'ALARM', 'OK'])
  })

  it('sees metrics of the cloud only once they have arrived', async () => {
    const { call, clock, cloudWatch, states, startAt } = aCloud()
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }))
    const metric = { Namespace: 'AWS/ApplicationELB', MetricName: 'HTTPCode_Target_5XX_Count', Dimensions }
    call('PutMetricAlarm', anAlarm({ ...metric, Threshold: 8 }))
    cloudWatch.metrics.record({
      namespace: 'AWS/ApplicationELB',
      metricName: 'HTTPCode_Target_5XX_Count',
      dimensions,
      unit: 'Count',
      at: startAt,
      values: [1],
      counts: [10],
    })
    await clock.advance(minute)
    expect(states()).toEqual({ 'web-5xx': 'INSUFFICIENT_DATA' })
    await clock.advance(minute)
    expect(states()).toEqual({ 'web-5xx': 'OK' })
    await clock.advance(minute)
    expect(states()).toEqual({ 'web-5xx': 'ALARM' })
  })

  it('needs M of N points', async () => {
    const { call, publish, clock, states } = aCloud()
    call('PutMetricAlarm', anAlarm({ EvaluationPeriods: 3, DatapointsToAlarm: 2 }))
    const seen: (string | undefined)[] = []
    for (const value of [0, 9, 0, 9, 0, 0]) {
      publish(value)
      await clock.advance(minute)
      seen.push(states()['web-5xx'])
    }
    expect(seen).toEqual(['OK', 'OK', 'OK', 'ALARM', 'OK', 'OK'])
  })

  it('is judged every ten seconds at high resolution', async () => {
    const { call, publish, clock, states } = aCloud()
    call('PutMetricAlarm', anAlarm({ Period: 10 }))
    publish(6, { StorageResolution: 1 })
    await clock.advance(10_000)
    expect(states()).toEqual({ 'web-5xx': 'ALARM' })
    publish(0, { StorageResolution: 1 })
    await clock.advance(10_000)
    expect(states()).toEqual({ 'web-5xx': 'OK' })
  })

  it('keeps its state while a percentile has too few samples, if told so', async () => {
    const { call, clock, states } = aCloud()
    const p99 = { ExtendedStatistic: 'p99', Threshold: 1, MetricName: 'Latency' }
    const { Statistic, ...rest } = anAlarm(p99)
    call('PutMetricAlarm', { ...rest, AlarmName: 'ignoring', EvaluateLowSampleCountPercentile: 'ignore' })
    call('PutMetricAlarm', { ...rest, AlarmName: 'evaluating' })
    const publish = (count: number) => {
      const MetricData = [{ MetricName: 'Latency', Values: [2], Counts: [count] }]
      call('PutMetricData', { Namespace: 'Shop', MetricData })
    }
    publish(999)
    await clock.advance(minute)
    expect(states()).toEqual({ ignoring: 'INSUFFICIENT_DATA', evaluating: 'ALARM' })
    publish(1000)
    await clock.advance(minute)
    expect(states()).toEqual({ ignoring: 'ALARM', evaluating: 'ALARM' })
  })

  it('watches the result of metric math', async () => {
    const { call, clock, publish, only } = aCloud()
    const stat = (MetricName: string) => ({ Metric: { Namespace: 'Shop', MetricName }, Period: 60, Stat: 'Sum' })
    call('PutMetricAlarm', {
      AlarmName: 'rate',
      EvaluationPeriods: 1,
      Threshold: 0.1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Metrics: [
        { Id: 'rate', Expression: 'FILL(e, 0) / r' },
        { Id: 'e', MetricStat: stat('Errors'), ReturnData: false },
        { Id: 'r', MetricStat: stat('Requests'), ReturnData: false },
      ],
    })
    publish(40, { MetricName: 'Requests' })
    await clock.advance(minute)
    expect(only().StateValue).toBe('OK')
    publish(40, { MetricName: 'Requests' })
    publish(4)
    await clock.advance(minute)
    expect(only()).toMatchObject({
      StateValue: 'ALARM',
      StateReason: expect.stringContaining('[0.1 (01/01/26 00:01:00)]'),
    })
  })

  it('keeps its state when it is changed, and its tags', async () => {
    const { call, clock, publish, only } = aCloud()
    call('PutMetricAlarm', anAlarm({ Tags: [{ Key: 'team', Value: 'web' }] }))
    publish(6)
    await clock.advance(minute)
    call('PutMetricAlarm', anAlarm({ Threshold: 100, Tags: [{ Key: 'team', Value: 'other' }] }))
    expect(only()).toMatchObject({ StateValue: 'ALARM', Threshold: 100 })
    const ResourceARN = only().AlarmArn
    expect(call('ListTagsForResource', { ResourceARN }).Tags).toEqual([{ Key: 'team', Value: 'web' }])
    call('TagResource', { ResourceARN, Tags: [{ Key: 'tier', Value: '1' }] })
    call('UntagResource', { ResourceARN, TagKeys: ['team'] })
    expect(call('ListTagsForResource', { ResourceARN }).Tags).toEqual([{ Key: 'tier', Value: '1' }])
    await clock.advance(minute)
    expect(only().StateValue).toBe('OK')
  })

  it.each([
    [
      'breaching',
      'ALARM',
      'no datapoints were received for 1 period and 1 missing datapoint was treated as [Breaching]',
    ],
    [
      'notBreaching',
      'OK',
      'no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching]',
    ],
  ])('tells that missing data counts as %s', async (TreatMissingData, state, words) => {
    const { call, clock, only } = aCloud()
    call('PutMetricAlarm', anAlarm({ TreatMissingData }))
    await clock.advance(minute)
    expect(only()).toMatchObject({ StateValue: state, StateReason: `Threshold Crossed: ${words}.` })
  })
})

describe('SetAlarmState', () => {
  it('holds until the next evaluation says otherwise', async () => {
    const { call, clock, publish, only, events } = aCloud()
    call('PutMetricAlarm', anAlarm())
    publish(0)
    await clock.advance(minute)
    const set = { AlarmName: 'web-5xx', StateValue: 'ALARM', StateReason: 'drill' } as const
    call('SetAlarmState', { ...set, StateReasonData: '{"by":"me"}' })
    expect(only()).toMatchObject({ StateValue: 'ALARM', StateReason: 'drill', StateReasonData: '{"by":"me"}' })
    await clock.advance(minute)
    expect(only().StateValue).toBe('OK')
    expect(events.map(({ detail }) => [detail.previousState.value, detail.state.value])).toEqual([
      ['INSUFFICIENT_DATA', 'OK'],
      ['OK', 'ALARM'],
      ['ALARM', 'OK'],
    ])
  })

  it('updates but does not transition when the state is the same', async () => {
    const { call, clock, only, startAt } = aCloud()
    call('PutMetricAlarm', anAlarm())
    await clock.advance(1000)
    call('SetAlarmState', { AlarmName: 'web-5xx', StateValue: 'INSUFFICIENT_DATA', StateReason: 'drill' })
    expect(only()).toMatchObject({
      StateUpdatedTimestamp: new Date(startAt + 1000),
      StateTransitionedTimestamp: new Date(startAt),
    })
  })

  it.each([
    [{ AlarmName: 'none', StateValue: 'OK', StateReason: '' }, 'ResourceNotFound'],
    [{ AlarmName: 'web-5xx', StateValue: 'RED', StateReason: '' }, 'InvalidParameterValue'],
    [{ AlarmName: 'web-5xx', StateValue: 'OK', StateReason: '', StateReasonData: '{' }, 'InvalidFormat'],
  ])('refuses %j with %s', (input, code) => {
    const { call } = aCloud()
    call('PutMetricAlarm', anAlarm())
    expect(() => call('SetAlarmState', input as never)).toThrow(expect.objectContaining({ code }))
  })
})

it('tells of a change as EventBridge does', async () => {
  const { call, clock, publish, events } = aCloud()
  call('PutMetricAlarm', anAlarm({ AlarmDescription: 'why', Dimensions: [] }))
  publish(6)
  await clock.advance(minute)
  expect(events).toEqual([
    {
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'detail-type': 'CloudWatch Alarm State Change',
      source: 'aws.cloudwatch',
      account: '000000000000',
      time: '2026-01-01T00:01:00Z',
      region: 'eu-west-1',
      resources: ['arn:aws:cloudwatch:eu-west-1:000000000000:alarm:web-5xx'],
      detail: {
        alarmName: 'web-5xx',
        state: {
          value: 'ALARM',
          reason: expect.stringMatching(/^Threshold Crossed/),
          reasonData: expect.stringContaining('"threshold":5'),
          timestamp: '2026-01-01T00:01:00.000+0000',
        },
        previousState: {
          value: 'INSUFFICIENT_DATA',
          reason: 'Unchecked: Initial alarm creation',
          timestamp: '2026-01-01T00:00:00.000+0000',
        },
        configuration: {
          description: 'why',
          metrics: [
            {
              id: 'web-5xx',
              metricStat: { metric: { namespace: 'Shop', name: 'Errors', dimensions: {} }, period: 60, stat: 'Sum' },
              returnData: true,
            },
          ],
        },
      },
    },
  ])
})

it('goes on after a listener that throws', async () => {
  const reported: unknown[] = []
  const { call, clock, cloudWatch, states, events } = aRehearsedCloudWatch({
    reportError: (error) => reported.push(error),
  })
  const failure = new Error('listener')
  cloudWatch.onAlarmStateChange(() => {
    throw failure
  })
  for (const AlarmName of ['a', 'b']) call('PutMetricAlarm', anAlarm({ AlarmName, TreatMissingData: 'breaching' }))
  await clock.advance(minute)
  expect(states()).toEqual({ a: 'ALARM', b: 'ALARM' })
  expect(events.length).toBe(2)
  expect(reported).toEqual([failure, failure])
})

describe('a composite alarm', () => {
  const children = (call: ReturnType<typeof aCloud>['call']) => {
    for (const AlarmName of ['a', 'b']) call('PutMetricAlarm', anAlarm({ AlarmName, TreatMissingData: 'ignore' }))
  }
  const set = (call: ReturnType<typeof aCloud>['call'], AlarmName: string, StateValue: 'OK' | 'ALARM') =>
    call('SetAlarmState', { AlarmName, StateValue, StateReason: 'drill' })

  it('follows its children at once, through several levels', () => {
    const { call, states, events } = aCloud()
    children(call)
    call('PutCompositeAlarm', { AlarmName: 'both', AlarmRule: 'ALARM(a) AND ALARM(b)' })
    call('PutCompositeAlarm', { AlarmName: 'calm', AlarmRule: 'NOT ALARM(both)' })
    expect(states()).toEqual({ a: 'INSUFFICIENT_DATA', b: 'INSUFFICIENT_DATA', both: 'OK', calm: 'ALARM' })
    set(call, 'a', 'ALARM')
    set(call, 'b', 'ALARM')
    expect(states()).toEqual({ a: 'ALARM', b: 'ALARM', both: 'ALARM', calm: 'OK' })
    expect(events.map(({ detail }) => detail.alarmName)).toEqual(['both', 'calm', 'a', 'b', 'both', 'calm'])
    const [both] =
      call('DescribeAlarms', { AlarmTypes: ['CompositeAlarm'], AlarmNames: ['both'] }).CompositeAlarms ?? []
    expect(both?.StateReason).toBe(
      'arn:aws:cloudwatch:eu-west-1:000000000000:alarm:b transitioned to ALARM at Thursday 01 January, 2026 00:00:00 UTC',
    )
  })

  it('names existing alarms only and protects them from deletion', () => {
    const { call, states } = aCloud()
    children(call)
    expect(() => call('PutCompositeAlarm', { AlarmName: 'x', AlarmRule: 'ALARM(a) OR ALARM(gone)' })).toThrow(/gone/)
    call('PutCompositeAlarm', { AlarmName: 'x', AlarmRule: 'ALARM(a)' })
    expect(() => call('DeleteAlarms', { AlarmNames: ['b', 'a'] })).toThrow(/composite alarm x depends on it/)
    expect(Object.keys(states())).toEqual(['a', 'b', 'x'])
    call('DeleteAlarms', { AlarmNames: ['a', 'x'] })
    expect(Object.keys(states())).toEqual(['b'])
  })

  it('is not judged in a cycle', () => {
    const { call, states } = aCloud()
    children(call)
    call('PutCompositeAlarm', { AlarmName: 'x', AlarmRule: 'ALARM(a)' })
    call('PutCompositeAlarm', { AlarmName: 'y', AlarmRule: 'ALARM(x)' })
    call('PutCompositeAlarm', { AlarmName: 'x', AlarmRule: 'ALARM(a) OR ALARM(y)' })
    set(call, 'a', 'ALARM')
    expect(states()).toMatchObject({ a: 'ALARM', x: 'OK', y: 'OK' })
    expect(() => call('DeleteAlarms', { AlarmNames: ['x'] })).toThrow(/depends on it/)
  })
})

describe('DescribeAlarms', () => {
  function withAlarms() {
    const cloud = aCloud()
    for (const AlarmName of ['web-1', 'web-2', 'db']) cloud.call('PutMetricAlarm', anAlarm({ AlarmName }))
    cloud.call('PutCompositeAlarm', { AlarmName: 'web', AlarmRule: 'ALARM("web-1") OR ALARM("web-2")' })
    cloud.call('SetAlarmState', { AlarmName: 'web-2', StateValue: 'OK', StateReason: 'x' })
    return cloud
  }
  const both = ['MetricAlarm', 'CompositeAlarm'] as const
  it.each([
    ['metric alarms only, unless asked', {}, ['db', 'web-1', 'web-2'], []],
    ['both kinds', { AlarmTypes: [...both] }, ['db', 'web-1', 'web-2'], ['web']],
    ['composite ones', { AlarmTypes: ['CompositeAlarm' as const] }, [], ['web']],
    ['names that exist', { AlarmNames: ['web-1', 'gone', 'web'] }, ['web-1'], []],
    ['by prefix', { AlarmNamePrefix: 'web-' }, ['web-1', 'web-2'], []],
    ['by state', { StateValue: 'OK' as const, AlarmTypes: [...both] }, ['web-2'], ['web']],
    ['children', { ChildrenOfAlarmName: 'web' }, ['web-1', 'web-2'], []],
    ['parents', { ParentsOfAlarmName: 'web-1' }, [], ['web']],
  ])('answers %s', (_, input, metric, composite) => {
    const { MetricAlarms = [], CompositeAlarms = [] } = withAlarms().call('DescribeAlarms', input)
    expect(MetricAlarms.map(({ AlarmName }) => AlarmName)).toEqual(metric)
    expect(CompositeAlarms.map(({ AlarmName }) => AlarmName)).toEqual(composite)
  })

  it('is paged', () => {
    const { call } = withAlarms()
    const first = call('DescribeAlarms', { MaxRecords: 2 })
    const second = call('DescribeAlarms', { MaxRecords: 2, NextToken: first.NextToken })
    expect([first, second].map((page) => page.MetricAlarms?.map(({ AlarmName }) => AlarmName))).toEqual([
      ['db', 'web-1'],
      ['web-2'],
    ])
    expect(second.NextToken).toBeUndefined()
    expect(() => call('DescribeAlarms', { NextToken: 'mine' })).toThrow(
      expect.objectContaining({ code: 'InvalidNextToken' }),
    )
  })

  it('finds alarms by their metric', () => {
    const { call } = withAlarms()
    call('PutMetricAlarm', anAlarm({ AlarmName: 'green', Dimensions: [{ Name: 'Side', Value: 'green' }] }))
    const found = call('DescribeAlarmsForMetric', {
      Namespace: 'Shop',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'Side', Value: 'green' }],
    })
    expect(found.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['green'])
  })

  it('shows whether actions are enabled', () => {
    const { call } = withAlarms()
    call('DisableAlarmActions', { AlarmNames: ['db', 'web', 'gone'] })
    call('EnableAlarmActions', { AlarmNames: ['web'] })
    const { MetricAlarms, CompositeAlarms } = call('DescribeAlarms', { AlarmTypes: [...both] })
    expect(MetricAlarms?.map(({ ActionsEnabled }) => ActionsEnabled)).toEqual([false, true, true])
    expect(CompositeAlarms?.map(({ ActionsEnabled }) => ActionsEnabled)).toEqual([true])
  })
})

describe('DescribeAlarmHistory', () => {
  it('has what happened, newest first, in a window', async () => {
    const { call, clock, publish, startAt } = aCloud()
    call('PutMetricAlarm', anAlarm())
    for (const value of [6, 0]) {
      publish(value)
      await clock.advance(minute)
    }
    call('DeleteAlarms', { AlarmNames: ['web-5xx'] })
    const summaries = (over: object) =>
      call('DescribeAlarmHistory', { AlarmName: 'web-5xx', ...over }).AlarmHistoryItems?.map(
        (item) => item.HistorySummary,
      )
    expect(summaries({})).toEqual([
      'Alarm "web-5xx" deleted',
      'Alarm updated from ALARM to OK',
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
      'Alarm "web-5xx" created',
    ])
    const since = { StartDate: new Date(startAt + 1), EndDate: new Date(startAt + minute) }
    expect(summaries(since)).toEqual(['Alarm updated from INSUFFICIENT_DATA to ALARM'])
    expect(summaries({ HistoryItemType: 'StateUpdate', ScanBy: 'TimestampAscending', MaxRecords: 1 })).toEqual([
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
    ])
    expect(summaries({ AlarmName: 'other' })).toEqual([])
    const [item] = call('DescribeAlarmHistory', since).AlarmHistoryItems ?? []
    expect(item).toMatchObject({ AlarmType: 'MetricAlarm', Timestamp: new Date(startAt + minute) })
    expect(JSON.parse(item?.HistoryData ?? '')).toEqual({
      version: '1.0',
      oldState: { stateValue: 'INSUFFICIENT_DATA', stateReason: 'Unchecked: Initial alarm creation' },
      newState: {
        stateValue: 'ALARM',
        stateReason: expect.stringMatching(/^Threshold Crossed/),
        stateReasonData: expect.objectContaining({ recentDatapoints: [6] }),
      },
    })
  })

  it('is paged and has composite alarms when asked', () => {
    const { call } = aCloud()
    for (const AlarmName of ['a', 'b', 'c']) call('PutMetricAlarm', anAlarm({ AlarmName }))
    call('PutCompositeAlarm', { AlarmName: 'x', AlarmRule: 'TRUE' })
    const first = call('DescribeAlarmHistory', { MaxRecords: 2 })
    const second = call('DescribeAlarmHistory', { MaxRecords: 2, NextToken: first.NextToken })
    const names = [first, second].map((page) => page.AlarmHistoryItems?.map(({ AlarmName }) => AlarmName))
    expect(names).toEqual([['c', 'b'], ['a']])
    const composite = call('DescribeAlarmHistory', { AlarmTypes: ['CompositeAlarm'] })
    expect(composite.AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary)).toEqual([
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
      'Alarm "x" created',
    ])
  })
})

describe('an alarm that is refused', () => {
  const math = { EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' as const }
  const stat = { Metric: { Namespace: 'Shop', MetricName: 'Errors' }, Period: 60, Stat: 'Sum' }
  it.each<[Partial<PutMetricAlarmInput>, string, RegExp]>([
    [{ Period: 15 }, 'InvalidParameterValue', /Period/],
    [{ Period: 60, EvaluationPeriods: 1441 }, 'ValidationError', /86400/],
    [{ EvaluationPeriods: 2, DatapointsToAlarm: 3 }, 'ValidationError', /DatapointsToAlarm/],
    [{ ExtendedStatistic: 'p99' }, 'InvalidParameterCombination', /Exactly one/],
    [{ Threshold: undefined }, 'MissingParameter', /Threshold/],
    [{ ComparisonOperator: 'GreaterThanUpperThreshold' }, 'ValidationError', /not implemented/],
    [{ TreatMissingData: 'maybe' }, 'ValidationError', /TreatMissingData/],
    [{ ThresholdMetricId: 'ad1' }, 'ValidationError', /ThresholdMetricId is not implemented/],
    [{ Metrics: [{ Id: 'm1', MetricStat: stat }] }, 'InvalidParameterCombination', /mutually exclusive/],
  ])('%j', (over, code, message) => {
    const { call } = aCloud()
    expect(() => call('PutMetricAlarm', anAlarm(over))).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    )
  })

  it.each<[PutMetricAlarmInput['Metrics'], RegExp]>([
    [
      [
        { Id: 'm1', MetricStat: stat },
        { Id: 'm2', MetricStat: stat },
      ],
      /Exactly one element/,
    ],
    [
      [
        { Id: 'e1', Expression: 'm9 + 1' },
        { Id: 'm1', MetricStat: stat, ReturnData: false },
      ],
      /'m9'/,
    ],
    [
      [
        { Id: 'e1', Expression: 'e1 + m1' },
        { Id: 'm1', MetricStat: stat, ReturnData: false },
      ],
      /refers to itself/,
    ],
    [
      [
        { Id: 'e1', Expression: 'SUM(m1)' },
        { Id: 'm1', MetricStat: stat, ReturnData: false },
      ],
      /time series/,
    ],
    [[{ Id: 'e1', Expression: 'TIME_SERIES(1)' }], /at least one MetricStat/],
  ])('%j', (Metrics, message) => {
    const { call } = aCloud()
    expect(() => call('PutMetricAlarm', { AlarmName: 'x', ...math, Metrics })).toThrow(
      expect.objectContaining({ code: 'ValidationError', message: expect.stringMatching(message) }),
    )
  })
})

it('comes back from what was saved and goes on', async () => {
  const first = aCloud()
  first.call('PutMetricAlarm', anAlarm())
  first.call('PutCompositeAlarm', { AlarmName: 'x', AlarmRule: 'ALARM("web-5xx")' })
  first.publish(6)
  await first.clock.advance(minute)
  const second = aRehearsedCloudWatch({ clock: first.clock })
  const copy = (value: unknown) => JSON.parse(JSON.stringify(value))
  await second.cloudWatch.service.state?.load(copy(first.cloudWatch.service.state?.save()))
  await second.cloudWatch.metricsState.load(copy(first.cloudWatch.metricsState.save()))
  const all = { AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] } as const
  expect(second.call('DescribeAlarms', { AlarmTypes: [...all.AlarmTypes] })).toEqual(
    first.call('DescribeAlarms', { AlarmTypes: [...all.AlarmTypes] }),
  )
  expect(second.call('DescribeAlarmHistory', {})).toEqual(first.call('DescribeAlarmHistory', {}))
  second.call('PutMetricData', { Namespace: 'Shop', MetricData: [{ MetricName: 'Errors', Value: 0 }] })
  await first.clock.advance(minute)
  expect(second.states()).toEqual({ 'web-5xx': 'OK', x: 'OK' })
  await second.cloudWatch.service.state?.reset()
  expect(second.states()).toEqual({})
})
