import type {
  CompositeAlarm,
  DescribeAlarmsForMetricInput,
  DescribeAlarmsForMetricOutput,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  MetricAlarm,
} from '@aws-sdk/client-cloudwatch'
import { type Alarm, toCompositeAlarm, toMetricAlarm } from './alarm.ts'
import { childrenOf, parentsOf } from './composite-alarms.ts'
import { invalidCombination, invalidValue, resourceNotFound, validationError } from './faults.ts'
import { fromMetric, metricKey } from './metric-identity.ts'
import { pageOf } from './page.ts'

/**
 * Answers DescribeAlarms. Names that do not exist are simply absent, and composite alarms are when `AlarmTypes` does not
 * ask for them.
 *
 * @throws {AwsError} InvalidParameterCombination for names with a prefix; for children or parents with anything else.
 * @see API reference, DescribeAlarms
 */
export function describeAlarms(input: DescribeAlarmsInput, alarms: readonly Alarm[]): DescribeAlarmsOutput {
  if (input.AlarmNames?.length && input.AlarmNamePrefix !== undefined)
    throw invalidCombination('The parameters AlarmNames and AlarmNamePrefix are mutually exclusive.')
  if (input.AlarmNames && input.AlarmNames.length > 100)
    throw invalidValue('The collection AlarmNames must not have a size greater than 100.')
  const relatives = input.ChildrenOfAlarmName !== undefined || input.ParentsOfAlarmName !== undefined
  const found = relatives ? relativesOf(input, alarms) : alarms.filter((alarm) => matches(alarm, input))
  const { items, nextToken } = pageOf(found, { token: input.NextToken, size: input.MaxRecords ?? 50, maxSize: 100 })
  return {
    MetricAlarms: items.flatMap((alarm) => {
      if (alarm.kind !== 'metric') return []
      return [relatives ? shortForm(toMetricAlarm(alarm)) : toMetricAlarm(alarm)]
    }),
    CompositeAlarms: items.flatMap((alarm) => {
      if (alarm.kind !== 'composite') return []
      return [relatives ? shortForm(toCompositeAlarm(alarm)) : toCompositeAlarm(alarm)]
    }),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  }
}

function matches(alarm: Alarm, input: DescribeAlarmsInput): boolean {
  const types: readonly string[] = input.AlarmTypes?.length ? input.AlarmTypes : ['MetricAlarm']
  const { OKActions = [], AlarmActions = [], InsufficientDataActions = [] } = alarm.settings
  const { AlarmNames: names, AlarmNamePrefix: prefix, ActionPrefix: actionPrefix } = input
  return (
    types.includes(alarm.kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm') &&
    (!names?.length || names.includes(alarm.name)) &&
    (prefix === undefined || alarm.name.startsWith(prefix)) &&
    (input.StateValue === undefined || input.StateValue === alarm.state.value) &&
    (actionPrefix === undefined ||
      [...OKActions, ...AlarmActions, ...InsufficientDataActions].some((action) => action.startsWith(actionPrefix)))
  )
}

function relativesOf(input: DescribeAlarmsInput, alarms: readonly Alarm[]): readonly Alarm[] {
  const { ChildrenOfAlarmName: parent, ParentsOfAlarmName: child, MaxRecords, NextToken, ...rest } = input
  const others = Object.entries(rest).filter(
    ([, value]) => value !== undefined && (!Array.isArray(value) || value.length),
  )
  if (others.length > 0 || (parent !== undefined && child !== undefined))
    throw validationError('ChildrenOfAlarmName and ParentsOfAlarmName take no other filter beside them.')
  if (child !== undefined) return parentsOf(child, alarms)
  const composite = alarms.find((alarm) => alarm.name === parent)
  if (!composite) throw resourceNotFound(`The alarm ${parent} does not exist.`)
  if (composite.kind !== 'composite') throw validationError(`The alarm ${parent} is no composite alarm.`)
  const children = childrenOf(composite)
  return alarms.filter((alarm) => children.includes(alarm.name))
}

/** For relatives AWS answers names and states only. */
function shortForm({ AlarmName, AlarmArn, StateValue, StateUpdatedTimestamp }: MetricAlarm | CompositeAlarm) {
  return { AlarmName, AlarmArn, StateValue, StateUpdatedTimestamp }
}

/** Answers DescribeAlarmsForMetric: metric alarms on exactly that metric; not those on metric math. */
export function describeAlarmsForMetric(
  input: DescribeAlarmsForMetricInput,
  alarms: readonly Alarm[],
): DescribeAlarmsForMetricOutput {
  const wanted = metricKey(fromMetric(input, 'DescribeAlarmsForMetric'))
  const agrees = (asked: unknown, has: unknown) => asked === undefined || asked === has
  return {
    MetricAlarms: alarms.flatMap((alarm) => {
      if (alarm.kind !== 'metric' || alarm.settings.MetricName === undefined) return []
      const { settings } = alarm
      const fits =
        metricKey(fromMetric(settings, 'Alarm')) === wanted &&
        agrees(input.Statistic, settings.Statistic) &&
        agrees(input.ExtendedStatistic, settings.ExtendedStatistic) &&
        agrees(input.Period, settings.Period) &&
        agrees(input.Unit, settings.Unit)
      return fits ? [toMetricAlarm(alarm)] : []
    }),
  }
}
