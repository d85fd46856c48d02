import type { DeploymentGroupInfo, LastDeploymentInfo } from '@aws-sdk/client-codedeploy'
import { deploymentsOf, lastSuccess } from './lookup.ts'
import type { DeploymentRecord, GroupRecord } from './records.ts'
import type { RegionStore } from './store.ts'

/** A group as GetDeploymentGroup shows it, with its last deployments. */
export function showGroup(store: RegionStore, group: GroupRecord): DeploymentGroupInfo {
  const { autoScalingGroups = [], ...settings } = group.settings
  const success = lastSuccess(store, group.id)
  const [attempt] = deploymentsOf(store, group.id)
  return {
    applicationName: group.applicationName,
    deploymentGroupId: group.id,
    deploymentGroupName: group.name,
    ec2TagFilters: [],
    onPremisesInstanceTagFilters: [],
    triggerConfigurations: [],
    outdatedInstancesStrategy: 'UPDATE',
    terminationHookEnabled: false,
    ...settings,
    autoScalingGroups: autoScalingGroups.map((name) => ({ name })),
    ...(success?.revision && { targetRevision: success.revision }),
    ...(success && { lastSuccessfulDeployment: showLast(success) }),
    ...(attempt && { lastAttemptedDeployment: showLast(attempt) }),
    computePlatform: group.platform,
  }
}

function showLast({ id, status, createdAt, completedAt }: DeploymentRecord): LastDeploymentInfo {
  return {
    deploymentId: id,
    status,
    createTime: new Date(createdAt),
    ...(completedAt !== undefined && { endTime: new Date(completedAt) }),
  }
}
