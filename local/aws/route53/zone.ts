import { randomInt } from 'node:crypto'
import type { HostedZone, VPC } from '@aws-sdk/client-route-53'
import { type DnsName, toWireName } from './dns-name.ts'
import { keyOf, type RecordSet } from './record-set.ts'

/** A hosted zone as it is kept. A change replaces it whole. */
export interface Zone {
  /** Without `/hostedzone/`. */
  readonly id: string
  readonly name: DnsName
  readonly callerReference: string
  readonly comment: string | undefined
  /** Absent: a public zone. A private one has at least one. */
  readonly vpcs: readonly VPC[] | undefined
  readonly nameServers: readonly string[]
  /** By `keyOf`. */
  readonly records: ReadonlyMap<string, RecordSet>
  /** Rises with each change of the records. */
  readonly version: number
}

export type NewZone = Pick<Zone, 'id' | 'name' | 'callerReference' | 'comment' | 'vpcs'>

const nameServerTtl = 172_800
const authorityTtl = 900

/**
 * A new zone with the two record sets that Route 53 makes: NS, and SOA with the first of the name servers.
 *
 * @see Amazon Route 53 Developer Guide, "NS and SOA records that Amazon Route 53 creates for a public hosted zone"
 */
export function buildZone(zone: NewZone): Zone {
  const nameServers = zone.vpcs ? privateNameServers : chooseNameServers()
  const authority = `${nameServers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`
  const records: RecordSet[] = [
    {
      Name: zone.name,
      Type: 'NS',
      TTL: nameServerTtl,
      ResourceRecords: nameServers.map((server) => ({ Value: `${server}.` })),
    },
    { Name: zone.name, Type: 'SOA', TTL: authorityTtl, ResourceRecords: [{ Value: authority }] },
  ]
  return { ...zone, nameServers, version: 1, records: new Map(records.map((record) => [keyOf(record), record])) }
}

/** As the API answers it. */
export function showZone(zone: Zone): HostedZone {
  const { id, name, callerReference, comment, vpcs, records } = zone
  return {
    Id: `/hostedzone/${id}`,
    Name: toWireName(name),
    CallerReference: callerReference,
    Config: { ...(comment !== undefined && { Comment: comment }), PrivateZone: vpcs !== undefined },
    ResourceRecordSetCount: records.size,
  }
}

/** The record sets that every zone has and that do not stand in the way of its deletion. */
export function isRequired(record: RecordSet, zone: Pick<Zone, 'name'>): boolean {
  return record.Name === zone.name && (record.Type === 'NS' || record.Type === 'SOA')
}

/** Those of private zones, which answer nobody outside. */
const privateNameServers = [0, 1, 2, 3].map((quarter) => nameServer(quarter, 0))

/** One for each top-level domain, so that no registry takes all of them down. */
function chooseNameServers(): string[] {
  return [0, 1, 2, 3].map((quarter) => nameServer(quarter, randomInt(512)))
}

function nameServer(quarter: number, index: number): string {
  const set = String(index % 64).padStart(2, '0')
  return `ns-${quarter * 512 + index}.awsdns-${set}.${['com', 'net', 'org', 'co.uk'][quarter]}`
}
