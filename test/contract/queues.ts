import { describe, expect, it } from 'vitest'
import type { DeploymentStore, QueueEntry } from '../../shared/ports/deployment-store.ts'
import { readAll } from '../support/read-all.ts'

const anEntry = (id: string, overrides: Partial<QueueEntry> = {}): QueueEntry => ({
  service: 'web',
  id,
  enqueuedAt: '2026-01-01T00:00:00.000Z',
  ...overrides,
})

/** The part of the written meaning of {@link DeploymentStore} that is about what waits for its turn. */
export function describeQueues(make: () => Promise<DeploymentStore>): void {
  describe('queues', () => {
    it('has nothing where nothing was put', async () => {
      const store = await make()
      expect(await store.queueOf('web')).toEqual([])
      expect(await store.listQueues({ limit: 5, cursor: null })).toEqual({ items: [], nextCursor: null })
      await store.leaveQueue(anEntry('dep_1'))
      expect(await store.queueOf('web')).toEqual([])
    })

    it('keeps what waits in the order of ids, whatever the order it came in', async () => {
      const store = await make()
      for (const id of ['dep_2', 'dep_3', 'dep_1']) await store.enqueue(anEntry(id))
      expect(await store.queueOf('web')).toEqual([anEntry('dep_1'), anEntry('dep_2'), anEntry('dep_3')])
    })

    it('keeps an entry once, in its place, with the time at which it was put there last', async () => {
      const store = await make()
      const again = anEntry('dep_1', { enqueuedAt: '2026-01-01T00:05:00.000Z' })
      await store.enqueue(anEntry('dep_1'))
      await store.enqueue(anEntry('dep_2'))
      await store.enqueue(again)
      await store.enqueue(again)
      expect(await store.queueOf('web')).toEqual([again, anEntry('dep_2')])
    })

    it('takes out the entry that was read, and not one that was put there again since', async () => {
      const store = await make()
      const again = anEntry('dep_1', { enqueuedAt: '2026-01-01T00:05:00.000Z' })
      await store.enqueue(again)
      await store.leaveQueue(anEntry('dep_1'))
      expect(await store.queueOf('web')).toEqual([again])
      await store.leaveQueue(again)
      await store.leaveQueue(again)
      expect(await store.queueOf('web')).toEqual([])
    })

    it('keeps services apart whose names begin alike', async () => {
      const store = await make()
      const other = anEntry('dep_1', { service: 'web-2' })
      await store.enqueue(anEntry('dep_1'))
      await store.enqueue(other)
      expect(await store.queueOf('web')).toEqual([anEntry('dep_1')])
      expect(await store.queueOf('web-2')).toEqual([other])
      await store.leaveQueue(other)
      expect(await store.queueOf('web')).toEqual([anEntry('dep_1')])
    })

    it('keeps all of many concurrent arrivals', async () => {
      const store = await make()
      const ids = Array.from({ length: 20 }, (_, n) => `dep_${String(n).padStart(2, '0')}`)
      await Promise.all(ids.map((id) => store.enqueue(anEntry(id))))
      expect(await store.queueOf('web')).toEqual(ids.map((id) => anEntry(id)))
    })

    it('lists every queue, by service and in its order, in pages that fit together', async () => {
      const store = await make()
      const entries = [
        anEntry('dep_1', { service: 'api' }),
        anEntry('dep_2', { service: 'api' }),
        anEntry('dep_1'),
        anEntry('dep_3'),
        anEntry('dep_0', { service: 'web-2' }),
      ]
      for (const entry of entries.toReversed()) await store.enqueue(entry)
      for (const limit of [1, 2, 3, 100])
        expect((await readAll((page) => store.listQueues(page), limit)).items).toEqual(entries)
    })
  })
}
