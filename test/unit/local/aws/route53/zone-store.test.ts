import { describe, expect, it } from 'vitest'
import { keyOf, type RecordSet } from '../../../../../local/aws/route53/record-set.ts'
import { buildZone, type Zone } from '../../../../../local/aws/route53/zone.ts'
import { createZoneStore } from '../../../../../local/aws/route53/zone-store.ts'

function aZone(id: string, name: string, names: readonly string[] = [], isPrivate = false): Zone {
  const vpcs = isPrivate ? [{ VPCId: 'vpc-1', VPCRegion: 'eu-west-1' } as const] : undefined
  const zone = buildZone({ id, name, callerReference: id, comment: undefined, vpcs })
  const records = names.map(
    (Name): RecordSet => ({ Name, Type: 'A', TTL: 60, ResourceRecords: [{ Value: '127.0.0.1' }] }),
  )
  return { ...zone, records: new Map([...zone.records, ...records.map((record) => [keyOf(record), record] as const)]) }
}

describe('the zones for the DNS server', () => {
  it('are found by the longest name', () => {
    const store = createZoneStore()
    store.put(aZone('Z1', 'example.com'))
    store.put(aZone('Z2', 'a.example.com'))
    const idFor = (name: string) => store.source.zoneFor(name)?.id
    expect(['example.com', 'x.example.com', 'a.example.com', 'x.y.a.example.com', 'ba.example.com'].map(idFor)).toEqual(
      [...['Z1', 'Z1', 'Z2', 'Z2', 'Z1']],
    )
    expect(['com', 'example.org', 'badexample.com', ''].map(idFor)).toEqual(Array(4).fill(undefined))
    store.delete('Z2')
    expect(idFor('a.example.com')).toBe('Z1')
    store.clear()
    expect(idFor('example.com')).toBeUndefined()
  })

  it('are public before private, then older before younger', () => {
    const store = createZoneStore()
    store.put(aZone('Z1', 'example.com', [], true))
    expect(store.source.zoneFor('example.com')?.id).toBe('Z1')
    store.put(aZone('Z2', 'example.com'))
    store.put(aZone('Z3', 'example.com'))
    expect(store.source.zoneFor('example.com')?.id).toBe('Z2')
    // A change makes a zone no younger.
    store.put({ ...aZone('Z2', 'example.com'), version: 2 })
    expect(store.source.zoneFor('example.com')).toMatchObject({ id: 'Z2', version: 2 })
  })

  it('know the names of records and those between a record and the zone', () => {
    const store = createZoneStore()
    store.put(aZone('Z1', 'example.com', ['a.b.example.com', '*.c.example.com']))
    const zone = store.source.zoneFor('example.com')
    const names = ['example.com', 'a.b', 'b', 'c', '*.c', 'a', 'x.b'].map((label) =>
      label === 'example.com' ? label : `${label}.example.com`,
    )
    expect(names.map((name) => zone?.hasName(name))).toEqual([true, true, true, true, true, false, false])
    expect(zone?.hasName('com')).toBe(false)
    expect(names.map((name) => zone?.recordsAt(name).length)).toEqual([2, 1, 0, 0, 1, 0, 0])
  })
})

it('gives each zone the four name servers of its kind', () => {
  const servers = aZone('Z1', 'example.com').nameServers
  const ranges = servers.map((server) => Math.floor(Number(/^ns-(\d+)\./.exec(server)?.[1]) / 512))
  expect(ranges).toEqual([0, 1, 2, 3])
  expect(aZone('Z2', 'example.com', [], true).nameServers).toEqual([
    'ns-0.awsdns-00.com',
    'ns-512.awsdns-00.net',
    'ns-1024.awsdns-00.org',
    'ns-1536.awsdns-00.co.uk',
  ])
})
