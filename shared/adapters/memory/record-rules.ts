import type { RecordSet } from '../../domain/record-set.ts'

/** @see Route 53 developer guide, quotas: maximums on ChangeResourceRecordSets requests; an UPSERT counts twice */
const mostElements = 1000
const mostValueCharacters = 32_000

/** What tells one record set of a zone from all others. */
export function recordKey({ name, type, setIdentifier }: Pick<RecordSet, 'name' | 'type' | 'setIdentifier'>): string {
  return JSON.stringify([name, type, setIdentifier])
}

/** Route 53's order: by name, its labels from the right, then by type and identifier. */
export function compareRecords(a: RecordPlace, b: RecordPlace): number {
  return (
    compareText(sortKey(a.name), sortKey(b.name)) ||
    compareText(a.type ?? '', b.type ?? '') ||
    compareText(a.setIdentifier ?? '', b.setIdentifier ?? '')
  )
}

interface RecordPlace {
  readonly name: string
  readonly type?: string
  readonly setIdentifier?: string | null
}

/**
 * Everything that Route 53 has against a batch of UPSERTs.
 *
 * @param before - The zone's records by {@link recordKey}. @param after - The same once the batch is applied.
 * @see Route 53 API reference, ResourceRecordSet
 */
export function batchProblems(
  batch: readonly RecordSet[],
  zoneName: string,
  { before, after }: Readonly<Record<'before' | 'after', ReadonlyMap<string, RecordSet>>>,
): readonly string[] {
  const all = [...after.values()]
  return [
    ...sizeProblems(batch),
    ...batch.flatMap((record) => [
      ...ownProblems(record, zoneName),
      ...(batch.filter((other) => recordKey(other) === recordKey(record)).length > 1
        ? [`${nameOf(record)} is in the batch twice`]
        : []),
      ...(before.get(recordKey(record))?.trafficPolicyInstanceId
        ? [`${nameOf(record)} belongs to a traffic policy`]
        : []),
      ...groupProblems(
        record,
        all.filter(({ name, type }) => name === record.name && type === record.type),
      ),
    ]),
  ]
}

function sizeProblems(batch: readonly RecordSet[]): readonly string[] {
  const elements = 2 * batch.reduce((sum, record) => sum + record.elements, 0)
  const characters = 2 * batch.reduce((sum, record) => sum + record.valueCharacters, 0)
  return [
    ...(elements > mostElements ? [`Number of records limit of ${mostElements} exceeded.`] : []),
    ...(characters > mostValueCharacters ? [`RDATA character limit of ${mostValueCharacters} exceeded.`] : []),
  ]
}

function ownProblems(record: RecordSet, zoneName: string): readonly string[] {
  const { name, weight, policy, setIdentifier } = record
  const isInZone = name === zoneName || name.endsWith(`.${zoneName}`)
  const isWeight = weight === null || (Number.isInteger(weight) && weight >= 0 && weight <= 255)
  return [
    ...(isInZone ? [] : [`RRSet with DNS name ${name}. is not permitted in zone ${zoneName}.`]),
    ...(isWeight ? [] : [`the weight of ${nameOf(record)} is ${weight}, not a whole number from 0 to 255`]),
    ...(policy !== 'simple' && setIdentifier === null ? [`${nameOf(record)} has no SetIdentifier`] : []),
  ]
}

function groupProblems(record: RecordSet, group: readonly RecordSet[]): readonly string[] {
  const ttls = new Set(group.flatMap(({ ttlSeconds }) => ttlSeconds ?? []))
  const isMixed = group.some(({ policy }) => policy !== record.policy)
  return [
    ...(isMixed ? [`${nameOf(record)} stands beside records with another policy`] : []),
    ...(record.policy === 'weighted' && record.ttlSeconds !== null && ttls.size > 1
      ? [`${nameOf(record)} has another TTL than its group`]
      : []),
  ]
}

function nameOf({ name, type, setIdentifier }: RecordSet): string {
  return [`${name}.`, type, setIdentifier].filter((part) => part !== null).join(' ')
}

/** `*.example.com` becomes `com.example.*.`. */
function sortKey(name: string): string {
  return `${name.split('.').reverse().join('.')}.`
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
