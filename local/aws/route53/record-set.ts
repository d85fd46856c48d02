import { isDeepStrictEqual } from 'node:util'
import type { ResourceRecordSet, RRType } from '@aws-sdk/client-route-53'
import { compareNames, compareText, toWireName } from './dns-name.ts'

/**
 * A record set as it is kept: names without trailing dot and wildcards as `*` (see DnsName), ids without prefix, values
 * as they were sent.
 */
export type RecordSet = ResourceRecordSet & { readonly Name: string; readonly Type: RRType }

/** How a group of records of one name and type shares its queries. */
export type Policy =
  | 'simple'
  | 'weighted'
  | 'latency'
  | 'failover'
  | 'geolocation'
  | 'geoproximity'
  | 'multivalue'
  | 'cidr'

/** The members that choose a policy. */
export const policyMembers = {
  Weight: 'weighted',
  Region: 'latency',
  Failover: 'failover',
  GeoLocation: 'geolocation',
  MultiValueAnswer: 'multivalue',
  CidrRoutingConfig: 'cidr',
  GeoProximityLocation: 'geoproximity',
} as const satisfies Partial<Record<keyof ResourceRecordSet, Policy>>

/** Policies that a record set asks for; a right one has none or one. */
export function policiesOf(record: ResourceRecordSet): (keyof typeof policyMembers)[] {
  const members = Object.keys(policyMembers) as (keyof typeof policyMembers)[]
  return members.filter((member) => record[member] !== undefined && record[member] !== false)
}

export function policyOf(record: ResourceRecordSet): Policy {
  const [member] = policiesOf(record)
  return member === undefined ? 'simple' : policyMembers[member]
}

/** What tells a record set from every other of its zone. */
export function keyOf({ Name, Type, SetIdentifier }: ResourceRecordSet): string {
  return JSON.stringify([Name, Type, SetIdentifier ?? null])
}

/** As Route 53's messages name it: `[name='app.example.com.', type='A', set identifier='blue']`. */
export function describeRecord({ Name, Type, SetIdentifier }: RecordSet): string {
  const identifier = SetIdentifier === undefined ? '' : `, set identifier='${SetIdentifier}'`
  return `[name='${toWireName(Name)}', type='${Type}'${identifier}]`
}

/** Whether both say the same; the order of values plays no part. */
export function isSameRecord(a: RecordSet, b: RecordSet): boolean {
  return isDeepStrictEqual(comparable(a), comparable(b))
}

/** The order of `ListResourceRecordSets`: name, then type, then set identifier. */
export function compareRecords(a: ResourceRecordSet, b: ResourceRecordSet): number {
  return (
    compareNames(a.Name ?? '', b.Name ?? '') ||
    compareText(a.Type ?? '', b.Type ?? '') ||
    compareText(a.SetIdentifier ?? '', b.SetIdentifier ?? '')
  )
}

/** As the API answers it. */
export function showRecord(record: RecordSet): ResourceRecordSet {
  const { AliasTarget: alias } = record
  return {
    ...record,
    Name: toWireName(record.Name),
    ...(alias && { AliasTarget: { ...alias, DNSName: toWireName(alias.DNSName ?? '') } }),
  }
}

function comparable(record: RecordSet): unknown {
  const values = record.ResourceRecords?.map(({ Value }) => Value ?? '').sort()
  const { MultiValueAnswer, ...rest } = record
  // Through JSON: a member that is undefined is one that is not there.
  return JSON.parse(JSON.stringify({ ...rest, ResourceRecords: values, ...(MultiValueAnswer && { MultiValueAnswer }) }))
}
