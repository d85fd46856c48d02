import type { BalancerSource } from '../../data-plane/dns/zone-source.ts'
import { hostedZoneOf } from '../elastic-load-balancing-v2/identity.ts'
import { isWithin, toWireName } from './dns-name.ts'
import type { RecordSet } from './record-set.ts'

/** What an alias may point at. */
export interface AliasTargets {
  /** The hosted zone that the alias is in, without prefix. */
  readonly zoneId: string
  readonly zoneName: string
  /** Every record set of a name once the batch is applied. */
  readonly recordsAt: (name: string) => readonly RecordSet[]
  /** Absent: load balancers are taken on trust. */
  readonly balancers: Pick<BalancerSource, 'addressesOf'> | undefined
}

const balancerName = /\.(?<region>[a-z]{2}(?:-[a-z]+)+-\d)\.elb\.amazonaws\.com$/
/** Names of AWS's other services, which are taken on trust together with their zone's id. */
const awsName = /\.(amazonaws\.com(\.cn)?|cloudfront\.net|awsglobalaccelerator\.com|elasticbeanstalk\.com)$/

/**
 * What is wrong with an alias, in Route 53's words.
 *
 * @see Route 53 API reference, AliasTarget
 */
export function findAliasProblem(record: RecordSet, targets: AliasTargets): string | undefined {
  const { AliasTarget: alias } = record
  if (!alias) return undefined
  const { HostedZoneId: targetZoneId = '', DNSName: target = '' } = alias
  const tried = `Tried to create an alias that targets ${toWireName(target)}, type ${record.Type} in zone ${targetZoneId}`
  const notFound = `${tried}, but that target was not found`
  const notInZone = `${tried}, but the alias target name does not lie within the target zone`
  if (targetZoneId === targets.zoneId) {
    if (!isWithin(target, targets.zoneName)) return notInZone
    const exists = target !== record.Name && targets.recordsAt(target).some(({ Type }) => Type === record.Type)
    return exists ? undefined : notFound
  }
  const region = balancerName.exec(target)?.groups?.region
  if (region === undefined) return awsName.test(target) ? undefined : notInZone
  if (hostedZoneOf(region) !== targetZoneId) return notInZone
  if (record.Type !== 'A' && record.Type !== 'AAAA') return notFound
  // Load balancers that speak IPv6 too are also known under this prefix.
  const balancer = target.replace(/^dualstack\./, '')
  return targets.balancers && targets.balancers.addressesOf(balancer) === null ? notFound : undefined
}
