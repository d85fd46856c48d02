import type * as sdk from '@aws-sdk/client-codedeploy'
import { checkAlarms, checkAutoRollback } from './alarm-settings.ts'
import { checkOneOf, refuse } from './check.ts'
import { checkConfigFits } from './group-settings.ts'
import { activeDeployment, getConfig, getGroup, lastSuccess } from './lookup.ts'
import type { DeploymentOptions, DeploymentRecord, GroupRecord } from './records.ts'
import { checkRevision } from './revision.ts'
import type { RegionStore } from './store.ts'
import { stepsOf } from './traffic-steps.ts'

const LONGEST_DESCRIPTION = 256

/**
 * Builds a deployment from what CreateDeployment was given. There is no client token: the same call twice is two
 * deployments, or the second is refused because the first is still active.
 *
 * @throws {AwsError} In the words of CreateDeployment's errors.
 */
export function buildDeployment(
  store: RegionStore,
  input: sdk.CreateDeploymentInput,
  at: { readonly id: string; readonly region: string; readonly now: number },
): DeploymentRecord {
  const group = getGroup(store, input.applicationName, input.deploymentGroupName)
  if ((input.description ?? '').length > LONGEST_DESCRIPTION) {
    refuse('DescriptionTooLongException', `The description is longer than ${LONGEST_DESCRIPTION} characters`)
  }
  const configName = input.deploymentConfigName ?? group.settings.deploymentConfigName
  const config = getConfig(store, configName)
  checkConfigFits(group.platform, config, configName)
  const previousRevision = lastSuccess(store, group.id)?.revision
  const revision = checkRevision(group.platform, revisionOf(group, input, previousRevision))
  const autoRollback = input.autoRollbackConfiguration
    ? checkAutoRollback(input.autoRollbackConfiguration)
    : group.settings.autoRollbackConfiguration
  const options = checkOptions(group, input)
  const alarms = options.overrideAlarmConfiguration ?? group.settings.alarmConfiguration
  const active = activeDeployment(store, group.id)
  if (active) {
    const message = `The Deployment Group '${group.name}' already has an active Deployment '${active.id}'`
    refuse('DeploymentLimitExceededException', message)
  }
  return {
    id: at.id,
    region: at.region,
    applicationName: group.applicationName,
    groupId: group.id,
    groupName: group.name,
    platform: group.platform,
    configName,
    steps: stepsOf(config.routing),
    settings: group.settings,
    revision,
    ...(previousRevision && { previousRevision }),
    ...(input.description !== undefined && { description: input.description }),
    creator: 'user',
    options,
    ...(autoRollback && { autoRollback }),
    ...(alarms && { alarms }),
    status: 'Created',
    createdAt: at.now,
    percent: 0,
    targets: [],
    released: [],
  }
}

/** A restart of instances names no revision: it takes the last one that succeeded. */
function revisionOf(
  group: GroupRecord,
  input: sdk.CreateDeploymentInput,
  previous: sdk.RevisionLocation | undefined,
): sdk.RevisionLocation | undefined {
  if (input.deploymentMode === undefined || input.deploymentMode === 'STANDARD') return input.revision
  checkOneOf('InvalidInputException', 'deploymentMode', input.deploymentMode, ['STANDARD', 'RESTART'])
  if (group.platform !== 'Server') refuse('InvalidInputException', `RESTART is not for ${group.platform}`)
  if (input.revision) refuse('InvalidInputException', 'RESTART takes no revision')
  return previous
}

function checkOptions(group: GroupRecord, input: sdk.CreateDeploymentInput): DeploymentOptions {
  const { ignoreApplicationStopFailures, updateOutdatedInstancesOnly, fileExistsBehavior, targetInstances } = input
  const { overrideAlarmConfiguration: alarms } = input
  if (group.platform !== 'Server') {
    const only = `is only for instances, not for ${group.platform}`
    if (ignoreApplicationStopFailures) {
      refuse('InvalidIgnoreApplicationStopFailuresValueException', `ignoreApplicationStopFailures ${only}`)
    }
    if (updateOutdatedInstancesOnly) {
      refuse('InvalidUpdateOutdatedInstancesOnlyValueException', `updateOutdatedInstancesOnly ${only}`)
    }
  }
  if (targetInstances) {
    refuse('InvalidTargetInstancesException', 'targetInstances is for blue/green deployments to instances')
  }
  const behaviours = ['DISALLOW', 'OVERWRITE', 'RETAIN'] as const
  return {
    ...(ignoreApplicationStopFailures !== undefined && { ignoreApplicationStopFailures }),
    ...(updateOutdatedInstancesOnly !== undefined && { updateOutdatedInstancesOnly }),
    ...(fileExistsBehavior !== undefined && {
      fileExistsBehavior: checkOneOf(
        'InvalidFileExistsBehaviorException',
        'fileExistsBehavior',
        fileExistsBehavior,
        behaviours,
      ),
    }),
    ...(alarms && { overrideAlarmConfiguration: checkAlarms(alarms) }),
  }
}
