import type { Deployment } from '../../domain/deployment.ts'
import { ConflictError } from '../../domain/errors.ts'
import type { Logger } from '../../logger.ts'
import type { Clock } from '../../ports/clock.ts'
import type { DeploymentStore } from '../../ports/deployment-store.ts'
import { buildPage, fromCursor } from '../page.ts'
import { createDeploymentEvents } from './deployment-events.ts'
import { listDeployments } from './deployment-list.ts'
import { fromDeploymentItem, fromMeasuresItem, keys, readText, toDeploymentItem, toMeasuresItem } from './item.ts'
import { checkIsSmall } from './item-size.ts'
import { createItemTable, ifAbsent, type TableOptions } from './item-table.ts'
import { createKeptBuckets } from './kept-buckets.ts'
import { createPointers } from './pointers.ts'
import { createQueues } from './queues.ts'
import { timeToLiveAttribute } from './table.ts'

/** How long the answer to a request is remembered by its idempotency key. */
const keyLifeSeconds = 90 * 86_400

export interface DeploymentStoreOptions extends TableOptions {
  /** For the end of idempotency keys, which the database deletes by real time. */
  readonly clock: Pick<Clock, 'realNow'>
  /** Told when an event could not be copied for now. */
  readonly logger: Pick<Logger, 'warn'>
}

/** Deployments in DynamoDB. */
export function createDynamoDbDeploymentStore(options: DeploymentStoreOptions): DeploymentStore {
  const table = createItemTable(options)
  const events = createDeploymentEvents(table)

  async function load(id: string): Promise<Deployment | null> {
    const item = await table.get(keys.deployment(id))
    return item && fromDeploymentItem(item)
  }

  /** Nothing that happens to the copies may fail a save that stands: they are made up for later. */
  async function inPassing<T>(what: string, { id }: Deployment, work: Promise<T>): Promise<T | null> {
    try {
      return await work
    } catch (error) {
      options.logger.warn(what, { deployment: id, error })
      return null
    }
  }

  return {
    ...createPointers(table),
    ...createQueues(table),
    ...createKeptBuckets(table),
    load,
    async claimKey(key, { id, bodyHash }) {
      const expires = Math.floor(options.clock.realNow() / 1000) + keyLifeSeconds
      const claim = { ...keys.idempotency(key), deploymentFor: id, bodyHash, [timeToLiveAttribute]: expires }
      const standing = await table.putIfAbsent(claim)
      return { id: readText(standing, 'deploymentFor'), bodyHash: readText(standing, 'bodyHash') }
    },
    async create(deployment) {
      const item = checkIsSmall(toDeploymentItem(deployment), `deployment of ${deployment.service}`)
      const standing = fromDeploymentItem(await table.putIfAbsent(item))
      await inPassing('events-not-copied', standing, events.copy(standing))
      return standing
    },
    async save(next) {
      const left = await inPassing('copied-events-unknown', next, events.withoutCopied(next.id, next.lastEvents))
      const item = toDeploymentItem({ ...next, lastEvents: left ?? next.lastEvents })
      const written = await table.putIf(item, ifRevision(next.revision - 1))
      if (!written.ours) throw moved(next, written.standing && fromDeploymentItem(written.standing))
      const saved = { ...next, lastEvents: left ?? next.lastEvents }
      await inPassing('events-not-copied', saved, events.copy(saved))
    },
    list: (filter, page) => listDeployments({ table, load }, filter, page),
    async listEvents(id, page) {
      const after = Number(fromCursor('events', page.cursor) ?? 0)
      // The record first: whatever it no longer carries by now has an item, so that nothing falls between the two reads.
      const carried = (await load(id))?.lastEvents ?? []
      const copied = await events.read(id, after, page.limit + 1)
      const bySeq = new Map([...carried, ...copied].map((event) => [event.seq, event]))
      const found = [...bySeq.values()].filter((event) => event.seq > after).sort((a, b) => a.seq - b.seq)
      return buildPage('events', { found, limit: page.limit, placeOf: (event) => String(event.seq) })
    },
    copyEvents: (deployment) => events.copy(deployment),
    async loadMeasures(id) {
      const item = await table.get(keys.measures(id))
      return item && fromMeasuresItem(item)
    },
    async saveMeasures(id, next) {
      const condition = next.revision === 1 ? ifAbsent : ifRevision(next.revision - 1)
      const written = await table.putIf(toMeasuresItem(id, next), condition)
      if (written.ours) return
      throw new ConflictError(
        `measures of ${id} changed since they were read (revision ${next.revision - 1}); read them again`,
        { id },
      )
    },
    async saveWakeToken(id, token) {
      await table.put({ ...keys.wakeToken(id), wakeToken: token })
    },
    async wakeToken(id) {
      const item = await table.get(keys.wakeToken(id))
      return item && readText(item, 'wakeToken')
    },
  }
}

function ifRevision(revision: number) {
  return { expression: 'revision = :revision', values: { ':revision': revision } }
}

function moved(next: Deployment, standing: Deployment | null): ConflictError {
  return new ConflictError(
    `deployment ${next.id} changed since it was read (revision ${next.revision - 1} then, ${standing?.revision ?? 'none'} now); read it again`,
    standing ? { id: next.id, version: standing.version } : { id: next.id },
  )
}
