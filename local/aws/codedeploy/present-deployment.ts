import type { DeploymentInfo, DeploymentOverview, TargetStatus } from '@aws-sdk/client-codedeploy'
import { currentEvent } from './lifecycle.ts'
import { type DeploymentRecord, isFinal, type TargetRecord } from './records.ts'

/** A deployment as GetDeployment shows it: lifecycle events and weights are its targets'. */
export function showDeployment(deployment: DeploymentRecord): DeploymentInfo {
  const { settings, status, rollback, error, waitingSince, options } = deployment
  return {
    applicationName: deployment.applicationName,
    deploymentGroupName: deployment.groupName,
    deploymentConfigName: deployment.configName,
    deploymentId: deployment.id,
    ...(deployment.previousRevision && { previousRevision: deployment.previousRevision }),
    ...(deployment.revision && { revision: deployment.revision }),
    status,
    ...(error && { errorInformation: error }),
    createTime: new Date(deployment.createdAt),
    ...(deployment.startedAt !== undefined && { startTime: new Date(deployment.startedAt) }),
    ...(deployment.completedAt !== undefined && { completeTime: new Date(deployment.completedAt) }),
    deploymentOverview: overviewOf(deployment),
    ...(deployment.description !== undefined && { description: deployment.description }),
    creator: deployment.creator,
    ignoreApplicationStopFailures: options.ignoreApplicationStopFailures ?? false,
    ...(deployment.autoRollback && { autoRollbackConfiguration: deployment.autoRollback }),
    updateOutdatedInstancesOnly: options.updateOutdatedInstancesOnly ?? false,
    ...(rollback && { rollbackInfo: rollback }),
    deploymentStyle: settings.deploymentStyle,
    instanceTerminationWaitTimeStarted: waitingSince !== undefined && status !== 'Ready',
    ...(settings.blueGreenDeploymentConfiguration && {
      blueGreenDeploymentConfiguration: settings.blueGreenDeploymentConfiguration,
    }),
    ...(settings.loadBalancerInfo && { loadBalancerInfo: settings.loadBalancerInfo }),
    fileExistsBehavior: options.fileExistsBehavior ?? 'DISALLOW',
    deploymentStatusMessages: [],
    computePlatform: deployment.platform,
    ...(options.overrideAlarmConfiguration && { overrideAlarmConfiguration: options.overrideAlarmConfiguration }),
  }
}

export function targetStatus(deployment: DeploymentRecord, { events }: TargetRecord): TargetStatus {
  const has = (...statuses: readonly string[]) => events.some(({ status }) => statuses.includes(status))
  if (!has('Pending', 'InProgress', 'Failed', 'Skipped')) return 'Succeeded'
  if (!has('Pending', 'InProgress', 'Failed', 'Succeeded')) return 'Skipped'
  if (isFinal(deployment)) return 'Failed'
  if (deployment.status === 'Ready') return 'Ready'
  return currentEvent(events)?.status === 'Pending' && !has('Succeeded') ? 'Pending' : 'InProgress'
}

function overviewOf(deployment: DeploymentRecord): DeploymentOverview {
  const statuses = deployment.targets.map((target) => targetStatus(deployment, target))
  const count = (status: TargetStatus) => statuses.filter((one) => one === status).length
  return {
    Pending: count('Pending'),
    InProgress: count('InProgress'),
    Succeeded: count('Succeeded'),
    Failed: count('Failed'),
    Skipped: count('Skipped'),
    Ready: count('Ready'),
  }
}
