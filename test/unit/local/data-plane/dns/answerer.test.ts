import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Answerer, createAnswerer } from '../../../../../local/data-plane/dns/answerer.ts'
import { withBalancerZone } from '../../../../../local/data-plane/dns/balancer-zone.ts'
import {
  addressesIn,
  anAlias,
  aQuery,
  aRecord,
  aWeighted,
  aZone,
  balancersOf,
  healthOf,
  type QueryOptions,
  show,
  zonesOf,
} from '../../../../support/dns.ts'

const balancer = 'web-1.us-east-1.elb.amazonaws.com'
const sick = 'sick-1.us-east-1.elb.amazonaws.com'
const negative = 'example.com 300 SOA ns.example.com minimum 300'

const records: readonly ResourceRecordSet[] = [
  aRecord('www.example.com', 'A', ['192.0.2.1', '192.0.2.2'], { TTL: 30 }),
  aRecord('www.example.com', 'TXT', ['"hello" "world"']),
  aRecord('deep.empty.example.com', 'A', ['192.0.2.3']),
  aRecord('*.wild.example.com', 'A', ['192.0.2.4']),
  aRecord('*.to.example.com', 'CNAME', ['www.example.com.']),
  aRecord('alias.example.com', 'CNAME', ['WWW.example.com.'], { TTL: 10 }),
  aRecord('chain.example.com', 'CNAME', ['alias.example.com.']),
  aRecord('elsewhere.example.com', 'CNAME', ['www.example.org.']),
  aRecord('dangling.example.com', 'CNAME', ['missing.example.com.']),
  aRecord('to-balancer.example.com', 'CNAME', [`${balancer}.`]),
  aRecord('across.example.com', 'CNAME', ['www.example.net.']),
  aRecord('loop-a.example.com', 'CNAME', ['loop-b.example.com.']),
  aRecord('loop-b.example.com', 'CNAME', ['loop-a.example.com.']),
  aRecord('into-cut.example.com', 'CNAME', ['x.cut.example.com.']),
  aRecord('cut.example.com', 'NS', ['ns.cut.example.com.', 'ns.example.org.'], { TTL: 172800 }),
  aRecord('ns.cut.example.com', 'A', ['192.0.2.53']),
  aRecord('broken.example.com', 'A', ['not an address']),
  aRecord('odd\\040name.example.com', 'A', ['192.0.2.6']),
  anAlias('app.example.com', balancer, { zoneId: 'Z35SXDOTRQ7X7K' }),
  anAlias('app.example.com', balancer, { zoneId: 'Z35SXDOTRQ7X7K', Type: 'AAAA' }),
  anAlias('in-zone.example.com', 'www.example.com'),
  anAlias('second.example.com', 'in-zone.example.com'),
  anAlias('self-a.example.com', 'self-b.example.com'),
  anAlias('self-b.example.com', 'self-a.example.com'),
  anAlias('nowhere.example.com', 'd111.cloudfront.net', { zoneId: 'Z2FDTNDATAQYW2' }),
  anAlias('standby.example.com', sick, { SetIdentifier: 'first', Failover: 'PRIMARY', evaluates: true }),
  anAlias('standby.example.com', balancer, { SetIdentifier: 'second', Failover: 'SECONDARY' }),
  anAlias('sides.example.com', balancer, { SetIdentifier: 'green', Weight: 1, evaluates: true }),
  anAlias('sides.example.com', sick, { SetIdentifier: 'blue', Weight: 9, evaluates: true }),
]

let errors: unknown[]
let zone: ReturnType<typeof aZone>
let answer: Answerer

beforeEach(() => {
  errors = []
  zone = aZone('example.com', [...records])
  const balancers = balancersOf({
    [balancer]: { address: '127.0.0.2', isHealthy: true },
    [sick]: { address: '127.0.0.3', isHealthy: false },
  })
  const other = aZone('example.net', [aRecord('www.example.net', 'A', ['192.0.2.99'])])
  answer = createAnswerer({
    zones: withBalancerZone(zonesOf(zone, other), balancers),
    health: healthOf({ down: false }),
    balancers,
    reportError: (error) => errors.push(error),
  })
})

/** The answer to a question; an empty part is left out. */
function ask(name: string, type = 'A', options: QueryOptions = {}) {
  const packet = answer(aQuery(name, type, options), 'udp')
  return packet ? show(packet) : null
}

const answered = (...answers: string[]) => ({
  rcode: 'NOERROR',
  flags: 'aa rd',
  answers,
  authorities: [],
  additionals: [],
})
const empty = { ...answered(), authorities: [negative] }
const noName = { ...empty, rcode: 'NXDOMAIN' }
const bare = (rcode: string) => ({ rcode, flags: 'rd', answers: [], authorities: [], additionals: [] })
const www = ['www.example.com 30 A 192.0.2.1', 'www.example.com 30 A 192.0.2.2']

describe('createAnswerer', () => {
  it.each([
    { name: 'www.example.com', type: 'A', expected: answered(...www), why: 'all values of a record' },
    {
      name: 'www.example.com',
      type: 'TXT',
      expected: answered('www.example.com 60 TXT "hello" "world"'),
      why: 'another type',
    },
    { name: 'www.example.com', type: 'AAAA', expected: empty, why: 'SOA for a type that is not there' },
    { name: 'www.example.com', type: 'UNKNOWN_65280', expected: empty, why: 'the same for a type that no zone has' },
    { name: 'empty.example.com', type: 'A', expected: empty, why: 'the same for an empty non-terminal' },
    { name: 'empty.example.com', type: 'ANY', expected: empty, why: 'the same for ANY' },
    { name: 'missing.example.com', type: 'A', expected: noName, why: 'NXDOMAIN for a name that is not there' },
    { name: 'missing.example.com', type: 'ANY', expected: noName, why: 'the same for ANY' },
    { name: 'below.www.example.com', type: 'A', expected: noName, why: 'the same for one below' },
    { name: 'www.example.org', type: 'A', expected: bare('REFUSED'), why: 'REFUSED outside of its zones' },
    { name: 'com', type: 'NS', expected: bare('REFUSED'), why: 'the same above them' },
    { name: 'notexample.com', type: 'A', expected: bare('REFUSED'), why: 'the same beside them' },
    { name: 'www.example.com', type: 'AXFR', expected: bare('REFUSED'), why: 'no transfer' },
    { name: 'example.com', type: 'NS', expected: answered('example.com 900 NS ns.example.com'), why: 'the apex' },
    {
      name: 'example.com',
      type: 'SOA',
      expected: answered('example.com 900 SOA ns.example.com minimum 300'),
      why: 'its SOA, with the TTL it has',
    },
    {
      name: 'www.example.com',
      type: 'ANY',
      expected: answered('www.example.com 3600 HINFO {"cpu":"RFC8482","os":""}'),
      why: 'ANY with why not',
    },
    {
      name: 'x.wild.example.com',
      type: 'A',
      expected: answered('x.wild.example.com 60 A 192.0.2.4'),
      why: 'a wildcard under the name asked for',
    },
    {
      name: 'x.y.wild.example.com',
      type: 'A',
      expected: answered('x.y.wild.example.com 60 A 192.0.2.4'),
      why: 'the same further down',
    },
    { name: 'x.wild.example.com', type: 'TXT', expected: empty, why: 'NODATA from a wildcard' },
    {
      name: 'x.to.example.com',
      type: 'A',
      expected: answered('x.to.example.com 60 CNAME www.example.com', ...www),
      why: 'a wildcard CNAME',
    },
    {
      name: 'odd name.example.com',
      type: 'A',
      expected: answered('odd name.example.com 60 A 192.0.2.6'),
      why: 'a name with an escape',
    },
  ])('gives for $name $type $why', ({ name, type, expected }) => {
    expect(ask(name, type)).toEqual(expected)
    expect(errors).toEqual([])
  })

  it.each([
    { name: 'alias.example.com', answers: ['alias.example.com 10 CNAME WWW.example.com', ...www], why: 'to its end' },
    {
      name: 'chain.example.com',
      answers: ['chain.example.com 60 CNAME alias.example.com', 'alias.example.com 10 CNAME WWW.example.com', ...www],
      why: 'over two links',
    },
    {
      name: 'across.example.com',
      answers: ['across.example.com 60 CNAME www.example.net', 'www.example.net 60 A 192.0.2.99'],
      why: 'into another zone',
    },
    {
      name: 'to-balancer.example.com',
      answers: [`to-balancer.example.com 60 CNAME ${balancer}`, `${balancer} 60 A 127.0.0.2`],
      why: 'to a load balancer',
    },
    {
      name: 'elsewhere.example.com',
      answers: ['elsewhere.example.com 60 CNAME www.example.org'],
      why: 'as far as it holds the zones',
    },
    { name: 'into-cut.example.com', answers: ['into-cut.example.com 60 CNAME x.cut.example.com'], why: 'up to a cut' },
    {
      name: 'loop-a.example.com',
      answers: ['loop-a.example.com 60 CNAME loop-b.example.com', 'loop-b.example.com 60 CNAME loop-a.example.com'],
      why: 'once around a loop',
    },
  ])('follows the CNAME $name $why', ({ name, answers }) => {
    expect(ask(name)).toEqual(answered(...answers))
  })

  it('ends a chain with the code and the SOA of its last name', () => {
    const link = 'dangling.example.com 60 CNAME missing.example.com'
    expect(ask('dangling.example.com')).toEqual({ ...noName, answers: [link] })
    expect(ask('alias.example.com', 'MX')).toEqual({
      ...empty,
      answers: ['alias.example.com 10 CNAME WWW.example.com'],
    })
  })

  it.each(['CNAME', 'ANY'])('answers %s with a CNAME and does not follow it', (type) => {
    expect(ask('alias.example.com', type)).toEqual(answered('alias.example.com 10 CNAME WWW.example.com'))
  })

  it.each([
    {
      name: 'app.example.com',
      expected: answered('app.example.com 60 A 127.0.0.2'),
      why: 'the address of a load balancer, for 60 s',
    },
    {
      name: 'in-zone.example.com',
      expected: answered(...www.map((text) => text.replace('www', 'in-zone'))),
      why: 'the records in the zone, with their TTL',
    },
    {
      name: 'second.example.com',
      expected: answered(...www.map((text) => text.replace('www', 'second'))),
      why: 'the end of two aliases',
    },
    { name: 'self-a.example.com', expected: empty, why: 'nothing for a loop' },
    { name: 'nowhere.example.com', expected: empty, why: 'nothing for what is not here' },
    {
      name: 'standby.example.com',
      expected: answered('standby.example.com 60 A 127.0.0.2'),
      why: 'the secondary of a failover while the primary is unhealthy',
    },
    {
      name: 'sides.example.com',
      expected: answered('sides.example.com 60 A 127.0.0.2'),
      why: 'the healthy load balancer, against the weights',
    },
  ])('answers the alias $name with $why', ({ name, expected }) => {
    expect(ask(name)).toEqual(expected)
  })

  it('has no IPv6 address for an alias to a load balancer', () => {
    expect(ask('app.example.com', 'AAAA')).toEqual(empty)
  })

  it('refers below a cut, with the addresses that it holds', () => {
    expect(ask('www.cut.example.com')).toEqual({
      rcode: 'NOERROR',
      flags: 'rd',
      answers: [],
      authorities: ['cut.example.com 172800 NS ns.cut.example.com', 'cut.example.com 172800 NS ns.example.org'],
      additionals: ['ns.cut.example.com 60 A 192.0.2.53'],
    })
    expect(ask('cut.example.com', 'DS')).toEqual(empty)
  })

  it('answers from the records as they are at each query', () => {
    const side = (address: string, weight: number) => aWeighted('live.example.com', address, weight)
    zone.records.push(side('192.0.2.10', 9), side('192.0.2.20', 1))
    const counts = () => {
      const all = Array.from({ length: 10 }, () =>
        addressesIn(answer(aQuery('live.example.com', 'A'), 'udp') ?? Buffer.alloc(0)),
      )
      return all.filter(([address]) => address === '192.0.2.20').length
    }
    expect(counts()).toBe(1)
    zone.records = [side('192.0.2.10', 5), side('192.0.2.20', 5)]
    expect(counts()).toBe(5)
    zone.records = [side('192.0.2.10', 0), side('192.0.2.20', 10)]
    expect(counts()).toBe(10)
  })

  it('answers each name behind a wildcard under its own', () => {
    for (const name of ['x.wild.example.com', 'y.wild.example.com', 'x.wild.example.com']) {
      expect(ask(name)).toEqual(answered(`${name} 60 A 192.0.2.4`))
    }
  })

  it('encodes a record set again when its zone has another version', () => {
    const record = aRecord('changed.example.com', 'A', ['192.0.2.7'])
    zone.records.push(record)
    expect(ask('changed.example.com')).toEqual(answered('changed.example.com 60 A 192.0.2.7'))
    record.ResourceRecords = [{ Value: '192.0.2.8' }]
    Object.assign(zone, { version: 2 })
    expect(ask('changed.example.com')).toEqual(answered('changed.example.com 60 A 192.0.2.8'))
  })

  it('says SERVFAIL, and why, where a record cannot be put on the wire', () => {
    expect(ask('broken.example.com')).toEqual(bare('SERVFAIL'))
    expect(errors.map(String)).toEqual(["RangeError: cannot send the A value not an address: 'not' is no IPv4 address"])
  })
})
