import type { DescribeAlarmsOutput } from '@aws-sdk/client-cloudwatch'
import type { AlarmConfiguration } from '@aws-sdk/client-codedeploy'
import { AwsError, type AwsService } from '../service.ts'

/** What CodeDeploy asks of CloudWatch. */
export interface AlarmStates {
  /** State values by name; an alarm that does not exist is absent. @throws {AwsError} As DescribeAlarms. */
  read(names: readonly string[]): Promise<Readonly<Record<string, string>>>
}

/** Asks by the operation that a client of the endpoint reaches. */
export function createAlarmStates(service: Pick<AwsService, 'operations'>): AlarmStates {
  return {
    async read(names) {
      const operation = service.operations.DescribeAlarms
      if (!operation) throw new Error('the local CloudWatch has no DescribeAlarms')
      const input = { AlarmNames: [...names], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }
      // The operation's own schema says what it gives.
      const output = (await operation.handle(input, {
        requestId: 'codedeploy',
        region: 'us-east-1',
      })) as DescribeAlarmsOutput
      const alarms = [...(output.MetricAlarms ?? []), ...(output.CompositeAlarms ?? [])]
      return Object.fromEntries(alarms.map(({ AlarmName = '', StateValue = '' }) => [AlarmName, StateValue]))
    },
  }
}

/** Why alarms stop a deployment; undefined when they do not. */
export type AlarmVerdict = { readonly code: 'ALARM_ACTIVE'; readonly message: string } | undefined

/** Looks at the alarms of a deployment. Without `ignorePollAlarmFailure`, not knowing is reason enough to stop. */
export async function judgeAlarms(
  states: AlarmStates,
  configuration: AlarmConfiguration | undefined,
): Promise<AlarmVerdict> {
  const names = (configuration?.alarms ?? []).flatMap(({ name }) => name ?? [])
  if (!configuration?.enabled || names.length === 0) return undefined
  const unknown = (reason: string): AlarmVerdict =>
    configuration.ignorePollAlarmFailure
      ? undefined
      : { code: 'ALARM_ACTIVE', message: `The state of the alarms could not be retrieved from CloudWatch: ${reason}` }
  let found: Readonly<Record<string, string>>
  try {
    found = await states.read(names)
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return unknown(error.message)
  }
  const active = names.filter((name) => found[name] === 'ALARM')
  if (active.length > 0) return { code: 'ALARM_ACTIVE', message: activated(active) }
  const missing = names.filter((name) => found[name] === undefined)
  return missing.length > 0 ? unknown(`there is no alarm ${missing.join(', ')}`) : undefined
}

function activated(names: readonly string[]): string {
  return (
    'One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected ' +
    `deployments have been stopped. Activated alarms: ${names.map((name) => `<${name}>`).join(' ')}`
  )
}
