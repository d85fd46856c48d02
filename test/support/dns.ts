import type { ResourceRecordSet, RRType } from '@aws-sdk/client-route-53'
import * as dns from 'dns-packet'
import type { BalancerSource, DnsZone, HealthSource, ZoneSource } from '../../local/data-plane/dns/zone-source.ts'

/** A record set with its values as texts. */
export function aRecord(
  name: string,
  type: RRType,
  values: readonly string[],
  changes: Partial<ResourceRecordSet> = {},
): ResourceRecordSet {
  return { Name: name, Type: type, TTL: 60, ResourceRecords: values.map((Value) => ({ Value })), ...changes }
}

/** One of a weighted group of A records; its identifier is its address. */
export function aWeighted(name: string, address: string, weight: number, healthCheckId?: string): ResourceRecordSet {
  const changes = { SetIdentifier: address, Weight: weight }
  return aRecord(
    name,
    'A',
    [address],
    healthCheckId === undefined ? changes : { ...changes, HealthCheckId: healthCheckId },
  )
}

export interface AliasChanges extends Partial<ResourceRecordSet> {
  /** Default: that of the zones here, which are named after themselves. */
  readonly zoneId?: string
  readonly evaluates?: boolean
}

export function anAlias(name: string, target: string, changes: AliasChanges = {}): ResourceRecordSet {
  const { zoneId = 'Z-example.com', evaluates = false, ...others } = changes
  const AliasTarget = { HostedZoneId: zoneId, DNSName: `${target}.`, EvaluateTargetHealth: evaluates }
  return { Name: name, Type: 'A', AliasTarget, ...others }
}

export const startText = 'ns.example.com. admin.example.com. 1 7200 900 1209600 300'

/** A zone with an SOA (TTL 900, minimum 300), a name server, and these. Its records may be changed between queries. */
export function aZone(name: string, records: ResourceRecordSet[]): DnsZone & { records: ResourceRecordSet[] } {
  const start = [aRecord(name, 'SOA', [startText], { TTL: 900 }), aRecord(name, 'NS', [`ns.${name}.`], { TTL: 900 })]
  const all = () => [...start, ...zone.records]
  const zone = {
    id: `Z-${name}`,
    name,
    version: 1,
    records,
    recordsAt: (wanted: string) => all().filter((record) => record.Name === wanted),
    hasName: (wanted: string) => all().some(({ Name }) => Name === wanted || Name?.endsWith(`.${wanted}`)),
  }
  return zone
}

export function zonesOf(...zones: readonly DnsZone[]): ZoneSource {
  const longestFirst = [...zones].sort((a, b) => b.name.length - a.name.length)
  return {
    zoneFor: (name) => longestFirst.find((zone) => name === zone.name || name.endsWith(`.${zone.name}`)) ?? null,
  }
}

/** Health checks by id; one that is not named is not there. */
export function healthOf(states: Readonly<Record<string, boolean>>): HealthSource {
  return { isHealthy: (id) => states[id] ?? null }
}

/** Load balancers by DNS name: an address, and whether its target groups are healthy. */
export function balancersOf(
  balancers: Readonly<Record<string, { readonly address: string; readonly isHealthy: boolean }>>,
): BalancerSource {
  return {
    addressesOf: (name) => (balancers[name] ? [balancers[name].address] : null),
    isHealthy: (name) => balancers[name]?.isHealthy ?? null,
  }
}

export interface QueryOptions {
  readonly id?: number
  /** Default RD. */
  readonly flags?: number
  /** Octets that the client takes over udp; absent: no EDNS. */
  readonly udpSize?: number
}

export function aQuery(name: string, type: string, options: QueryOptions = {}): Buffer {
  const { id = 7, flags = dns.RECURSION_DESIRED, udpSize } = options
  const edns = { type: 'OPT', name: '.', udpPayloadSize: udpSize, flags: 0, options: [] }
  return dns.encode({
    type: 'query',
    id,
    flags,
    questions: [{ type: type as dns.RecordType, name }],
    // The types of the library want what only answers have.
    additionals: udpSize === undefined ? [] : [edns as unknown as dns.Answer],
  })
}

/** An answer as text: `app.example.com 60 A 192.0.2.1`. */
export interface Shown {
  readonly rcode: string
  readonly flags: string
  readonly answers: readonly string[]
  readonly authorities: readonly string[]
  readonly additionals: readonly string[]
}

export function show(packet: Buffer): Shown {
  const answer = dns.decode(packet)
  const { rcode } = answer as { rcode?: string }
  const flags = (['aa', 'tc', 'rd', 'ra'] as const).filter((flag) => answer[`flag_${flag}`])
  return {
    rcode: rcode ?? '',
    flags: flags.join(' '),
    answers: (answer.answers ?? []).map(showRecord),
    authorities: (answer.authorities ?? []).map(showRecord),
    additionals: (answer.additionals ?? []).map(showRecord),
  }
}

function showRecord(record: dns.Answer): string {
  if (record.type === 'OPT') return `OPT version ${record.ednsVersion} size ${record.udpPayloadSize}`
  const { name, type, ttl } = record
  return `${name} ${ttl} ${type} ${showData(record)}`
}

function showData(record: Exclude<dns.Answer, dns.OptAnswer>): string {
  if (record.type === 'TXT')
    return [record.data]
      .flat()
      .map((text) => JSON.stringify(text.toString()))
      .join(' ')
  if (record.type === 'SOA') return `${record.data.mname} minimum ${record.data.minimum}`
  const { data } = record
  if (typeof data === 'string') return data
  return Buffer.isBuffer(data) ? data.toString('hex') : JSON.stringify(data)
}

/** The addresses of an answer, in its order. */
export function addressesIn(packet: Buffer): string[] {
  return (dns.decode(packet).answers ?? []).flatMap((record) => (record.type === 'A' ? [record.data] : []))
}
