import { describe, expect, it } from 'vitest'
import { withBalancerZone } from '../../../../../local/data-plane/dns/balancer-zone.ts'
import { aRecord, aZone, balancersOf, zonesOf } from '../../../../support/dns.ts'

const balancer = 'web-1.us-east-1.elb.amazonaws.com'
const balancers = balancersOf({ [balancer]: { address: '127.0.0.2', isHealthy: true } })
const own = aZone('example.com', [])
const zones = withBalancerZone(zonesOf(own), balancers)

describe('withBalancerZone', () => {
  it.each([
    { name: 'www.example.com', zone: 'example.com' },
    { name: balancer, zone: 'elb.amazonaws.com' },
    { name: 'elb.amazonaws.com', zone: 'elb.amazonaws.com' },
    { name: 'evil-elb.amazonaws.com', zone: undefined },
    { name: 'amazonaws.com', zone: undefined },
  ])('has $name in the zone $zone', ({ name, zone }) => {
    expect(zones.zoneFor(name)?.name).toBe(zone)
  })

  it.each([balancer, `dualstack.${balancer}`])('answers for %s with its address and 60 s', (name) => {
    expect(zones.zoneFor(name)?.recordsAt(name)).toEqual([aRecord(name, 'A', ['127.0.0.2'], { TTL: 60 })])
  })

  it.each([
    { name: 'us-east-1.elb.amazonaws.com', exists: true },
    { name: `dualstack.${balancer}`, exists: true },
    { name: 'other-1.us-east-1.elb.amazonaws.com', exists: false },
    { name: `below.${balancer}`, exists: false },
  ])('says of $name that it exists: $exists', ({ name, exists }) => {
    expect(zones.zoneFor(name)?.hasName(name)).toBe(exists)
  })

  it('leaves a hosted zone at or below its name alone', () => {
    const hosted = aZone(`${balancer}`, [])
    expect(withBalancerZone(zonesOf(hosted), balancers).zoneFor(balancer)).toBe(hosted)
  })

  it('yields to no hosted zone above its name', () => {
    const above = aZone('amazonaws.com', [])
    expect(withBalancerZone(zonesOf(above), balancers).zoneFor(balancer)?.name).toBe('elb.amazonaws.com')
  })
})
