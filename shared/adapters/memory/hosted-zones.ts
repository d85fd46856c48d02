import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { InvariantError, NotFoundError } from '../../domain/errors.ts'
import { type RecordSet, usualPropagationSeconds } from '../../domain/record-set.ts'
import type { Clock } from '../../ports/clock.ts'
import type { HostedZones, RecordPage, RecordStart, UpsertAnswer, ZoneFacts } from '../../ports/hosted-zones.ts'
import { fromResourceRecordSet, toResourceRecordSet } from '../route53/record-mapping.ts'
import type { RunCall } from './faults.ts'
import { batchProblems, compareRecords, recordKey } from './record-rules.ts'

/** A batch that took effect. */
export interface ZoneWrite {
  readonly zoneId: string
  readonly changeId: string
  readonly comment: string
  readonly records: readonly RecordSet[]
}

/** Route 53 in memory: keeps what it is given, refuses what Route 53 refuses, and takes its time to spread it. */
export interface MemoryHostedZones extends HostedZones {
  /** Puts an empty zone there: its SOA and NS records alone. */
  addZone(zoneId: string, zone: { readonly name: string; readonly isPrivate?: boolean }): void
  /** Puts a record set there as somebody else would, whatever the rules: not one of our writes. */
  set(zoneId: string, record: ResourceRecordSet): void
  /** Takes every record set of a name and type away, as somebody else would. */
  remove(zoneId: string, name: string, type: string): void
  /** The record sets of a name and type, by identifier. */
  records(zoneId: string, name: string, type: string): readonly RecordSet[]
  /** Weights of a name and type by set identifier. */
  weightsOf(zoneId: string, name: string, type: string): Readonly<Record<string, number>>
  /** From now on a batch is refused for every record that `why` has a reason against. Default: none. */
  refuse(why: (record: RecordSet) => string | null): void
  /** The next `calls` batches find their zone busy with an earlier change. */
  keepBusy(calls: number): void
  readonly writes: readonly ZoneWrite[]
}

export interface MemoryZoneOptions {
  /** Record sets in a page. Default 300. */
  readonly pageSize?: number
  /** Local milliseconds until a change is everywhere. Default 60,000. */
  readonly spreadsMs?: number
}

interface MemoryZone {
  readonly name: string
  readonly isPrivate: boolean
  records: ReadonlyMap<string, RecordSet>
}

export function createMemoryHostedZones(
  clock: Pick<Clock, 'now'>,
  run: RunCall,
  { pageSize = 300, spreadsMs = usualPropagationSeconds * 1000 }: MemoryZoneOptions = {},
): MemoryHostedZones {
  const zones = new Map<string, MemoryZone>()
  const insyncAtMs = new Map<string, number>()
  const writes: ZoneWrite[] = []
  let refuse: (record: RecordSet) => string | null = () => null
  let busyCalls = 0

  function zoneOf(zoneId: string): MemoryZone {
    const zone = zones.get(zoneId)
    if (!zone) throw new NotFoundError(`NoSuchHostedZone: ${zoneId}`)
    return zone
  }
  const recordsOf = (zoneId: string, name: string, type: string) =>
    [...zoneOf(zoneId).records.values()].filter((record) => record.name === name && record.type === type)

  function upsert(zoneId: string, records: readonly RecordSet[], comment: string): UpsertAnswer {
    const zone = zoneOf(zoneId)
    if (busyCalls > 0) {
      busyCalls--
      return { type: 'busy' }
    }
    if (records.length === 0) throw new InvariantError('a batch without changes')
    // What is kept is what would have been sent: all of the raw record and the weight.
    const batch = records.map((record) => fromResourceRecordSet(toResourceRecordSet(record)))
    const after = withRecords(zone.records, batch)
    const problems = [
      ...batchProblems(batch, zone.name, { before: zone.records, after }),
      ...batch.flatMap((record) => refuse(record) ?? []),
    ]
    if (problems.length > 0) return { type: 'refused', reason: `InvalidChangeBatch: [${problems.join(', ')}]` }
    const changeId = `C${String(writes.length + 1).padStart(13, '0')}`
    zone.records = after
    insyncAtMs.set(changeId, clock.now() + spreadsMs)
    writes.push({ zoneId, changeId, comment, records: batch })
    return { type: 'accepted', changeId }
  }

  function changeStatus(changeId: string): 'pending' | 'insync' {
    const atMs = insyncAtMs.get(changeId)
    if (atMs === undefined) throw new NotFoundError(`NoSuchChange: ${changeId}`)
    return clock.now() < atMs ? 'pending' : 'insync'
  }

  return {
    writes,
    addZone: (zoneId, zone) => void zones.set(zoneId, emptyZone(zone.name, zone.isPrivate ?? false)),
    set(zoneId, record) {
      const zone = zoneOf(zoneId)
      zone.records = withRecords(zone.records, [fromResourceRecordSet(record)])
    },
    remove(zoneId, name, type) {
      const zone = zoneOf(zoneId)
      zone.records = new Map([...zone.records].filter(([, record]) => record.name !== name || record.type !== type))
    },
    records: recordsOf,
    weightsOf: (zoneId, name, type) =>
      Object.fromEntries(recordsOf(zoneId, name, type).map(({ setIdentifier, weight }) => [setIdentifier, weight])),
    refuse(why) {
      refuse = why
    },
    keepBusy(calls) {
      busyCalls = calls
    },
    zone: (zoneId) => run({ action: 'zones.zone', subject: zoneId }, () => factsOf(zones.get(zoneId))),
    page: (zoneId, from) =>
      run({ action: 'zones.page', subject: zoneId }, () => pageOf(zoneOf(zoneId).records, from, pageSize)),
    upsert: (zoneId, records, comment) =>
      run({ action: 'zones.upsert', subject: zoneId }, () => upsert(zoneId, records, comment)),
    changeStatus: (changeId) => run({ action: 'zones.changeStatus', subject: changeId }, () => changeStatus(changeId)),
  }
}

function emptyZone(name: string, isPrivate: boolean): MemoryZone {
  const nameServer = 'ns-1.awsdns-01.example.'
  const own: readonly ResourceRecordSet[] = [
    { Name: `${name}.`, Type: 'NS', TTL: 172_800, ResourceRecords: [{ Value: nameServer }] },
    {
      ...{ Name: `${name}.`, Type: 'SOA', TTL: 900 },
      ResourceRecords: [{ Value: `${nameServer} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400` }],
    },
  ]
  return { name, isPrivate, records: withRecords(new Map(), own.map(fromResourceRecordSet)) }
}

function withRecords(
  records: ReadonlyMap<string, RecordSet>,
  batch: readonly RecordSet[],
): ReadonlyMap<string, RecordSet> {
  return new Map([...records, ...batch.map((record) => [recordKey(record), record] as const)])
}

function factsOf(zone: MemoryZone | undefined): ZoneFacts | null {
  return zone ? { name: zone.name, isPrivate: zone.isPrivate, recordSets: zone.records.size } : null
}

function pageOf(records: ReadonlyMap<string, RecordSet>, from: RecordStart | null, pageSize: number): RecordPage {
  const sorted = [...records.values()].sort(compareRecords)
  const rest = from === null ? sorted : sorted.filter((record) => compareRecords(record, from) >= 0)
  return { records: rest.slice(0, pageSize), next: startOf(rest[pageSize]) }
}

function startOf(record: RecordSet | undefined): RecordStart | null {
  if (!record) return null
  const { name, type, setIdentifier } = record
  return { name, type, ...(setIdentifier === null ? {} : { setIdentifier }) }
}
