import type { DnsZone, ZoneSource } from '../../data-plane/dns/zone-source.ts'
import { groupByName } from './change-batch.ts'
import { type DnsName, parentOf } from './dns-name.ts'
import { refuse } from './errors.ts'
import { bareId } from './resource-id.ts'
import type { Zone } from './zone.ts'

/** The hosted zones, for the API by their id and for the DNS server by their name. */
export interface ZoneStore {
  /** Adds a zone, or replaces the one of its id. */
  put(zone: Zone): void
  delete(id: string): void
  /** @throws {AwsError} `NoSuchHostedZone`. */
  get(id: string): Zone
  /** Oldest first. */
  list(): readonly Zone[]
  clear(): void
  /**
   * The zones as the DNS server sees them, with the last change in. Private zones are among them: nobody here is outside
   * their VPC. Of several zones with one name a public one answers before a private one, and an older one before a younger.
   */
  readonly source: ZoneSource
}

export function createZoneStore(): ZoneStore {
  const zones = new Map<string, Zone>()
  let byName = new Map<DnsName, DnsZone>()
  const indexed = new WeakMap<Zone, DnsZone>()

  /** Asked for at each query: everything that a query needs is worked out once for each change. */
  function index(): void {
    byName = new Map()
    const publicFirst = [...zones.values()].sort((a, b) => Number(a.vpcs !== undefined) - Number(b.vpcs !== undefined))
    for (const zone of publicFirst) {
      if (byName.has(zone.name)) continue
      const dnsZone = indexed.get(zone) ?? toDnsZone(zone)
      indexed.set(zone, dnsZone)
      byName.set(zone.name, dnsZone)
    }
  }

  return {
    put(zone) {
      zones.set(zone.id, zone)
      index()
    },
    delete(id) {
      zones.delete(id)
      index()
    },
    get(id) {
      const zone = zones.get(bareId(id))
      return zone ?? refuse('NoSuchHostedZone', `No hosted zone found with ID: ${bareId(id)}`, 404)
    },
    list: () => [...zones.values()],
    clear() {
      zones.clear()
      index()
    },
    source: {
      zoneFor(name) {
        for (let at: DnsName | null = name; at !== null; at = parentOf(at)) {
          const zone = byName.get(at)
          if (zone) return zone
        }
        return null
      },
    },
  }
}

function toDnsZone({ id, name, version, records }: Zone): DnsZone {
  const recordsByName = groupByName(records.values())
  const names = new Set<DnsName>()
  for (const owner of recordsByName.keys()) {
    // Names between a record and its zone exist too, with nothing at them: RFC 4592 2.2.2.
    for (let at: DnsName | null = owner; at !== null && !names.has(at); at = at === name ? null : parentOf(at))
      names.add(at)
  }
  return {
    id,
    name,
    version,
    recordsAt: (owner) => recordsByName.get(owner) ?? [],
    hasName: (owner) => names.has(owner),
  }
}
