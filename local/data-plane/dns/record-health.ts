import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { withoutDualstack } from './balancer-zone.ts'
import { normaliseName } from './domain-name.ts'
import { findAliasTarget } from './zone-lookup.ts'
import type { BalancerSource, DnsZone, HealthSource, ZoneSource } from './zone-source.ts'

export interface HealthSources {
  readonly zones: ZoneSource
  readonly health: HealthSource
  readonly balancers: BalancerSource
}

/** Aliases that point at aliases are followed this far; Route 53 sets no number, and refuses loops. */
const deepestAlias = 8

/**
 * Whether a record takes part in the choice of its group.
 *
 * It does unless its health check fails, or it is an alias with `EvaluateTargetHealth` and its target is unhealthy: a load
 * balancer that is, or records of which every one is. A target that is not there is unhealthy too: there is nothing to
 * answer with. A record without either is always healthy.
 *
 * @see Route 53 developer guide, how Route 53 chooses records when health checking is configured
 */
export function isRecordHealthy(sources: HealthSources, zone: DnsZone, record: ResourceRecordSet, depth = 0): boolean {
  // Asked for at each query: most records have neither.
  if (record.HealthCheckId === undefined && !record.AliasTarget?.EvaluateTargetHealth) return true
  if (record.HealthCheckId !== undefined && sources.health.isHealthy(record.HealthCheckId) === false) return false
  if (!record.AliasTarget?.EvaluateTargetHealth || depth >= deepestAlias) return true
  const balancer = withoutDualstack(normaliseName(record.AliasTarget.DNSName ?? ''))
  const ofBalancer = sources.balancers.isHealthy(balancer)
  if (ofBalancer !== null) return ofBalancer
  const target = findAliasTarget(sources.zones, zone, record)
  return target?.records.some((each) => isRecordHealthy(sources, target.zone, each, depth + 1)) ?? false
}
