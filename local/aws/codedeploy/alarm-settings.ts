import type { AlarmConfiguration, AutoRollbackConfiguration } from '@aws-sdk/client-codedeploy'
import { checkOneOf, refuse } from './check.ts'

/** @see CodeDeploy user guide, "Limits": alarms in a deployment group */
const MOST_ALARMS = 10

/** @throws {AwsError} `AlarmsLimitExceededException` above 10; `InvalidAlarmConfigException` for none, a long name, or one twice. */
export function checkAlarms(given: AlarmConfiguration): AlarmConfiguration {
  const { enabled = false, ignorePollAlarmFailure = false, alarms = [] } = given
  const invalid = (message: string) => refuse('InvalidAlarmConfigException', message)
  if (alarms.length > MOST_ALARMS) {
    refuse('AlarmsLimitExceededException', `A deployment group can have at most ${MOST_ALARMS} alarms`)
  }
  if (enabled && alarms.length === 0) invalid('The alarm configuration is enabled, but the alarm list is empty')
  const names = alarms.map(({ name = '' }) => name)
  const wrong = names.find((name) => name === '' || name.length > 255)
  if (wrong !== undefined) invalid('The name of an alarm has 1 to 255 characters')
  if (new Set(names).size < names.length) invalid('The alarm names are not unique')
  return { enabled, ignorePollAlarmFailure, alarms }
}

/** @throws {AwsError} `InvalidAutoRollbackConfigException` when enabled without events, or with one that does not exist. */
export function checkAutoRollback(given: AutoRollbackConfiguration): AutoRollbackConfiguration {
  const { enabled = false, events = [] } = given
  const code = 'InvalidAutoRollbackConfigException'
  if (enabled && events.length === 0) refuse(code, 'Automatic rollback is enabled, but its events are not listed')
  const known = ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'] as const
  return { enabled, events: events.map((event) => checkOneOf(code, 'event', event, known)) }
}
