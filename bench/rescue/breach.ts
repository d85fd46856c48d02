import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
} from '@aws-sdk/client-cloudwatch'
import { toDimensions } from '../../shared/adapters/cloudwatch/side-metrics.ts'
import type { GroupOfTargets } from '../../shared/ports/metrics-source.ts'

/** Tells since when CloudWatch shows that the canary is bad, local milliseconds; null while it does not. */
export type LookForBreach = () => Promise<number | null>

const minuteMs = 60_000

/**
 * Looks with GetMetricData for a minute of the canary that is bad all through. A datapoint shows first in part: it counts
 * from when it shows whole and moves no more, by the last look before, so never too late.
 *
 * @param badFromMs - Since when the canary is bad, local milliseconds.
 * @param now - Local time.
 */
export function watchMetric(
  client: CloudWatchClient,
  { group, badFromMs, now }: { group: GroupOfTargets; badFromMs: number; now: () => number },
): LookForBreach {
  const from = Math.ceil(badFromMs / minuteMs) * minuteMs
  let last = 0
  let changedAt: number | null = null
  let lookedAt = badFromMs
  return async () => {
    const before = lookedAt
    lookedAt = now()
    const { MetricDataResults } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(from),
        EndTime: new Date(from + minuteMs),
        MetricDataQueries: [
          {
            Id: 'errors',
            MetricStat: {
              Metric: {
                Namespace: 'AWS/ApplicationELB',
                MetricName: 'HTTPCode_Target_5XX_Count',
                Dimensions: toDimensions(group),
              },
              Period: 60,
              Stat: 'Sum',
            },
          },
        ],
      }),
    )
    const shown = MetricDataResults?.[0]?.Values?.[0] ?? 0
    if (shown !== last) changedAt = before
    last = shown
    return changedAt
  }
}

/** Makes an alarm on the canary's errors in a minute; with `composite` the one to look at is a composite alarm over it. */
export async function putAlarm(
  client: CloudWatchClient,
  { group, composite }: { readonly group: GroupOfTargets; readonly composite: boolean },
): Promise<string> {
  await client.send(
    new PutMetricAlarmCommand({
      AlarmName: 'canary-errors',
      Namespace: 'AWS/ApplicationELB',
      MetricName: 'HTTPCode_Target_5XX_Count',
      Dimensions: toDimensions(group),
      ...{ Period: 60, EvaluationPeriods: 1, Statistic: 'Sum', Threshold: 0 },
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    }),
  )
  if (!composite) return 'canary-errors'
  await client.send(new PutCompositeAlarmCommand({ AlarmName: 'canary-bad', AlarmRule: 'ALARM("canary-errors")' }))
  return 'canary-bad'
}

/** Looks with DescribeAlarms for the instant at which the alarm went to ALARM, by CloudWatch's own time stamp. */
export function watchAlarm(client: CloudWatchClient, name: string): LookForBreach {
  return async () => {
    const { MetricAlarms = [], CompositeAlarms = [] } = await client.send(
      new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }),
    )
    const alarm = [...MetricAlarms, ...CompositeAlarms][0]
    if (alarm?.StateValue !== 'ALARM') return null
    return (alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp)?.getTime() ?? null
  }
}
