import type * as sdk from '@aws-sdk/client-cloudwatch'
import { onTestFinished } from 'vitest'
import type { AlarmStateChangeEvent } from '../../local/aws/cloudwatch/alarm-event.ts'
import { type CloudWatchOptions, createCloudWatch } from '../../local/aws/cloudwatch/cloudwatch.ts'
import { createManualClock } from '../../local/clock.ts'

interface Calls {
  PutMetricData: [sdk.PutMetricDataInput, object]
  GetMetricData: [sdk.GetMetricDataInput, sdk.GetMetricDataOutput]
  GetMetricStatistics: [sdk.GetMetricStatisticsInput, sdk.GetMetricStatisticsOutput]
  ListMetrics: [sdk.ListMetricsInput, sdk.ListMetricsOutput]
  PutMetricAlarm: [sdk.PutMetricAlarmInput, object]
  PutCompositeAlarm: [sdk.PutCompositeAlarmInput, object]
  DescribeAlarms: [sdk.DescribeAlarmsInput, sdk.DescribeAlarmsOutput]
  DescribeAlarmsForMetric: [sdk.DescribeAlarmsForMetricInput, sdk.DescribeAlarmsForMetricOutput]
  DescribeAlarmHistory: [sdk.DescribeAlarmHistoryInput, sdk.DescribeAlarmHistoryOutput]
  SetAlarmState: [sdk.SetAlarmStateInput, object]
  DeleteAlarms: [sdk.DeleteAlarmsInput, object]
  EnableAlarmActions: [sdk.EnableAlarmActionsInput, object]
  DisableAlarmActions: [sdk.DisableAlarmActionsInput, object]
  TagResource: [sdk.TagResourceInput, object]
  UntagResource: [sdk.UntagResourceInput, object]
  ListTagsForResource: [sdk.ListTagsForResourceInput, sdk.ListTagsForResourceOutput]
}

/** The CloudWatch of the rehearsal cloud on a manual clock, called without a socket. Stopped after the test. */
export function aRehearsedCloudWatch(options: Partial<CloudWatchOptions> = {}) {
  const clock = createManualClock()
  const cloudWatch = createCloudWatch({ clock, ...options })
  onTestFinished(() => cloudWatch.close())
  const events: AlarmStateChangeEvent[] = []
  cloudWatch.onAlarmStateChange((event) => events.push(event))

  function call<Name extends keyof Calls>(name: Name, input: Calls[Name][0]): Calls[Name][1] {
    const operation = cloudWatch.service.operations[name]
    if (!operation) throw new Error(`there is no operation ${name}`)
    return operation.handle(input, { requestId: 'r', region: 'eu-west-1' }) as Calls[Name][1]
  }
  /** Name and state of every alarm. */
  function states(): Record<string, string | undefined> {
    const { MetricAlarms = [], CompositeAlarms = [] } = call('DescribeAlarms', {
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
    })
    return Object.fromEntries([...MetricAlarms, ...CompositeAlarms].map((alarm) => [alarm.AlarmName, alarm.StateValue]))
  }
  return { clock, cloudWatch, events, call, states, startAt: clock.now() }
}
