import { describe, expect, it } from 'vitest'
import { typeNumbers } from '../../../../../local/data-plane/dns/record-types.ts'
import { findAliasTarget, findInZone } from '../../../../../local/data-plane/dns/zone-lookup.ts'
import { anAlias, aRecord, aZone, zonesOf } from '../../../../support/dns.ts'

/** The zone of RFC 4592 2.2.1, and beside it some names of our own. */
const zone = aZone('example', [
  aRecord('*.example', 'TXT', ['"this is a wildcard"']),
  aRecord('*.example', 'MX', ['10 host1.example.']),
  aRecord('*.lone.example', 'TXT', ['"nothing is below this one"']),
  // As zones spell an asterisk that is not the leftmost label.
  aRecord('sub.\\052.example', 'TXT', ['"this is not a wildcard"']),
  aRecord('host1.example', 'A', ['192.0.2.1']),
  aRecord('_ssh._tcp.host1.example', 'SRV', ['0 0 22 host1.example.']),
  aRecord('_ssh._tcp.host2.example', 'SRV', ['0 0 22 host2.example.']),
  aRecord('subdel.example', 'NS', ['ns.example.com.']),
  aRecord('below.subdel.example', 'NS', ['ns.example.net.']),
  aRecord('subdel.example', 'DS', ['1 1 1 ab']),
])

function find(name: string, type: keyof typeof typeNumbers = 'TXT') {
  const finding = findInZone(zone, name, typeNumbers[type])
  return finding.kind === 'records'
    ? { source: finding.source, types: finding.records.map(({ Type }) => Type) }
    : finding
}

describe('findInZone', () => {
  const wild = { source: '*.example', types: ['TXT', 'MX'] }
  const none = { kind: 'no-name' }
  it.each([
    { name: 'host3.example', found: wild, why: 'the wildcard below the closest encloser' },
    { name: 'foo.bar.example', found: wild, why: 'the same, two labels down' },
    { name: '*.example', found: wild, why: 'the wildcard itself' },
    { name: 'host1.example', found: { source: 'host1.example', types: ['A'] }, why: 'a name that exists' },
    { name: '_tcp.host1.example', found: { source: '_tcp.host1.example', types: [] }, why: 'an empty non-terminal' },
    { name: 'host2.example', found: { source: 'host2.example', types: [] }, why: 'another one' },
    { name: '_telnet._tcp.host1.example', found: none, why: 'its closest encloser has no wildcard' },
    { name: 'a.host1.example', found: none, why: 'the same, below a name with records' },
    { name: 'ghost.\\052.example', found: none, why: 'the closest encloser is the wildcard' },
    { name: 'ghost.\\052.lone.example', found: none, why: 'the same, where nothing is below the wildcard' },
    { name: 'deep.ghost.\\052.example', found: none, why: 'the same, two labels down' },
    { name: 'example', found: { source: 'example', types: ['SOA', 'NS'] }, why: 'the apex' },
    { name: 'host.subdel.example', found: { kind: 'delegation', cut: 'subdel.example' }, why: 'a name below a cut' },
    { name: 'subdel.example', found: { kind: 'delegation', cut: 'subdel.example' }, why: 'the cut itself' },
    { name: 'a.below.subdel.example', found: { kind: 'delegation', cut: 'subdel.example' }, why: 'the highest cut' },
  ])('finds for $name $why', ({ name, found }) => {
    expect(find(name)).toEqual(found)
  })

  it('keeps DS above the cut', () => {
    expect(find('subdel.example', 'DS')).toEqual({ source: 'subdel.example', types: ['NS', 'DS'] })
  })
})

describe('findAliasTarget', () => {
  const child = aZone('child.example.com', [aRecord('a.child.example.com', 'A', ['192.0.2.2'])])
  const parent = aZone('example.com', [
    aRecord('a.example.com', 'A', ['192.0.2.1']),
    aRecord('*.wild.example.com', 'A', ['192.0.2.3']),
    aRecord('text.example.com', 'TXT', ['"x"']),
    aRecord('a.child.example.com', 'A', ['192.0.2.4']),
  ])
  const zones = zonesOf(parent, child)
  const target = (name: string, zoneId = parent.id) => {
    const found = findAliasTarget(zones, parent, anAlias('alias.example.com', name, { zoneId }))
    return found && { zone: found.zone.name, name: found.name, values: found.records[0]?.ResourceRecords?.[0]?.Value }
  }

  it.each([
    {
      name: 'a.example.com',
      zoneId: parent.id,
      found: { zone: 'example.com', name: 'a.example.com', values: '192.0.2.1' },
    },
    {
      name: 'A.Example.Com',
      zoneId: `/hostedzone/${parent.id}`,
      found: { zone: 'example.com', name: 'a.example.com', values: '192.0.2.1' },
    },
    {
      name: 'x.wild.example.com',
      zoneId: parent.id,
      found: { zone: 'example.com', name: '*.wild.example.com', values: '192.0.2.3' },
    },
    {
      name: 'a.child.example.com',
      zoneId: child.id,
      found: { zone: 'child.example.com', name: 'a.child.example.com', values: '192.0.2.2' },
    },
    {
      name: 'a.child.example.com',
      zoneId: parent.id,
      found: { zone: 'example.com', name: 'a.child.example.com', values: '192.0.2.4' },
    },
    { name: 'text.example.com', zoneId: parent.id, found: null },
    { name: 'missing.example.com', zoneId: parent.id, found: null },
    { name: 'd111.cloudfront.net', zoneId: 'Z2FDTNDATAQYW2', found: null },
  ])('finds $name of zone $zoneId', ({ name, zoneId, found }) => {
    expect(target(name, zoneId)).toEqual(found)
  })
})
