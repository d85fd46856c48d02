import * as sdk from '@aws-sdk/client-cloudwatch'
import { AwsError, type AwsOperation, operation } from '../service.ts'
import type { Alarm } from './alarm.ts'
import type { Alarms } from './alarms.ts'
import { describeAlarms, describeAlarmsForMetric } from './describe-alarms.ts'
import { invalidValue, missingParameter, validationError } from './faults.ts'
import { checkCompositeAlarm } from './put-composite-alarm.ts'
import { checkAlarmName, checkMetricAlarm } from './put-metric-alarm.ts'

const states: readonly string[] = Object.values(sdk.StateValue)

/** The operations on alarms. @param accountId - For the ARNs. */
export function alarmOperations(alarms: Alarms, accountId: string): Record<string, AwsOperation> {
  const arnOf = (name: string, region: string) => `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`
  return {
    PutMetricAlarm: operation<sdk.PutMetricAlarmCommandInput, sdk.PutMetricAlarmCommandOutput>(
      sdk.PutMetricAlarm$,
      true,
      (input, { region }) => {
        const settings = checkMetricAlarm(input)
        const name = checkAlarmName(input.AlarmName)
        alarms.put({ kind: 'metric', name, arn: arnOf(name, region), settings, tags: toTags(input.Tags) })
        return {}
      },
    ),
    PutCompositeAlarm: operation<sdk.PutCompositeAlarmCommandInput, sdk.PutCompositeAlarmCommandOutput>(
      sdk.PutCompositeAlarm$,
      true,
      (input, { region }) => {
        const name = checkAlarmName(input.AlarmName)
        // A rule may name its own alarm when that exists: a cycle, which is allowed and stops its evaluation.
        const settings = checkCompositeAlarm(input, (child) => alarms.find(child) !== undefined)
        alarms.put({ kind: 'composite', name, arn: arnOf(name, region), settings, tags: toTags(input.Tags) })
        return {}
      },
    ),
    DescribeAlarms: operation<sdk.DescribeAlarmsCommandInput, sdk.DescribeAlarmsCommandOutput>(
      sdk.DescribeAlarms$,
      false,
      (input) => describeAlarms(input, alarms.all()),
    ),
    DescribeAlarmsForMetric: operation<
      sdk.DescribeAlarmsForMetricCommandInput,
      sdk.DescribeAlarmsForMetricCommandOutput
    >(sdk.DescribeAlarmsForMetric$, false, (input) => describeAlarmsForMetric(input, alarms.all())),
    DescribeAlarmHistory: operation<sdk.DescribeAlarmHistoryCommandInput, sdk.DescribeAlarmHistoryCommandOutput>(
      sdk.DescribeAlarmHistory$,
      false,
      (input) => alarms.history.describe(input),
    ),
    SetAlarmState: operation<sdk.SetAlarmStateCommandInput, sdk.SetAlarmStateCommandOutput>(
      sdk.SetAlarmState$,
      true,
      (input) => {
        setAlarmState(input, alarms)
        return {}
      },
    ),
    DeleteAlarms: operation<sdk.DeleteAlarmsCommandInput, sdk.DeleteAlarmsCommandOutput>(
      sdk.DeleteAlarms$,
      true,
      ({ AlarmNames: names = [] }) => {
        if (names.length > 100) throw invalidValue('The collection AlarmNames must not have a size greater than 100.')
        alarms.remove([...new Set(names)])
        return {}
      },
    ),
    EnableAlarmActions: operation<sdk.EnableAlarmActionsCommandInput, sdk.EnableAlarmActionsCommandOutput>(
      sdk.EnableAlarmActions$,
      true,
      (input) => setActionsEnabled(alarms, input.AlarmNames, true),
    ),
    DisableAlarmActions: operation<sdk.DisableAlarmActionsCommandInput, sdk.DisableAlarmActionsCommandOutput>(
      sdk.DisableAlarmActions$,
      true,
      (input) => setActionsEnabled(alarms, input.AlarmNames, false),
    ),
    ...tagOperations(alarms),
  }
}

function setAlarmState(input: sdk.SetAlarmStateInput, alarms: Alarms): void {
  const name = checkAlarmName(input.AlarmName)
  const { StateValue: value, StateReason: reason, StateReasonData: reasonData } = input
  if (!value || !states.includes(value))
    throw invalidValue(`The value ${value} for StateValue must be one of ${states}.`)
  if (reason === undefined) throw missingParameter('StateReason')
  if (reason.length > 1023) throw invalidValue('The parameter StateReason must have at most 1023 characters.')
  if (reasonData !== undefined && !isJson(reasonData))
    throw new AwsError('InvalidFormat', 'The parameter StateReasonData must be JSON.')
  alarms.setState(name, { value, reason, reasonData })
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Names that do not exist are passed over, as AWS does. */
function setActionsEnabled(
  alarms: Alarms,
  names: readonly string[] | undefined,
  enabled: boolean,
): Record<string, never> {
  for (const name of names ?? []) {
    if (!alarms.find(name)) continue
    alarms.change(name, (alarm) => withActionsEnabled(alarm, enabled))
  }
  return {}
}

function withActionsEnabled(alarm: Alarm, ActionsEnabled: boolean): Alarm {
  return alarm.kind === 'metric'
    ? { ...alarm, settings: { ...alarm.settings, ActionsEnabled } }
    : { ...alarm, settings: { ...alarm.settings, ActionsEnabled } }
}

function tagOperations(alarms: Alarms): Record<string, AwsOperation> {
  const find = (arn: string | undefined): Alarm => {
    const alarm = alarms.all().find((one) => one.arn === arn)
    if (!alarm) throw new AwsError('ResourceNotFoundException', `No alarm has the ARN ${arn}.`, 404)
    return alarm
  }
  return {
    TagResource: operation<sdk.TagResourceCommandInput, sdk.TagResourceCommandOutput>(
      sdk.TagResource$,
      true,
      (input) => {
        const tags = { ...find(input.ResourceARN).tags, ...toTags(input.Tags) }
        if (Object.keys(tags).length > 50) throw validationError('A resource has at most 50 tags.')
        alarms.change(find(input.ResourceARN).name, (alarm) => ({ ...alarm, tags }))
        return {}
      },
    ),
    UntagResource: operation<sdk.UntagResourceCommandInput, sdk.UntagResourceCommandOutput>(
      sdk.UntagResource$,
      true,
      (input) => {
        const { name, tags } = find(input.ResourceARN)
        const kept = Object.fromEntries(Object.entries(tags).filter(([key]) => !input.TagKeys?.includes(key)))
        alarms.change(name, (alarm) => ({ ...alarm, tags: kept }))
        return {}
      },
    ),
    ListTagsForResource: operation<sdk.ListTagsForResourceCommandInput, sdk.ListTagsForResourceCommandOutput>(
      sdk.ListTagsForResource$,
      false,
      (input) => ({ Tags: Object.entries(find(input.ResourceARN).tags).map(([Key, Value]) => ({ Key, Value })) }),
    ),
  }
}

function toTags(tags: readonly sdk.Tag[] | undefined): Record<string, string> {
  if (tags && tags.length > 50) throw invalidValue('The collection Tags must not have a size greater than 50.')
  return Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]))
}
