import { randomUUID } from 'node:crypto'
import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch'
import type { Alarm, AlarmState, MetricAlarmSettings } from './alarm.ts'
import { toAlarmTimestamp } from './alarm-reason.ts'
import { fromDimensions } from './metric-identity.ts'

/** The event EventBridge delivers when an alarm changes its state: "CloudWatch Alarm State Change". */
export interface AlarmStateChangeEvent {
  readonly version: '0'
  readonly id: string
  readonly 'detail-type': 'CloudWatch Alarm State Change'
  readonly source: 'aws.cloudwatch'
  readonly account: string
  /** Local time, ISO 8601 in UTC, whole seconds. */
  readonly time: string
  readonly region: string
  /** The alarm's ARN. */
  readonly resources: readonly string[]
  readonly detail: {
    readonly alarmName: string
    readonly state: EventState
    readonly previousState: EventState
    readonly configuration: Readonly<Record<string, unknown>>
  }
}

interface EventState {
  readonly value: string
  readonly reason: string
  readonly reasonData?: string
  readonly timestamp: string
}

/** @see Amazon CloudWatch User Guide, Alarm events and EventBridge */
export function toStateChangeEvent(alarm: Alarm, before: AlarmState, after: AlarmState): AlarmStateChangeEvent {
  const [, , , region = '', account = ''] = alarm.arn.split(':')
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'CloudWatch Alarm State Change',
    source: 'aws.cloudwatch',
    account,
    time: `${new Date(after.updatedAt).toISOString().slice(0, 19)}Z`,
    region,
    resources: [alarm.arn],
    detail: {
      alarmName: alarm.name,
      state: toEventState(after),
      previousState: toEventState(before),
      configuration: {
        ...(alarm.settings.AlarmDescription !== undefined && { description: alarm.settings.AlarmDescription }),
        ...(alarm.kind === 'composite' ? { alarmRule: alarm.settings.AlarmRule } : { metrics: metricsOf(alarm) }),
      },
    },
  }
}

function toEventState({ value, reason, reasonData, updatedAt }: AlarmState): EventState {
  return { value, reason, ...(reasonData !== undefined && { reasonData }), timestamp: toAlarmTimestamp(updatedAt) }
}

function metricsOf({ settings, name }: { readonly settings: MetricAlarmSettings; readonly name: string }) {
  if (settings.Metrics?.length) return settings.Metrics.map(toEventMetric)
  const { Namespace, MetricName, Dimensions, Period, Statistic, ExtendedStatistic } = settings
  const Metric = { Namespace, MetricName, ...(Dimensions && { Dimensions }) }
  return [toEventMetric({ Id: name, MetricStat: { Metric, Period, Stat: Statistic ?? ExtendedStatistic } })]
}

function toEventMetric({ Id: id, Expression: expression, Label: label, MetricStat, ReturnData }: MetricDataQuery) {
  return {
    id,
    ...(expression !== undefined && { expression }),
    ...(label !== undefined && { label }),
    ...(MetricStat && {
      metricStat: {
        metric: {
          namespace: MetricStat.Metric?.Namespace,
          name: MetricStat.Metric?.MetricName,
          dimensions: fromDimensions(MetricStat.Metric?.Dimensions, 'Dimensions'),
        },
        period: MetricStat.Period,
        stat: MetricStat.Stat,
      },
    }),
    returnData: ReturnData ?? true,
  }
}
