import type { PutCompositeAlarmInput } from '@aws-sdk/client-cloudwatch'
import type { CompositeAlarmSettings } from './alarm.ts'
import { alarmsIn, parseAlarmRule } from './alarm-rule.ts'
import { missingParameter, notImplemented, validationError } from './faults.ts'
import { checkActions, checkAlarmName } from './put-metric-alarm.ts'

/**
 * Checks what PutCompositeAlarm is given and returns what the alarm keeps.
 *
 * @param exists - Whether there is an alarm of that name: a rule names existing alarms only.
 * @throws {AwsError} ValidationError for a wrong rule; naming the parameter otherwise. Action suppression is not
 *   implemented: the rehearsal cloud runs no alarm actions.
 * @see API reference, PutCompositeAlarm
 */
export function checkCompositeAlarm(
  input: PutCompositeAlarmInput,
  exists: (name: string) => boolean,
): CompositeAlarmSettings {
  const { AlarmName, Tags, ...settings } = input
  checkAlarmName(AlarmName)
  checkActions(settings)
  const members = [
    'ActionsSuppressor',
    'ActionsSuppressorWaitPeriod',
    'ActionsSuppressorExtensionPeriod',
    'ActionConfiguration',
  ] as const
  for (const member of members) if (settings[member] !== undefined) throw notImplemented(`The parameter ${member}`)
  if (!settings.AlarmRule) throw missingParameter('AlarmRule')
  const children = alarmsIn(parseAlarmRule(settings.AlarmRule))
  if (children.length > 100) throw validationError(`An AlarmRule refers to at most 100 alarms, not ${children.length}.`)
  const unknown = children.filter((name) => !exists(name))
  if (unknown.length > 0)
    throw validationError(`The AlarmRule refers to alarms that do not exist: ${unknown.join(', ')}.`)
  return settings
}
