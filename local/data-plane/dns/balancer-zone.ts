import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { isWithin } from './domain-name.ts'
import type { BalancerSource, DnsZone, ZoneSource } from './zone-source.ts'

const apex = 'elb.amazonaws.com'
/** What Elastic Load Balancing answers with, seconds. @see Route 53 API reference, ResourceRecordSet.TTL */
const ttlSeconds = 60

/** A load balancer's name without the prefix that asks for both address families; local ones have IPv4 alone. */
export function withoutDualstack(dnsName: string): string {
  return dnsName.startsWith('dualstack.') ? dnsName.slice('dualstack.'.length) : dnsName
}

/** The zones, and the one that Elastic Load Balancing itself keeps: an A record for every local load balancer. */
export function withBalancerZone(zones: ZoneSource, balancers: BalancerSource): ZoneSource {
  const balancerZone = createBalancerZone(balancers)
  return {
    zoneFor(name) {
      const zone = zones.zoneFor(name)
      if (!isWithin(name, apex)) return zone
      return zone && isWithin(zone.name, apex) ? zone : balancerZone
    },
  }
}

function createBalancerZone(balancers: BalancerSource): DnsZone {
  const start: ResourceRecordSet = {
    Name: apex,
    Type: 'SOA',
    TTL: ttlSeconds,
    ResourceRecords: [{ Value: `ns-1.${apex}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 ${ttlSeconds}` }],
  }
  return {
    id: apex,
    name: apex,
    version: 0,
    recordsAt(name) {
      if (name === apex) return [start]
      const addresses = balancers.addressesOf(withoutDualstack(name)) ?? []
      if (addresses.length === 0) return []
      return [{ Name: name, Type: 'A', TTL: ttlSeconds, ResourceRecords: addresses.map((Value) => ({ Value })) }]
    },
    hasName(name) {
      // One label below the apex is a Region, which balancers are below.
      const isRegion = isWithin(name, apex) && name.split('.').length <= apex.split('.').length + 1
      return isRegion || balancers.addressesOf(withoutDualstack(name)) !== null
    },
  }
}
