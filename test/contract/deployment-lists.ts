import { describe, expect, it } from 'vitest'
import { ValidationError } from '../../shared/domain/errors.ts'
import type { DeploymentStore } from '../../shared/ports/deployment-store.ts'
import { aDeployment, anEvent } from '../support/builders.ts'
import { readAll } from '../support/read-all.ts'
import { loadOrThrow, nextOf, seqsOf } from '../support/saved-records.ts'

const { id } = aDeployment()

/** The part of the written meaning of {@link DeploymentStore} that is about its lists and events. */
export function describeDeploymentLists(make: () => Promise<DeploymentStore>): void {
  describe('lists', () => {
    const fill = async (store: DeploymentStore) => {
      for (let n = 1; n <= 9; n++)
        await store.create(
          aDeployment({
            id: `dep_${n}`,
            service: n % 3 === 0 ? 'api' : 'web',
            phase: n % 2 === 0 ? 'succeeded' : 'baking',
          }),
        )
    }

    it.each([
      { title: 'everything', filter: {}, ids: [9, 8, 7, 6, 5, 4, 3, 2, 1] },
      { title: 'a service', filter: { service: 'api' }, ids: [9, 6, 3] },
      { title: 'a phase', filter: { phase: 'succeeded' as const }, ids: [8, 6, 4, 2] },
      { title: 'a service and a phase', filter: { service: 'web', phase: 'baking' as const }, ids: [7, 5, 1] },
      { title: 'a service without any', filter: { service: 'none' }, ids: [] },
      { title: 'a phase without any', filter: { phase: 'halted' as const }, ids: [] },
    ])('shows $title newest first, in pages that fit together', async ({ filter, ids }) => {
      const store = await make()
      await fill(store)
      for (const limit of [1, 2, 3, 4, 9, 100]) {
        const { items, sizes } = await readAll((page) => store.list(filter, page), limit)
        expect(items.map((deployment) => deployment.id)).toEqual(ids.map((n) => `dep_${n}`))
        expect(sizes).toHaveLength(Math.max(1, Math.ceil(ids.length / limit)))
        expect(Math.max(...sizes)).toBeLessThanOrEqual(limit)
      }
    })

    it('shows whole records, as they are now', async () => {
      const store = await make()
      const first = await store.create(aDeployment())
      await store.save(nextOf(first, { phase: 'rejected', endedAt: '2026-01-01T00:01:00.000Z' }))
      const { items } = await store.list({ phase: 'rejected' }, { limit: 10, cursor: null })
      expect(items).toEqual([await store.load(id)])
      expect((await store.list({ phase: 'preparing' }, { limit: 10, cursor: null })).items).toEqual([])
    })

    it('goes on below the cursor although newer ones were created since', async () => {
      const store = await make()
      await fill(store)
      const { nextCursor } = await store.list({}, { limit: 4, cursor: null })
      await store.create(aDeployment({ id: 'dep_95' }))
      const { items } = await store.list({}, { limit: 2, cursor: nextCursor })
      expect(items.map((deployment) => deployment.id)).toEqual(['dep_5', 'dep_4'])
    })

    it.each([
      {
        title: 'deployments',
        read: (store: DeploymentStore, cursor: string) => store.list({}, { limit: 1, cursor }),
      },
      {
        title: 'events',
        read: (store: DeploymentStore, cursor: string) => store.listEvents(id, { limit: 1, cursor }),
      },
      {
        title: 'pointers',
        read: (store: DeploymentStore, cursor: string) => store.listPointers({ limit: 1, cursor }),
      },
      {
        title: 'queues',
        read: (store: DeploymentStore, cursor: string) => store.listQueues({ limit: 1, cursor }),
      },
      {
        title: 'buckets',
        read: (store: DeploymentStore, cursor: string) => store.listBuckets(id, 'errors', { limit: 1, cursor }),
      },
    ])('refuses a foreign cursor for $title', async ({ read }) => {
      const store = await make()
      for (const cursor of ['', 'e30', '%%%', Buffer.from('{"list":"services","place":"a"}').toString('base64url')]) {
        await expect(read(store, cursor)).rejects.toThrow(ValidationError)
        await expect(read(store, cursor)).rejects.toMatchObject({ problems: [{ path: 'cursor' }] })
      }
    })
  })

  describe('events', () => {
    it('shows none for a deployment that is not there', async () => {
      expect(await (await make()).listEvents(id, { limit: 5, cursor: null })).toEqual({ items: [], nextCursor: null })
    })

    it('shows each event once and in order, in pages that fit together', async () => {
      const store = await make()
      let record = await store.create(nextOf(aDeployment({ revision: 0 })))
      for (let n = 2; n <= 12; n++) {
        await store.save(nextOf(record))
        record = await loadOrThrow(store, id)
      }
      for (const limit of [1, 5, 11, 12, 100]) {
        const { items } = await readAll((page) => store.listEvents(id, page), limit)
        expect(seqsOf(items)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
        expect(items[4]).toEqual(anEvent({ seq: 5, reason: 'transition 5' }))
      }
    })

    it('drops from the record what was copied, though its caller carries it on', async () => {
      const store = await make()
      let record = await store.create(nextOf(aDeployment({ revision: 0 })))
      for (let n = 2; n <= 5; n++) {
        record = nextOf(record)
        await store.save(record)
      }
      expect(seqsOf(record.lastEvents)).toEqual([1, 2, 3, 4, 5])
      expect(seqsOf((await loadOrThrow(store, id)).lastEvents)).toEqual([5])
      const { items } = await store.listEvents(id, { limit: 100, cursor: null })
      expect(seqsOf(items)).toEqual([1, 2, 3, 4, 5])
    })

    it('takes a repeated copy as done', async () => {
      const store = await make()
      const record = await store.create(nextOf(aDeployment({ revision: 0 })))
      await store.copyEvents(record)
      await store.copyEvents(record)
      expect(seqsOf((await store.listEvents(id, { limit: 100, cursor: null })).items)).toEqual([1])
    })

    it('keeps the events of two deployments apart', async () => {
      const store = await make()
      await store.create(nextOf(aDeployment({ revision: 0 })))
      await store.create(nextOf(aDeployment({ revision: 0, id: `${id}2` })))
      expect(seqsOf((await store.listEvents(id, { limit: 100, cursor: null })).items)).toEqual([1])
    })
  })
}
