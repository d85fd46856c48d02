import type { TagFilter } from '@aws-sdk/client-codedeploy'
import type { BalancerCalls } from './balancer-calls.ts'
import { DeploymentFailure } from './failure.ts'
import { HOOK_TIMEOUT_MS } from './lifecycle.ts'
import { refused } from './listener-traffic.ts'
import { briefly, newTarget, type Platform } from './platform.ts'
import type { DeploymentRecord, InstanceRecord } from './records.ts'

/**
 * Deployments to on-premises instances, one after the other. No agent runs here, so every event succeeds but one: where the
 * group names a target group of the local load balancer, AllowTraffic waits until its targets are healthy.
 */
export function createServerPlatform(
  instancesIn: (region: string) => readonly InstanceRecord[],
  callsIn: (region: string) => BalancerCalls,
): Platform {
  return {
    async prepare(deployment, now) {
      const { onPremisesInstanceTagFilters: any, onPremisesTagSet: all } = deployment.settings
      const lists = all?.onPremisesTagSetList ?? (any ? [any] : [])
      const instances = instancesIn(deployment.region).filter(
        (instance) =>
          lists.length > 0 && lists.every((filters) => filters.some((filter) => isTagged(instance, filter))),
      )
      if (instances.length === 0) {
        throw new DeploymentFailure('NO_INSTANCES', 'No instances were found for the deployment group')
      }
      return { targets: instances.map(({ name }) => newTarget(name, deployment, undefined, now)) }
    },
    async work(deployment, event, now) {
      if (event.name !== 'AllowTraffic' || (await isHealthy(deployment, callsIn))) return briefly(event, now)
      if (now - (event.startedAt ?? now) < HOOK_TIMEOUT_MS) return { done: false }
      throw new DeploymentFailure(
        'HEALTH_CONSTRAINTS',
        'The deployment failed because too few instances are healthy: the load balancer found targets unhealthy for an hour',
      )
    },
  }
}

function isTagged({ tags }: InstanceRecord, { Key: key, Value: value, Type: type }: TagFilter): boolean {
  return tags.some(
    (tag) => (type === 'VALUE_ONLY' || tag.Key === key) && (type === 'KEY_ONLY' || (tag.Value ?? '') === (value ?? '')),
  )
}

async function isHealthy(deployment: DeploymentRecord, callsIn: (region: string) => BalancerCalls): Promise<boolean> {
  const calls = callsIn(deployment.region)
  for (const { name = '' } of deployment.settings.loadBalancerInfo?.targetGroupInfoList ?? []) {
    const targets = await refused(calls.targetHealth(await refused(calls.targetGroupArn(name))))
    if (targets.length === 0 || targets.some(({ TargetHealth }) => TargetHealth?.State !== 'healthy')) return false
  }
  return true
}
