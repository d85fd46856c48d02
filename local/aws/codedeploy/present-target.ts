import type { DeploymentTarget, ECSTarget, ECSTaskSet, LambdaTarget, LifecycleEvent } from '@aws-sdk/client-codedeploy'
import { AwsError } from '../service.ts'
import type { BalancerCalls } from './balancer-calls.ts'
import type { EventRecord } from './lifecycle.ts'
import { targetStatus } from './present-deployment.ts'
import type { DeploymentRecord, Route, TargetRecord, TaskSetGroup } from './records.ts'

/** A target as BatchGetDeploymentTargets shows it: its lifecycle events, and how traffic is divided. */
export async function showTarget(
  deployment: DeploymentRecord,
  target: TargetRecord,
  { calls, accountId }: { readonly calls: BalancerCalls; readonly accountId: string },
): Promise<DeploymentTarget> {
  const common = {
    deploymentId: deployment.id,
    targetId: target.id,
    lastUpdatedAt: new Date(target.updatedAt),
    lifecycleEvents: target.events.map(showEvent),
    status: targetStatus(deployment, target),
  }
  const arn = (service: string, name: string) => `arn:aws:${service}:${deployment.region}:${accountId}:${name}`
  switch (deployment.route?.platform) {
    case 'ECS': {
      const ecsTarget: ECSTarget = {
        ...common,
        targetArn: arn('ecs', `service/${target.id.replace(':', '/')}`),
        taskSetsInfo: await showTaskSets(deployment, deployment.route, calls),
      }
      return { deploymentTargetType: 'ECSTarget', ecsTarget }
    }
    case 'Lambda': {
      const lambdaTarget: LambdaTarget = {
        ...common,
        targetArn: arn('lambda', `function:${target.id}`),
        lambdaFunctionInfo: showFunction(deployment, deployment.route),
      }
      return { deploymentTargetType: 'LambdaTarget', lambdaTarget }
    }
    case undefined: {
      const targetArn = arn('codedeploy', `instance/${target.id}`)
      return { deploymentTargetType: 'InstanceTarget', instanceTarget: { ...common, targetArn } }
    }
  }
}

function showEvent({ name, status, startedAt, endedAt, diagnostics }: EventRecord): LifecycleEvent {
  return {
    lifecycleEventName: name,
    status,
    ...(startedAt !== undefined && { startTime: new Date(startedAt) }),
    ...(endedAt !== undefined && { endTime: new Date(endedAt) }),
    ...(diagnostics && { diagnostics }),
  }
}

/** The weight of a Lambda version is a fraction, that of a task set a percentage. */
function showFunction({ percent }: DeploymentRecord, route: Extract<Route, { platform: 'Lambda' }>) {
  return {
    functionName: route.functionName,
    functionAlias: route.alias,
    currentVersion: route.currentVersion,
    targetVersion: route.targetVersion,
    targetVersionWeight: percent / 100,
  }
}

async function showTaskSets(
  { percent, status }: DeploymentRecord,
  { blue, green }: Extract<Route, { platform: 'ECS' }>,
  calls: BalancerCalls,
): Promise<ECSTaskSet[]> {
  const isGreenPrimary = percent === 100
  // Once traffic has moved for good, ECS stops the tasks that it left.
  const left = status === 'Succeeded' ? 'DRAINING' : 'ACTIVE'
  return [
    await showTaskSet(blue, calls, {
      trafficWeight: 100 - percent,
      taskSetLabel: 'Blue',
      status: isGreenPrimary ? left : 'PRIMARY',
    }),
    await showTaskSet(green, calls, {
      trafficWeight: percent,
      taskSetLabel: 'Green',
      status: isGreenPrimary ? 'PRIMARY' : left,
    }),
  ]
}

async function showTaskSet(
  group: TaskSetGroup,
  calls: BalancerCalls,
  members: Pick<ECSTaskSet, 'trafficWeight' | 'taskSetLabel' | 'status'>,
): Promise<ECSTaskSet> {
  const targets = await calls.targetHealth(group.arn).catch((error: unknown) => {
    // The target group may be gone since.
    if (error instanceof AwsError) return []
    throw error
  })
  const running = targets.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length
  return {
    identifer: group.taskSetId,
    desiredCount: targets.length,
    pendingCount: targets.length - running,
    runningCount: running,
    targetGroup: { name: group.name },
    ...members,
  }
}
