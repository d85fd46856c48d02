import type { DeploymentGroupInfo, DeploymentInfo } from '@aws-sdk/client-codedeploy'
import type { DeploymentGroupFacts, RunningDeployment } from '../../domain/route-facts.ts'
import { createdAtMs } from './deployment-reads.ts'

/** What a deployment group says about itself. */
export function toGroupFacts(
  group: DeploymentGroupInfo,
  found: Pick<DeploymentGroupFacts, 'moves' | 'running'>,
): DeploymentGroupFacts {
  const platform = group.computePlatform ?? 'Server'
  const { deploymentReadyOption: ready, terminateBlueInstancesOnDeploymentSuccess: blue } =
    group.blueGreenDeploymentConfiguration ?? {}
  const { alarmConfiguration: alarms, autoRollbackConfiguration: rollback } = group
  const terminates = platform === 'ECS' && blue?.action === 'TERMINATE'
  return {
    platform,
    deploymentConfigName: group.deploymentConfigName ?? '',
    testListenerArn: pairOf(group)?.testTrafficRoute?.listenerArns?.[0] ?? null,
    alarms: {
      enabled: alarms?.enabled ?? false,
      names: (alarms?.alarms ?? []).flatMap(({ name }) => name ?? []),
    },
    autoRollback: { enabled: rollback?.enabled ?? false, events: rollback?.events ?? [] },
    readyWaitMinutes: ready?.actionOnTimeout === 'STOP_DEPLOYMENT' ? (ready.waitTimeInMinutes ?? 0) : null,
    terminationWaitMinutes: terminates ? (blue.terminationWaitTimeInMinutes ?? 0) : 0,
    ...found,
  }
}

/** The two target groups of an ECS group and its listeners; CodeDeploy takes one pair a group. */
export function pairOf(group: DeploymentGroupInfo) {
  return group.loadBalancerInfo?.targetGroupPairInfoList?.[0]
}

export function toRunning(info: DeploymentInfo): RunningDeployment {
  return {
    deploymentId: info.deploymentId ?? '',
    description: info.description ?? '',
    creator: info.creator ?? 'user',
    createdAt: new Date(createdAtMs(info)).toISOString(),
  }
}
