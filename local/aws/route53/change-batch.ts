import type { Change } from '@aws-sdk/client-route-53'
import { type AliasTargets, findAliasProblem } from './alias-target.ts'
import { findSizeProblems } from './batch-size.ts'
import { isName, isWithin, parseDnsName, toWireName } from './dns-name.ts'
import { refuseBatch } from './errors.ts'
import { findGroupProblems } from './group-rules.ts'
import { describeRecord, isSameRecord, keyOf, type RecordSet } from './record-set.ts'
import { findValueProblem } from './record-value.ts'
import { bareId } from './resource-id.ts'

export interface BatchTarget {
  readonly zone: { readonly id: string; readonly name: string; readonly records: ReadonlyMap<string, RecordSet> }
  readonly balancers: AliasTargets['balancers']
}

interface ReadChange {
  readonly action: string
  readonly record: RecordSet
}

/**
 * Applies a batch to a zone's records, all of it or nothing.
 *
 * Every change is checked against what the changes before it left; how records go together (CNAME, policies, TTLs, alias
 * targets) is checked once all are applied, so that one batch may replace a CNAME by an A or turn a group around.
 *
 * @param changes - Each has passed `checkChangeInput`.
 * @returns The zone's records afterwards, by key.
 * @throws {AwsError} `InvalidChangeBatch` with every problem that was found.
 * @see Route 53 API reference, ChangeResourceRecordSets
 */
export function applyBatch(changes: readonly Change[], target: BatchTarget): Map<string, RecordSet> {
  const { zone } = target
  const sizeProblems = findSizeProblems(changes)
  if (sizeProblems.length > 0) refuseBatch(sizeProblems)
  const read = changes.map(readChange)
  const unreadable = read.filter((change) => typeof change === 'string')
  if (unreadable.length > 0) refuseBatch(unreadable)
  const batch = read.filter((change) => typeof change !== 'string')
  const records = new Map(zone.records)
  const problems = [...repetitions(batch), ...batch.flatMap((change) => apply(change, records, zone.name))]
  if (problems.length === 0) problems.push(...findEndProblems(batch, records, target))
  if (problems.length > 0) refuseBatch([...new Set(problems)])
  return records
}

/** @returns The problem, where a name or value cannot be read. */
function readChange({ Action: action, ResourceRecordSet: sent }: Change): ReadChange | string {
  if (!action || !sent?.Type) throw new Error('a change that is not whole got past checkChangeInput')
  const Name = parseDnsName(sent.Name ?? '')
  if (!isName(Name)) return invalid(Name.problem, sent.Name ?? '')
  for (const { Value = '' } of sent.ResourceRecords ?? []) {
    const problem = findValueProblem(sent.Type, Value)
    if (problem !== undefined) return invalid(problem, Value)
  }
  const { AliasTarget: alias, ...rest } = sent
  const record: RecordSet = { ...rest, Name, Type: sent.Type }
  if (!alias) return { action, record }
  const DNSName = parseDnsName(alias.DNSName ?? '')
  if (!isName(DNSName)) return invalid(DNSName.problem, alias.DNSName ?? '')
  const AliasTarget = { ...alias, DNSName, HostedZoneId: bareId(alias.HostedZoneId ?? '') }
  return { action, record: { ...record, AliasTarget } }
}

function invalid(problem: string, text: string): string {
  return `Invalid Resource Record: 'FATAL problem: ${problem} encountered with '${text}''`
}

/** A record set may be deleted and created anew in one batch; any other repetition contradicts itself. */
function repetitions(batch: readonly ReadChange[]): string[] {
  const actions = new Map<string, string[]>()
  for (const { action, record } of batch) actions.set(keyOf(record), [...(actions.get(keyOf(record)) ?? []), action])
  return batch.flatMap(({ record: { Name, Type }, record }) => {
    const all = actions.get(keyOf(record)) ?? []
    if (all.length === 1 || all.join() === 'DELETE,CREATE') return []
    return [`The request contains an invalid set of changes for a resource record set '${Type} ${toWireName(Name)}'`]
  })
}

/** Changes `records`. @returns What is wrong. */
function apply({ action, record }: ReadChange, records: Map<string, RecordSet>, zoneName: string): string[] {
  const key = keyOf(record)
  const known = records.get(key)
  if (action === 'DELETE') {
    const tried = `Tried to delete resource record set ${describeRecord(record)}`
    if (!known) return [`${tried} but it was not found`]
    if (!isSameRecord(known, record)) return [`${tried} but the values provided do not match the current values`]
    records.delete(key)
    return []
  }
  if (!isWithin(record.Name, zoneName))
    return [`RRSet with DNS name ${toWireName(record.Name)} is not permitted in zone ${toWireName(zoneName)}`]
  if (action === 'CREATE' && known)
    return [`Tried to create resource record set ${describeRecord(record)} but it already exists`]
  records.set(key, record)
  return []
}

function findEndProblems(
  batch: readonly ReadChange[],
  records: ReadonlyMap<string, RecordSet>,
  { zone, balancers }: BatchTarget,
): string[] {
  const byName = groupByName(records.values())
  const recordsAt = (name: string) => byName.get(name) ?? []
  const aliasTargets = { zoneId: zone.id, zoneName: zone.name, recordsAt, balancers }
  const problems = batch
    .filter(({ action }) => action !== 'DELETE')
    .flatMap(({ record }) => {
      const aliasProblem = findAliasProblem(record, aliasTargets)
      return [
        ...findGroupProblems(record, recordsAt(record.Name), zone.name),
        ...(aliasProblem === undefined ? [] : [aliasProblem]),
      ]
    })
  return [...problems, ...apexProblems(recordsAt(zone.name), records)]
}

function apexProblems(apex: readonly RecordSet[], records: ReadonlyMap<string, RecordSet>): string[] {
  const soas = [...records.values()].filter(({ Type }) => Type === 'SOA')
  return [
    ...(apex.some(({ Type }) => Type === 'NS')
      ? []
      : ['A HostedZone must contain at least one NS record for the zone itself.']),
    ...(soas.length === 1 && apex.some(({ Type }) => Type === 'SOA')
      ? []
      : ['A HostedZone must contain exactly one SOA record.']),
  ]
}

export function groupByName(records: Iterable<RecordSet>): Map<string, RecordSet[]> {
  const groups = new Map<string, RecordSet[]>()
  for (const record of records) {
    const group = groups.get(record.Name)
    if (group) group.push(record)
    else groups.set(record.Name, [record])
  }
  return groups
}
