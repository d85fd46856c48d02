import { toWireName } from './dns-name.ts'
import { keyOf, type Policy, policyOf, type RecordSet } from './record-set.ts'

const mostWeighted = 100
const mostValues = 400

/**
 * What is wrong with a record set among those of its name, once the whole batch is applied.
 *
 * @param record - One that the batch has put there.
 * @param sameName - Every record set of its name, itself included.
 * @param zoneName - Name of the hosted zone.
 * @see Route 53 API reference, ResourceRecordSet
 */
export function findGroupProblems(record: RecordSet, sameName: readonly RecordSet[], zoneName: string): string[] {
  const group = sameName.filter((other) => other.Type === record.Type)
  const others = group.filter((other) => keyOf(other) !== keyOf(record))
  return [
    ...cnameProblems(record, sameName, zoneName),
    ...valueCountProblems(record),
    ...mixProblems(record, others),
    ...(policyOf(record) === 'weighted' ? weightedProblems(record, group) : []),
    ...twinProblems(record, others),
  ]
}

function cnameProblems({ Name, Type }: RecordSet, sameName: readonly RecordSet[], zoneName: string): string[] {
  const name = toWireName(Name)
  const zone = toWireName(zoneName)
  if (Type === 'CNAME' && Name === zoneName)
    return [`RRSet of type CNAME with DNS name ${name} is not permitted at apex in zone ${zone}`]
  if (Type === 'CNAME' && sameName.some((other) => other.Type !== 'CNAME'))
    return [
      `RRSet of type CNAME with DNS name ${name} is not permitted as it conflicts with other records with the same DNS name in zone ${zone}`,
    ]
  if (Type !== 'CNAME' && sameName.some((other) => other.Type === 'CNAME'))
    return [
      `RRSet of type ${Type} with DNS name ${name} is not permitted because a conflicting RRSet of type  CNAME with the same DNS name already exists in zone ${zone}`,
    ]
  return []
}

function valueCountProblems(record: RecordSet): string[] {
  const values = record.ResourceRecords ?? []
  const policy = policyOf(record)
  if (values.length > mostValues) return [`Cannot have more than ${mostValues} records in a RRSet`]
  if (values.length > 1 && (policy === 'weighted' || policy === 'latency' || policy === 'multivalue'))
    return [refusal(record, `${policy} sets must contain exactly one record.`)]
  if (values.length > 1 && record.Type === 'CNAME')
    return [`RRSet of type CNAME with DNS name ${toWireName(record.Name)} must have exactly one record`]
  const twice = values.find(({ Value }, index) => values.findIndex((other) => other.Value === Value) !== index)
  return twice ? [`Duplicate Resource Record: '${twice.Value}'`] : []
}

function mixProblems(record: RecordSet, others: readonly RecordSet[]): string[] {
  const policy = policyOf(record)
  if (policy === 'simple' && others.length > 0) {
    const name = `RRSet with DNS name ${toWireName(record.Name)}, type ${record.Type}`
    return [`${name} cannot be created as other RRSets exist with the same name and type.`]
  }
  return others.some((other) => policyOf(other) !== policy)
    ? [refusal(record, `a non-${policy} set exists with the same name and type.`)]
    : []
}

/** An alias has no TTL of its own, so it counts for none. */
function weightedProblems(record: RecordSet, group: readonly RecordSet[]): string[] {
  const ttls = new Set(group.flatMap(({ TTL }) => TTL ?? []))
  return [
    ...(record.TTL !== undefined && ttls.size > 1 ? [refusal(record, 'weighted sets must contain the same TTL.')] : []),
    ...(group.length > mostWeighted
      ? [refusal(record, `a weighted set can have at most ${mostWeighted} members.`)]
      : []),
  ]
}

/** Two records of a group that claim the same queries. */
function twinProblems(record: RecordSet, others: readonly RecordSet[]): string[] {
  const claim = claimOf(record)
  if (claim === undefined || !others.some((other) => claimOf(other) === claim)) return []
  return [refusal(record, 'a RRSet with the same name, type and routing value already exists.')]
}

function claimOf(record: RecordSet): string | undefined {
  const claims: Partial<Record<Policy, unknown>> = {
    latency: record.Region,
    failover: record.Failover,
    geolocation: [
      record.GeoLocation?.ContinentCode ?? null,
      record.GeoLocation?.CountryCode ?? null,
      record.GeoLocation?.SubdivisionCode ?? null,
    ],
    cidr: [record.CidrRoutingConfig?.CollectionId ?? null, record.CidrRoutingConfig?.LocationName ?? null],
  }
  const claim = claims[policyOf(record)]
  return claim === undefined ? undefined : JSON.stringify(claim)
}

function refusal({ Name, Type, SetIdentifier }: RecordSet, reason: string): string {
  return `RRSet with DNS name ${toWireName(Name)}, type ${Type}, SetIdentifier ${SetIdentifier} cannot be created as ${reason}`
}
