import { limits } from './limits.ts'
import { getTargetGroup, loadBalancerOf, refuse, targetGroupsOf } from './lookup.ts'
import type { ListenerRecord, RuleRecord, Store } from './records.ts'

/**
 * Checks that a listener's rules may forward to the groups that they name.
 *
 * @param rules - All rules that the listener would have.
 * @throws {AwsError} `TargetGroupNotFound`, `TargetGroupAssociationLimit`, `InvalidLoadBalancerAction`,
 *   `TooManyUniqueTargetGroupsPerLoadBalancer`
 */
export function checkTargetGroupUse(
  store: Store,
  listener: Pick<ListenerRecord, 'arn' | 'loadBalancerArn'>,
  rules: readonly RuleRecord[],
): void {
  const used = new Set(rules.flatMap(targetGroupsOf))
  for (const arn of used) {
    getTargetGroup(store, arn)
    const other = loadBalancerOf(store, arn)
    if (other !== undefined && other !== listener.loadBalancerArn) {
      refuse(
        'TargetGroupAssociationLimit',
        `The following target groups cannot be associated with more than one load balancer: ${arn}`,
      )
    }
  }
  // Only where the actions change: what was accepted once must not stand in the way of deleting another rule.
  for (const rule of rules) if (store.rules.get(rule.arn)?.actions !== rule.actions) checkStickiness(store, rule)
  for (const rule of store.rules.values()) {
    const isNeighbour = store.listeners.get(rule.listenerArn)?.loadBalancerArn === listener.loadBalancerArn
    if (isNeighbour && rule.listenerArn !== listener.arn) for (const arn of targetGroupsOf(rule)) used.add(arn)
  }
  const most = limits['target-groups-per-application-load-balancer']
  if (used.size > most) {
    refuse('TooManyUniqueTargetGroupsPerLoadBalancer', `A load balancer can have at most ${most} target groups`)
  }
}

/** @see ELB user guide, sticky sessions: with several groups, one with target stickiness needs group stickiness too */
function checkStickiness(store: Store, rule: RuleRecord): void {
  for (const { ForwardConfig: config } of rule.actions) {
    const groups = config?.TargetGroups ?? []
    if (groups.length < 2 || config?.TargetGroupStickinessConfig?.Enabled) continue
    const sticky = groups.find(
      ({ TargetGroupArn: arn }) => getTargetGroup(store, arn).attributes['stickiness.enabled'] === 'true',
    )
    if (sticky) {
      refuse(
        'InvalidLoadBalancerAction',
        'You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups',
      )
    }
  }
}
