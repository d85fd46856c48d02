import type { Deployment } from '../../../shared/domain/deployment.ts'
import type { DeploymentStore } from '../../../shared/ports/deployment-store.ts'

/** What the deployments' records say, for somebody who looks on all the time: read again only after a doubtful save. */
export interface KnownRecords {
  /** The store for everybody who writes. */
  readonly store: DeploymentStore
  load(id: string): Promise<Deployment | null>
  /** The deployment that was created last. */
  newest(): Promise<Deployment | null>
}

/** @param read - The store for whoever looks on. */
export function createKnownRecords(store: DeploymentStore, read: DeploymentStore['load']): KnownRecords {
  const known = new Map<string, Deployment>()
  const ids = new Set<string>()
  const underWay = new Map<string, number>()
  const change = (id: string, by: 1 | -1) => void underWay.set(id, (underWay.get(id) ?? 0) + by)

  /** A save whose process dies in it never ends: from then on that record is read each time. */
  async function saving<Answer>(record: Deployment, save: () => Promise<Answer>): Promise<Answer> {
    ids.add(record.id)
    change(record.id, 1)
    known.delete(record.id)
    const answer = await save().finally(() => change(record.id, -1))
    return answer
  }
  async function load(id: string): Promise<Deployment | null> {
    const kept = known.get(id)
    if (kept) return kept
    const record = await read(id)
    if (record && underWay.get(id) === 0) known.set(id, record)
    return record
  }
  return {
    store: {
      ...store,
      create: (record) => saving(record, () => store.create(record)),
      save: (record) => saving(record, () => store.save(record)),
    },
    load,
    async newest() {
      for (const id of [...ids].sort().reverse()) {
        const record = await load(id)
        if (record) return record
      }
      return null
    },
  }
}
