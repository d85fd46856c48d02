import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { isWithin, normaliseName, parentOf, readName } from './domain-name.ts'
import { chooseRecords } from './record-choice.ts'
import { createRecordEncoder } from './record-encodings.ts'
import { type HealthSources, isRecordHealthy } from './record-health.ts'
import { metaTypes, typeNumbers } from './record-types.ts'
import {
  encodeRecord,
  failure,
  type Response,
  rcodes,
  readTtl,
  recordHeadLength,
  type WireRecord,
  withTtl,
} from './response.ts'
import { createTurns } from './weighted-turns.ts'
import { findAliasTarget, findInZone } from './zone-lookup.ts'
import type { DnsZone } from './zone-source.ts'

/** Answers questions of class IN from the zones as they are now. */
export type Resolve = (name: string, type: number) => Response

/** A chain of CNAME records, or of aliases, is followed this far; a longer one is a loop, or might as well be. */
const longestChain = 16
/** To ANY, one record that says why there is no more. @see RFC 8482 4.2 */
const refusedAny = encodeRecord({ type: metaTypes.HINFO, ttl: 3600, data: Buffer.from('\x07RFC8482\0', 'latin1') })

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
  const encode = createRecordEncoder()

  /** Puts the records that a group answers with now into `answers`, aliases replaced by what they stand for. */
  function choose(place: Place, answers: WireRecord[], depth = 0): void {
    const { zone, source, group, owner } = place
    const key = `${zone.id} ${source} ${group[0]?.Type}`
    const healthy = group.filter((record) => isRecordHealthy(sources, zone, record))
    for (const set of chooseRecords({ key, records: group, healthy }, turns)) {
      if (!set.AliasTarget) {
        for (const record of encode(zone, owner, set)) answers.push(record)
      } else if (depth < longestChain) {
        const target = findAliasTarget(zones, zone, set)
        if (target) choose({ zone: target.zone, source: target.name, group: target.records, owner }, answers, depth + 1)
      }
    }
  }

  function startOfAuthority(zone: DnsZone): WireRecord[] {
    const set = zone.recordsAt(zone.name).find(({ Type }) => Type === 'SOA')
    // RFC 2308 3: how long nothing is remembered is the lower of the record's TTL and its MINIMUM, the last field.
    return (set ? encode(zone, zone.name, set) : []).map((record) =>
      withTtl(record, Math.min(readTtl(record), record.octets.readUInt32BE(record.octets.length - 4))),
    )
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
    let owner = name
    let zone = zoneOf(owner, type)
    if (!zone) return failure(rcodes.REFUSED)
    while (zone && answers.length < longestChain && !isOwner(owner, answers)) {
      const finding = findInZone(zone, owner, type)
      if (finding.kind === 'delegation') return answers.length > 0 ? respond(answers) : refer(zone, finding.cut)
      // A chain ends with the code of its last name: RFC 6604 3.
      if (finding.kind === 'no-name') return respond(answers, startOfAuthority(zone), rcodes.NXDOMAIN)
      const isAlias = finding.records[0]?.Type === 'CNAME'
      if (type === metaTypes.ANY && finding.records.length > 0 && !isAlias) {
        return respond([...answers, { owner, octets: refusedAny }])
      }
      // Where there is a CNAME, no other type is.
      const group = isAlias ? finding.records : finding.records.filter((set) => isOfType(set, type))
      const before = answers.length
      choose({ zone, source: finding.source, group, owner }, answers)
      const last = answers[before]
      if (!last) return respond(answers, startOfAuthority(zone))
      if (!isAlias || type === typeNumbers.CNAME || type === metaTypes.ANY) return respond(answers)
      owner = readName(last.octets, recordHeadLength)?.text ?? ''
      zone = zoneOf(owner, type)
    }
    return respond(answers)
  }
}

/** A group of records, and the name that they answer for. */
interface Place {
  readonly zone: DnsZone
  /** Name of the records, which behind a wildcard or an alias is not that of the question. */
  readonly source: string
  readonly group: readonly ResourceRecordSet[]
  readonly owner: string
}

function respond(answers: readonly WireRecord[], authorities: readonly WireRecord[] = [], rcode = 0): Response {
  return { rcode, isAuthoritative: true, answers, authorities, additionals: [] }
}

function isOwner(name: string, answers: readonly WireRecord[]): boolean {
  return answers.some(({ owner }) => owner === name)
}

function isOfType({ Type }: ResourceRecordSet, type: number): boolean {
  return Type !== undefined && typeNumbers[Type] === type
}
