import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { isWithin, normaliseName, parentOf, readName } from './domain-name.ts'
import { chooseRecords } from './record-choice.ts'
import { encodeRecordData } from './record-data.ts'
import { type HealthSources, isRecordHealthy } from './record-health.ts'
import { metaTypes, typeNumbers } from './record-types.ts'
import { failure, type Response, rcodes, type WireRecord } from './response.ts'
import { createTurns } from './weighted-turns.ts'
import { findAliasTarget, findInZone } from './zone-lookup.ts'
import type { DnsZone } from './zone-source.ts'

/** Answers questions of class IN from the zones as they are now. */
export type Resolve = (name: string, type: number) => Response

/** A chain of CNAME records, or of aliases, is followed this far; a longer one is a loop, or might as well be. */
const longestChain = 16
const rootName = Buffer.alloc(1)
/** To ANY, one record that says why there is no more. @see RFC 8482 4.2 */
const refusedAny = { type: metaTypes.HINFO, ttl: 3600, data: Buffer.from('\x07RFC8482\0', 'latin1') }

/**
 * The authority for every hosted zone of the rehearsal cloud, private ones included: nobody here is outside their VPC.
 *
 * Records go out with the TTL that they have; how fast it passes is for whoever caches, on local time. A CNAME is followed
 * within the zones that we hold; the answer to a chain that does not end is the chain so far. An alias whose target we
 * do not hold (a CloudFront distribution, say) is answered as if there were no record.
 */
export function createResolve(sources: HealthSources): Resolve {
  const { zones } = sources
  const turns = createTurns()
  const encodings = new WeakMap<ResourceRecordSet, { version: number; data: readonly Buffer[] }>()

  function encode(zone: DnsZone, owner: string, set: ResourceRecordSet): WireRecord[] {
    const { Type = 'A', TTL = 0, ResourceRecords = [] } = set
    let encoded = encodings.get(set)
    if (encoded?.version !== zone.version) {
      encoded = { version: zone.version, data: ResourceRecords.map(({ Value = '' }) => encodeRecordData(Type, Value)) }
      encodings.set(set, encoded)
    }
    return encoded.data.map((data) => ({ owner, type: typeNumbers[Type], ttl: Number(TTL), data }))
  }

  interface Place {
    readonly zone: DnsZone
    /** Name of the records, which behind a wildcard or an alias is not that of the question. */
    readonly source: string
  }

  /** The records that a group answers with now, aliases replaced by what they stand for. */
  function choose(place: Place, group: readonly ResourceRecordSet[], owner: string, depth = 0): WireRecord[] {
    const { zone, source } = place
    const key = `${zone.id} ${source} ${group[0]?.Type}`
    const isHealthy = (record: ResourceRecordSet) => isRecordHealthy(sources, zone, record)
    return chooseRecords({ key, records: group, isHealthy }, turns).flatMap((set) => {
      if (!set.AliasTarget) return encode(zone, owner, set)
      const target = depth < longestChain ? findAliasTarget(zones, zone, set) : null
      return target ? choose({ zone: target.zone, source: target.name }, target.records, owner, depth + 1) : []
    })
  }

  function startOfAuthority(zone: DnsZone): readonly WireRecord[] {
    const set = zone.recordsAt(zone.name).find(({ Type }) => Type === 'SOA')
    // RFC 2308 3: how long nothing is remembered is the lower of the record's TTL and its MINIMUM, the last field.
    return (set ? encode(zone, zone.name, set) : []).map((record) => ({
      ...record,
      ttl: Math.min(record.ttl, record.data.readUInt32BE(record.data.length - 4)),
    }))
  }

  function refer(zone: DnsZone, cut: string): Response {
    const servers = zone.recordsAt(cut).filter(({ Type }) => Type === 'NS')
    const authorities = servers.flatMap((set) => encode(zone, cut, set))
    const names = servers.flatMap(({ ResourceRecords = [] }) =>
      ResourceRecords.map(({ Value = '' }) => normaliseName(Value)),
    )
    const additionals = names
      .filter((name) => isWithin(name, zone.name))
      .flatMap((name) =>
        zone
          .recordsAt(name)
          .filter((set) => (set.Type === 'A' || set.Type === 'AAAA') && !set.AliasTarget)
          .flatMap((set) => encode(zone, name, set)),
      )
    return { rcode: rcodes.NOERROR, isAuthoritative: false, answers: [], authorities, additionals }
  }

  /** The zone that has the name; for DS, which stands above a cut, the one above where we hold that too. */
  function zoneOf(name: string, type: number): DnsZone | null {
    const zone = zones.zoneFor(name)
    if (zone?.name !== name || type !== typeNumbers.DS) return zone
    const above = parentOf(name)
    return (above === null ? null : zones.zoneFor(above)) ?? zone
  }

  return (name, type) => {
    const answers: WireRecord[] = []
    const respond = (rcode: number, authorities: readonly WireRecord[] = []): Response => {
      return { rcode, isAuthoritative: true, answers, authorities, additionals: [] }
    }
    let owner = name
    let zone = zoneOf(owner, type)
    if (!zone) return failure(rcodes.REFUSED)
    const seen = new Set<string>()
    while (zone && !seen.has(owner) && seen.size < longestChain) {
      seen.add(owner)
      const finding = findInZone(zone, owner, type)
      if (finding.kind === 'delegation') return answers.length > 0 ? respond(rcodes.NOERROR) : refer(zone, finding.cut)
      // A chain ends with the code of its last name: RFC 6604 3.
      if (finding.kind === 'no-name') return respond(rcodes.NXDOMAIN, startOfAuthority(zone))
      if (type === metaTypes.ANY) {
        answers.push({ owner, ...refusedAny })
        return respond(rcodes.NOERROR)
      }
      const place = { zone, source: finding.source }
      const wanted = finding.records.filter((set) => set.Type !== undefined && typeNumbers[set.Type] === type)
      const group = wanted.length > 0 ? wanted : finding.records.filter(({ Type }) => Type === 'CNAME')
      const chosen = choose(place, group, owner)
      if (chosen.length === 0) return respond(rcodes.NOERROR, startOfAuthority(zone))
      answers.push(...chosen)
      if (wanted.length > 0) return respond(rcodes.NOERROR)
      owner = readName(chosen[0]?.data ?? rootName, 0)?.text ?? ''
      zone = zoneOf(owner, type)
    }
    return respond(rcodes.NOERROR)
  }
}
