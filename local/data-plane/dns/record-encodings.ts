import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { encodeRecordData } from './record-data.ts'
import { typeNumbers } from './record-types.ts'
import { encodeRecord, type WireRecord } from './response.ts'
import type { DnsZone } from './zone-source.ts'

/**
 * Puts a record set on the wire under a name, which behind a wildcard or an alias is not its own.
 *
 * @throws {RangeError} If one of its values is not of its type.
 */
export type EncodeRecordSet = (zone: DnsZone, owner: string, set: ResourceRecordSet) => readonly WireRecord[]

interface Encoding {
  readonly version: number
  readonly octets: readonly Buffer[]
  owner: string
  records: readonly WireRecord[]
}

/** Encodes each record set once for as long as its zone stays as it is, and keeps no set that the zone has dropped. */
export function createRecordEncoder(): EncodeRecordSet {
  const encodings = new WeakMap<ResourceRecordSet, Encoding>()
  return (zone, owner, set) => {
    let encoding = encodings.get(set)
    if (encoding?.version !== zone.version) {
      const octets = encodeValues(set)
      encoding = { version: zone.version, octets, owner, records: toRecords(owner, octets) }
      encodings.set(set, encoding)
    } else if (encoding.owner !== owner) {
      encoding.owner = owner
      encoding.records = toRecords(owner, encoding.octets)
    }
    return encoding.records
  }
}

function encodeValues({ Type = 'A', TTL = 0, ResourceRecords = [] }: ResourceRecordSet): Buffer[] {
  return ResourceRecords.map(({ Value = '' }) =>
    encodeRecord({ type: typeNumbers[Type], ttl: Number(TTL), data: encodeRecordData(Type, Value) }),
  )
}

function toRecords(owner: string, octets: readonly Buffer[]): WireRecord[] {
  return octets.map((each) => ({ owner, octets: each }))
}
