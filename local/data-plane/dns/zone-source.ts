import type { ResourceRecordSet } from '@aws-sdk/client-route-53'

/**
 * What the DNS server answers from: the hosted zones as Route 53's endpoint holds them now. Names are lower case, without
 * a trailing dot, wildcards as `*`; unusual characters stay as `\ooo`.
 */
export interface ZoneSource {
  /** The zone whose name is the longest that is `name` or above it; null where we are not authoritative. */
  zoneFor(name: string): DnsZone | null
}

export interface DnsZone {
  readonly id: string
  readonly name: string
  /** Rises with each change of the zone. */
  readonly version: number
  /** Every record set of exactly this name, all types and routing policies. SOA and NS of the zone included. */
  recordsAt(name: string): readonly ResourceRecordSet[]
  /** True where the name itself or a name below it has records (RFC 4592: an empty non-terminal exists). */
  hasName(name: string): boolean
}

/** What Route 53's health checks say now. */
export interface HealthSource {
  /** Null: no such health check. Route 53 treats a record with one that is gone as healthy. */
  isHealthy(healthCheckId: string): boolean | null
}

/** The local load balancers by their DNS name (lower case, no trailing dot, no `dualstack.` prefix). */
export interface BalancerSource {
  /** Its IPv4 addresses; null where no load balancer has this name. */
  addressesOf(dnsName: string): readonly string[] | null
  /**
   * As an alias with `EvaluateTargetHealth` sees it: every target group in an action of a listener or rule has a healthy
   * target; one without targets has none. Null where no load balancer has this name.
   */
  isHealthy(dnsName: string): boolean | null
}
