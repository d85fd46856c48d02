import type { ResourceRecordSet, RRType } from '@aws-sdk/client-route-53'
import { InvariantError } from '../../domain/errors.ts'
import { normaliseName, type RecordSet, type RoutingPolicy } from '../../domain/record-set.ts'

/** A record set in our words, from what ListResourceRecordSets answers. */
export function fromResourceRecordSet(given: ResourceRecordSet): RecordSet {
  const { Weight: weight, ...rest } = given
  const values = given.ResourceRecords ?? []
  const alias = given.AliasTarget
  return {
    name: normaliseName(given.Name ?? ''),
    type: given.Type ?? '',
    setIdentifier: given.SetIdentifier ?? null,
    policy: policyOf(given),
    weight: weight ?? null,
    ttlSeconds: given.TTL ?? null,
    alias: alias
      ? { dnsName: normaliseName(alias.DNSName ?? ''), evaluatesHealth: alias.EvaluateTargetHealth ?? false }
      : null,
    valueCharacters: values.reduce((sum, { Value }) => sum + (Value?.length ?? 0), 0),
    elements: alias ? 1 : values.length,
    healthCheckId: given.HealthCheckId ?? null,
    trafficPolicyInstanceId: given.TrafficPolicyInstanceId ?? null,
    // Plain JSON: the SDK's answers carry members that are undefined, which not every store takes.
    raw: JSON.parse(JSON.stringify(rest)),
  }
}

/**
 * The record set that an UPSERT sends: everything as Route 53 gave it but the weight. What an UPSERT leaves out is gone,
 * and without its `HealthCheckId` a record is answered whatever its health.
 *
 * @see Route 53 API reference, ChangeResourceRecordSets
 */
export function toResourceRecordSet({ raw, weight }: RecordSet): ResourceRecordSet {
  const { Name, Type } = raw
  if (typeof Name !== 'string' || typeof Type !== 'string')
    throw new InvariantError('a stored record set has no name or type')
  return { ...raw, Name, Type: Type as RRType, ...(weight === null ? {} : { Weight: weight }) }
}

/** A record set has one policy; the member that only this policy has tells which. */
function policyOf(given: ResourceRecordSet): RoutingPolicy {
  if (given.Weight !== undefined) return 'weighted'
  if (given.Failover !== undefined) return 'failover'
  if (given.Region !== undefined) return 'latency'
  if (given.GeoLocation !== undefined) return 'geolocation'
  if (given.GeoProximityLocation !== undefined) return 'geoproximity'
  if (given.CidrRoutingConfig !== undefined) return 'cidr'
  return given.MultiValueAnswer ? 'multivalue' : 'simple'
}
