import type { DataPlane } from '../../data-plane/data-plane.ts'
import type { BalancerSource } from '../../data-plane/dns/zone-source.ts'
import { targetGroupsOf } from './lookup.ts'
import type { LoadBalancerRecord, Store } from './records.ts'

/**
 * The load balancers as the DNS server sees them.
 *
 * Health is that of an alias with `EvaluateTargetHealth`: every target group in an action of a listener or rule, at weight
 * 0 too, has at least one healthy target. One without targets counts as unhealthy.
 *
 * @see Route 53 API reference, AliasTarget.EvaluateTargetHealth
 */
export function createBalancerSource(store: Store, dataPlane: DataPlane): BalancerSource {
  function find(dnsName: string): LoadBalancerRecord | undefined {
    return [...store.loadBalancers.values()].find((candidate) => candidate.dnsName.toLowerCase() === dnsName)
  }
  return {
    addressesOf(dnsName) {
      const balancer = find(dnsName)
      return balancer ? [balancer.address] : null
    },
    isHealthy(dnsName) {
      const balancer = find(dnsName)
      if (!balancer) return null
      const groups = new Set<string>()
      for (const rule of store.rules.values()) {
        if (store.listeners.get(rule.listenerArn)?.loadBalancerArn !== balancer.arn) continue
        for (const arn of targetGroupsOf(rule)) groups.add(arn)
      }
      return [...groups].every((arn) =>
        dataPlane.targetHealth(arn).some(({ TargetHealth }) => TargetHealth?.State === 'healthy'),
      )
    },
  }
}
