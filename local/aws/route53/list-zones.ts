import type {
  ListHostedZonesByNameRequest,
  ListHostedZonesByNameResponse,
  ListHostedZonesRequest,
  ListHostedZonesResponse,
} from '@aws-sdk/client-route-53'
import { compareNames, compareText, type DnsName, isName, parseDnsName, toWireName } from './dns-name.ts'
import { refuse, refuseInput, refuseValue } from './errors.ts'
import { cutPage, fromMarker } from './page.ts'
import { bareId } from './resource-id.ts'
import { showZone, type Zone } from './zone.ts'

const mostOfPage = 100

/** @throws {AwsError} `InvalidInput`, `NoSuchDelegationSet`. @see Route 53 API reference, ListHostedZones */
export function listZones(zones: readonly Zone[], input: ListHostedZonesRequest): ListHostedZonesResponse {
  const { Marker, MaxItems, DelegationSetId, HostedZoneType } = input
  if (DelegationSetId !== undefined)
    refuse('NoSuchDelegationSet', `No reusable delegation set found with ID: ${DelegationSetId}`)
  if (HostedZoneType !== undefined && HostedZoneType !== 'PrivateHostedZone')
    refuseValue('hostedZoneType', HostedZoneType, 'Member must satisfy enum value set: [PrivateHostedZone]')
  const wanted = HostedZoneType === undefined ? zones : zones.filter(({ vpcs }) => vpcs !== undefined)
  const rest = fromMarker(wanted, ({ id }) => id, Marker === undefined ? undefined : bareId(Marker))
  const { items, next, maxItems } = cutPage(rest, MaxItems, mostOfPage)
  return {
    HostedZones: items.map(showZone),
    Marker,
    IsTruncated: next !== undefined,
    ...(next && { NextMarker: next.id }),
    MaxItems: maxItems,
  }
}

/** By name as `ListResourceRecordSets` sorts it, then by id. @see Route 53 API reference, ListHostedZonesByName */
export function listZonesByName(
  zones: readonly Zone[],
  input: ListHostedZonesByNameRequest,
): ListHostedZonesByNameResponse {
  const { DNSName, HostedZoneId, MaxItems } = input
  if (HostedZoneId !== undefined && DNSName === undefined) refuseInput('hostedzoneid needs dnsname')
  const start = { name: DNSName === undefined ? undefined : readName(DNSName), id: bareId(HostedZoneId ?? '') }
  const inOrder = [...zones].sort((a, b) => compareNames(a.name, b.name) || compareText(a.id, b.id))
  const rest = inOrder.filter((zone) => {
    if (start.name === undefined) return true
    return (compareNames(zone.name, start.name) || compareText(zone.id, start.id)) >= 0
  })
  const { items, next, maxItems } = cutPage(rest, MaxItems, mostOfPage)
  return {
    HostedZones: items.map(showZone),
    ...(DNSName !== undefined && { DNSName }),
    ...(HostedZoneId !== undefined && { HostedZoneId }),
    IsTruncated: next !== undefined,
    ...(next && { NextDNSName: toWireName(next.name), NextHostedZoneId: next.id }),
    MaxItems: maxItems,
  }
}

function readName(text: string): DnsName {
  const name = parseDnsName(text)
  return isName(name) ? name : refuse('InvalidDomainName', `${text} is not a valid domain name: ${name.problem}`)
}
