import type { Deployment, DeploymentEvent, DeploymentMeasures } from '../../domain/deployment.ts'
import { ConflictError } from '../../domain/errors.ts'
import type { SettledBucket } from '../../domain/gates/compare-buckets.ts'
import type { DeploymentStore, KeyClaim, Pointer } from '../../ports/deployment-store.ts'
import { buildPage, fromCursor } from '../page.ts'
import { copyOf, frozenCopyOf } from './copy.ts'
import { createMemoryQueues } from './queues.ts'

/** Deployments in memory, for tests. Nothing awaits inside a method, so each is atomic; what is read is frozen. */
export function createMemoryDeploymentStore(): DeploymentStore {
  const claims = new Map<string, KeyClaim>()
  const records = new Map<string, Deployment>()
  const events = new Map<string, Map<number, DeploymentEvent>>()
  const measures = new Map<string, DeploymentMeasures>()
  const buckets = new Map<string, Map<number, SettledBucket>>()
  const wakeTokens = new Map<string, string>()

  const eventsOf = (id: string) => events.get(id) ?? new Map<number, DeploymentEvent>()
  const bucketsOf = (id: string, gate: string) => {
    const key = `${id} ${gate}`
    const found = buckets.get(key) ?? new Map<number, SettledBucket>()
    buckets.set(key, found)
    return found
  }
  const keep = (record: Deployment) => {
    const copied = eventsOf(record.id)
    const lastEvents = record.lastEvents.filter((event) => !copied.has(event.seq))
    records.set(record.id, frozenCopyOf({ ...record, lastEvents }))
    copy(record)
  }
  const copy = (record: Deployment) => {
    const copied = eventsOf(record.id)
    for (const event of record.lastEvents) if (!copied.has(event.seq)) copied.set(event.seq, frozenCopyOf(event))
    events.set(record.id, copied)
  }

  return {
    ...createPointers(),
    ...createMemoryQueues(),
    async claimKey(key, claim) {
      const standing = claims.get(key) ?? copyOf(claim)
      claims.set(key, standing)
      return copyOf(standing)
    },
    async create(deployment) {
      const standing = records.get(deployment.id)
      if (standing) return standing
      keep(deployment)
      return copyOf(deployment)
    },
    async load(id) {
      return records.get(id) ?? null
    },
    async save(next) {
      const stored = records.get(next.id)
      if (stored?.revision !== next.revision - 1)
        throw new ConflictError(
          `deployment ${next.id} changed since it was read (revision ${next.revision - 1} then, ${stored?.revision ?? 'none'} now); read it again`,
          stored ? { id: next.id, version: stored.version } : { id: next.id },
        )
      keep(next)
    },
    async list(filter, page) {
      const before = fromCursor('deployments', page.cursor)
      const found = [...records.values()]
        .filter((record) => before === null || record.id < before)
        .filter((record) => filter.service === undefined || record.service === filter.service)
        .filter((record) => filter.phase === undefined || record.phase === filter.phase)
        .sort((a, b) => (a.id < b.id ? 1 : -1))
      return buildPage('deployments', { found, limit: page.limit, placeOf: (record) => record.id })
    },
    async listEvents(id, page) {
      const after = Number(fromCursor('events', page.cursor) ?? 0)
      // Whatever the record still carries was copied in the same breath: here there is nothing to merge.
      const found = [...eventsOf(id).values()].filter((event) => event.seq > after).sort((a, b) => a.seq - b.seq)
      return buildPage('events', { found, limit: page.limit, placeOf: (event) => String(event.seq) })
    },
    async copyEvents(deployment) {
      copy(deployment)
    },
    async loadMeasures(id) {
      return measures.get(id) ?? null
    },
    async saveMeasures(id, next) {
      const stored = measures.get(id)?.revision ?? 0
      if (stored !== next.revision - 1)
        throw new ConflictError(
          `measures of ${id} changed since they were read (revision ${next.revision - 1} then, ${stored} now); read them again`,
          { id },
        )
      measures.set(id, frozenCopyOf(next))
    },
    async keepBuckets(id, gate, fresh) {
      const kept = bucketsOf(id, gate)
      for (const bucket of fresh) if (!kept.has(bucket.endMs)) kept.set(bucket.endMs, copyOf(bucket))
      return copyOf(fresh.flatMap(({ endMs }) => kept.get(endMs) ?? []))
    },
    async listBuckets(id, gate, page) {
      const after = Number(fromCursor('buckets', page.cursor) ?? 0)
      const found = [...bucketsOf(id, gate).values()]
        .filter(({ endMs }) => endMs > after)
        .sort((a, b) => a.endMs - b.endMs)
      return buildPage('buckets', { found: copyOf(found), limit: page.limit, placeOf: ({ endMs }) => String(endMs) })
    },
    async saveWakeToken(id, token) {
      wakeTokens.set(id, token)
    },
    async wakeToken(id) {
      return wakeTokens.get(id) ?? null
    },
  }
}

type Pointers = Pick<
  DeploymentStore,
  'takePointer' | 'watchPointer' | 'freePointer' | 'pointer' | 'watched' | 'listPointers'
>

function createPointers(): Pointers {
  /** What is open in front of what is watched. */
  const pointers = new Map<string, { readonly open: string | null; readonly watched: string | null }>()
  const of = (service: string) => pointers.get(service) ?? { open: null, watched: null }
  return {
    async takePointer(service, id) {
      const { open, watched } = of(service)
      pointers.set(service, { open: open ?? id, watched })
      return open ?? id
    },
    async watchPointer(service, id) {
      if (of(service).open === id) pointers.set(service, { open: null, watched: id })
    },
    async freePointer(service, id) {
      const { open, watched } = of(service)
      if ((open ?? watched) !== id) return
      if (open !== null && watched !== null) pointers.set(service, { open: null, watched })
      else pointers.delete(service)
    },
    async pointer(service) {
      return of(service).open
    },
    async watched(service) {
      const { open, watched } = of(service)
      return open === null ? watched : null
    },
    async listPointers(page) {
      const after = fromCursor('pointers', page.cursor)
      const found = [...pointers]
        .filter(([service]) => after === null || service > after)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([service, { open, watched }]) => toPointer(service, open, watched))
      return buildPage('pointers', { found, limit: page.limit, placeOf: ({ service }) => service })
    },
  }
}

function toPointer(service: string, open: string | null, watched: string | null): Pointer {
  return open === null ? { service, id: watched ?? '', state: 'watched' } : { service, id: open, state: 'open' }
}
