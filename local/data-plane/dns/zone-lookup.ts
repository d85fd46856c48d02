import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { isWithin, normaliseName, parentOf } from './domain-name.ts'
import { typeNumbers } from './record-types.ts'
import type { DnsZone, ZoneSource } from './zone-source.ts'

/** What a zone has for a name. */
export type Finding =
  /** The name is at or below one that the zone gives away with NS records of its own. */
  | { readonly kind: 'delegation'; readonly cut: string }
  /** `source` is the name that the records have: another than the asked one behind a wildcard. May be without records. */
  | { readonly kind: 'records'; readonly source: string; readonly records: readonly ResourceRecordSet[] }
  | { readonly kind: 'no-name' }

const asterisk = '\\052'

/**
 * Looks a name up in its zone: delegation first, then the name, then the wildcard below its closest encloser.
 *
 * @param type - Number on the wire; DS belongs above the cut, so it is not delegated (RFC 4035 3.1.4.1).
 * @see RFC 1034 4.3.2, RFC 4592 3.3.1
 */
export function findInZone(zone: DnsZone, name: string, type: number): Finding {
  const cut = findCut(zone, name, type)
  if (cut !== null) return { kind: 'delegation', cut }
  const records = zone.recordsAt(name)
  if (records.length > 0 || zone.hasName(name)) return { kind: 'records', source: name, records }
  const encloser = findEncloser(zone, name)
  if (encloser === null) return { kind: 'no-name' }
  const source = encloser === '' ? '*' : `*.${encloser}`
  const wild = zone.recordsAt(source)
  return wild.length > 0 ? { kind: 'records', source, records: wild } : { kind: 'no-name' }
}

/** The longest name above `name` that exists in the zone; null where that is a wildcard's own, which has no wildcard. */
function findEncloser(zone: DnsZone, name: string): string | null {
  let encloser = parentOf(name)
  while (encloser !== null && encloser !== zone.name && !zone.hasName(encloser)) {
    // Below `*.example.com` its label is no longer the leftmost, and so is spelt as any other asterisk.
    if (encloser.startsWith(asterisk) && zone.hasName(`*${encloser.slice(asterisk.length)}`)) return null
    encloser = parentOf(encloser)
  }
  return encloser
}

/** The highest name at or above `name`, below the apex, that has NS records. */
function findCut(zone: DnsZone, name: string, type: number): string | null {
  let cut: string | null = null
  for (let at: string | null = name; at !== null && at.length > zone.name.length; at = parentOf(at)) {
    if (at === name && type === typeNumbers.DS) continue
    for (const { Type } of zone.recordsAt(at)) if (Type === 'NS') cut = at
  }
  return cut
}

/** What an alias record stands for: the records of its own type at its target. */
export interface AliasTarget {
  readonly zone: DnsZone
  readonly name: string
  readonly records: readonly ResourceRecordSet[]
}

/** Null where we hold no zone with the target, or there is no such record. */
export function findAliasTarget(zones: ZoneSource, zone: DnsZone, alias: ResourceRecordSet): AliasTarget | null {
  const { DNSName = '', HostedZoneId = '' } = alias.AliasTarget ?? {}
  const name = normaliseName(DNSName)
  const isHere = HostedZoneId.replace(/^\/hostedzone\//, '') === zone.id && isWithin(name, zone.name)
  const targetZone = isHere ? zone : zones.zoneFor(name)
  if (!targetZone || !alias.Type) return null
  const finding = findInZone(targetZone, name, typeNumbers[alias.Type])
  if (finding.kind !== 'records') return null
  const records = finding.records.filter(({ Type }) => Type === alias.Type)
  return records.length > 0 ? { zone: targetZone, name: finding.source, records } : null
}
