import { describe, expect, it } from 'vitest'
import { ConflictError } from '../../shared/domain/errors.ts'
import type { DeploymentStore } from '../../shared/ports/deployment-store.ts'
import { aDeployment, anEvent, someMeasures } from '../support/builders.ts'
import { readAll } from '../support/read-all.ts'
import { loadOrThrow, nextOf } from '../support/saved-records.ts'
import { describeDeploymentLists } from './deployment-lists.ts'
import { describeKeptBuckets } from './kept-buckets.ts'
import { describeQueues } from './queues.ts'

const { id } = aDeployment()

/** The written meaning of {@link DeploymentStore}. `make` gives an empty store. */
export function describeDeploymentStore(name: string, make: () => Promise<DeploymentStore>): void {
  describe(`${name} as a deployment store`, () => {
    describe('idempotency keys', () => {
      it('binds a key once, and answers with what it is bound to', async () => {
        const store = await make()
        const claim = { id: 'dep_1', bodyHash: 'aa' }
        expect(await store.claimKey('ci-42', claim)).toEqual(claim)
        expect(await store.claimKey('ci-42', claim)).toEqual(claim)
        expect(await store.claimKey('ci-42', { id: 'dep_2', bodyHash: 'bb' })).toEqual(claim)
        expect(await store.claimKey('ci-43', { id: 'dep_2', bodyHash: 'bb' })).toEqual({ id: 'dep_2', bodyHash: 'bb' })
      })

      it('gives one answer to many concurrent claims', async () => {
        const store = await make()
        const claims = Array.from({ length: 20 }, (_, n) => store.claimKey('ci', { id: `dep_${n}`, bodyHash: 'aa' }))
        expect(new Set((await Promise.all(claims)).map((claim) => claim.id)).size).toBe(1)
      })
    })

    describe('pointers', () => {
      it('points a service at one open deployment until it is freed', async () => {
        const store = await make()
        expect(await store.pointer('web')).toBeNull()
        expect(await store.takePointer('web', 'dep_1')).toBe('dep_1')
        expect(await store.takePointer('web', 'dep_1')).toBe('dep_1')
        expect(await store.takePointer('web', 'dep_2')).toBe('dep_1')
        await store.freePointer('web', 'dep_2')
        expect(await store.pointer('web')).toBe('dep_1')
        await store.freePointer('web', 'dep_1')
        await store.freePointer('web', 'dep_1')
        expect(await store.pointer('web')).toBeNull()
        expect(await store.takePointer('web', 'dep_2')).toBe('dep_2')
      })

      it('is free for the next deployment while the last one is watched, until the next one begins', async () => {
        const store = await make()
        await store.watchPointer('web', 'dep_1')
        expect(await store.watched('web')).toBeNull()
        await store.takePointer('web', 'dep_1')
        expect(await store.watched('web')).toBeNull()
        await store.watchPointer('web', 'dep_2')
        expect(await store.pointer('web')).toBe('dep_1')
        await store.watchPointer('web', 'dep_1')
        await store.watchPointer('web', 'dep_1')
        expect([await store.pointer('web'), await store.watched('web')]).toEqual([null, 'dep_1'])
        expect(await store.takePointer('web', 'dep_2')).toBe('dep_2')
        expect([await store.pointer('web'), await store.watched('web')]).toEqual(['dep_2', null])
        await store.watchPointer('web', 'dep_1')
        await store.freePointer('web', 'dep_1')
        expect([await store.pointer('web'), await store.watched('web')]).toEqual(['dep_2', null])
      })

      it('watches the last deployment again where the next one wrote nothing and is freed', async () => {
        const store = await make()
        await store.takePointer('web', 'dep_1')
        await store.watchPointer('web', 'dep_1')
        await store.takePointer('web', 'dep_2')
        await store.freePointer('web', 'dep_2')
        await store.freePointer('web', 'dep_2')
        expect([await store.pointer('web'), await store.watched('web')]).toEqual([null, 'dep_1'])
        await store.takePointer('web', 'dep_3')
        await store.watchPointer('web', 'dep_3')
        expect([await store.pointer('web'), await store.watched('web')]).toEqual([null, 'dep_3'])
        await store.freePointer('web', 'dep_1')
        await store.freePointer('web', 'dep_3')
        expect(await store.listPointers({ limit: 2, cursor: null })).toEqual({ items: [], nextCursor: null })
      })

      it('ends a watch by freeing the pointer, of the deployment that is watched only', async () => {
        const store = await make()
        await store.takePointer('web', 'dep_1')
        await store.watchPointer('web', 'dep_1')
        await store.freePointer('web', 'dep_2')
        expect(await store.watched('web')).toBe('dep_1')
        await store.freePointer('web', 'dep_1')
        expect(await store.watched('web')).toBeNull()
        await store.watchPointer('web', 'dep_1')
        expect(await store.listPointers({ limit: 2, cursor: null })).toEqual({ items: [], nextCursor: null })
      })

      it('names one winner to many who begin while the last deployment is watched', async () => {
        const store = await make()
        await store.takePointer('web', 'dep_last')
        await store.watchPointer('web', 'dep_last')
        const ids = Array.from({ length: 20 }, (_, n) => `dep_${n}`)
        const [winners] = await Promise.all([
          Promise.all(ids.map((taker) => store.takePointer('web', taker))),
          store.freePointer('web', 'dep_last'),
        ])
        expect(new Set(winners).size).toBe(1)
        expect([await store.pointer('web'), await store.watched('web')]).toEqual([winners[0], null])
      })

      it('names one winner to many concurrent takers', async () => {
        const store = await make()
        const ids = Array.from({ length: 20 }, (_, n) => `dep_${n}`)
        const winners = new Set(await Promise.all(ids.map((taker) => store.takePointer('web', taker))))
        expect(winners.size).toBe(1)
        expect(await store.pointer('web')).toBe([...winners][0])
      })

      it('lists every pointer, in pages that fit together', async () => {
        const store = await make()
        expect(await store.listPointers({ limit: 2, cursor: null })).toEqual({ items: [], nextCursor: null })
        for (const service of ['web', 'api', 'shop']) await store.takePointer(service, `dep_${service}`)
        await store.takePointer('done', 'dep_done')
        await store.freePointer('done', 'dep_done')
        await store.watchPointer('shop', 'dep_shop')
        for (const limit of [1, 2, 3, 100]) {
          const { items } = await readAll((page) => store.listPointers(page), limit)
          expect(items).toEqual([
            { service: 'api', id: 'dep_api', state: 'open' },
            { service: 'shop', id: 'dep_shop', state: 'watched' },
            { service: 'web', id: 'dep_web', state: 'open' },
          ])
        }
      })
    })

    describe('records', () => {
      it('has nothing under an id that was never created', async () => {
        expect(await (await make()).load(id)).toBeNull()
      })

      it('creates a record once, and answers with the one that is there', async () => {
        const store = await make()
        const created = aDeployment({ links: { build: 'https://ci.example.com/42' } })
        expect(await store.create(created)).toEqual(created)
        expect(await store.load(id)).toEqual(created)
        expect(await store.create(aDeployment({ reason: 'another' }))).toEqual(created)
        const saved = nextOf(created, { phase: 'verifying', stage: 'verifying' })
        await store.save(saved)
        expect(await store.create(created)).toMatchObject({ revision: 2, phase: 'verifying' })
      })

      it('creates one record for many concurrent creators', async () => {
        const store = await make()
        const reasons = Array.from({ length: 20 }, (_, n) => `creator ${n}`)
        const created = await Promise.all(reasons.map((reason) => store.create(aDeployment({ reason }))))
        expect(new Set(created.map((deployment) => deployment.reason)).size).toBe(1)
        expect(await store.load(id)).toEqual(created[0])
      })

      it('gives back whatever JSON a record holds', async () => {
        const store = await make()
        const evidence = { tiny: 5e-324, huge: 1.5e300, text: 'ü€😀', empty: '', list: [[], {}], none: null, no: false }
        const created = aDeployment({ lastEvents: [anEvent({ evidence })], eventSeq: 1 })
        await store.create(created)
        expect(await store.load(id)).toEqual(created)
        expect((await store.listEvents(id, { limit: 10, cursor: null })).items).toEqual([anEvent({ evidence })])
      })

      it('keeps a copy that its caller cannot change', async () => {
        const store = await make()
        const links: Record<string, string> = { build: 'https://ci.example.com/42' }
        await store.create(aDeployment({ links }))
        links.build = 'changed'
        expect((await loadOrThrow(store, id)).links).toEqual({ build: 'https://ci.example.com/42' })
      })

      it('saves the next revision only', async () => {
        const store = await make()
        const first = await store.create(aDeployment())
        const second = nextOf(first, { phase: 'verifying', stage: 'verifying' })
        await store.save(second)
        expect({ ...(await loadOrThrow(store, id)), lastEvents: [] }).toEqual({ ...second, lastEvents: [] })
        await expect(store.save(nextOf(first, { phase: 'rejected' }))).rejects.toThrow(ConflictError)
        await expect(store.save({ ...nextOf(second), revision: 4 })).rejects.toThrow(ConflictError)
        expect((await loadOrThrow(store, id)).phase).toBe('verifying')
      })

      it('saves no record that was never created', async () => {
        const store = await make()
        await expect(store.save(nextOf(aDeployment()))).rejects.toThrow(ConflictError)
        expect(await store.load(id)).toBeNull()
      })

      it('lets one of many concurrent saves win, with its event and no other', async () => {
        const store = await make()
        const first = await store.create(aDeployment())
        const rivals = Array.from({ length: 20 }, (_, n) => nextOf(first, { reason: `rival ${n}` }))
        const outcomes = await Promise.allSettled(rivals.map((rival) => store.save(rival)))
        expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
        const lost = outcomes.filter((outcome) => outcome.status === 'rejected')
        expect(lost.every((outcome) => outcome.reason instanceof ConflictError)).toBe(true)
        const { reason } = await loadOrThrow(store, id)
        expect((await store.listEvents(id, { limit: 100, cursor: null })).items).toMatchObject([{ seq: 1, reason }])
      })
    })

    describeDeploymentLists(make)
    describeKeptBuckets(make)
    describeQueues(make)

    describe('measures and wake tokens', () => {
      it('saves the next revision of the measures only', async () => {
        const store = await make()
        expect(await store.loadMeasures(id)).toBeNull()
        await store.saveMeasures(id, someMeasures())
        await expect(store.saveMeasures(id, someMeasures())).rejects.toThrow(ConflictError)
        const second = someMeasures({ revision: 2, observedWeight: 9.7 })
        await store.saveMeasures(id, second)
        await expect(store.saveMeasures(id, someMeasures({ revision: 2 }))).rejects.toThrow(ConflictError)
        await expect(store.saveMeasures(id, someMeasures({ revision: 4 }))).rejects.toThrow(ConflictError)
        expect(await store.loadMeasures(id)).toEqual(second)
      })

      it('refuses later measures where there are none', async () => {
        await expect((await make()).saveMeasures(id, someMeasures({ revision: 2 }))).rejects.toThrow(ConflictError)
      })

      it('lets one of many concurrent measures win', async () => {
        const store = await make()
        const saves = Array.from({ length: 20 }, (_, n) => store.saveMeasures(id, someMeasures({ observedWeight: n })))
        const won = (await Promise.allSettled(saves)).filter((outcome) => outcome.status === 'fulfilled')
        expect(won).toHaveLength(1)
      })

      it('remembers the newest wake token', async () => {
        const store = await make()
        expect(await store.wakeToken(id)).toBeNull()
        await store.saveWakeToken(id, 'first')
        await store.saveWakeToken(id, 'second')
        expect(await store.wakeToken(id)).toBe('second')
      })
    })
  })
}
