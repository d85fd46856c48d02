import { describe, expect, it } from 'vitest'
import { ConflictError, ValidationError } from '../../shared/domain/errors.ts'
import type { ServiceStore } from '../../shared/ports/service-store.ts'
import { aService, webArns } from '../support/builders.ts'
import { readAll } from '../support/read-all.ts'

/** The written meaning of {@link ServiceStore}. `make` gives an empty store. */
export function describeServiceStore(name: string, make: () => Promise<ServiceStore>): void {
  describe(`${name} as a service store`, () => {
    it('has nothing under a name that was never saved', async () => {
      expect(await (await make()).get('web')).toBeNull()
    })

    it('gives back what was saved, one revision up', async () => {
      const store = await make()
      const saved = await store.put(aService())
      expect(saved).toEqual(aService({ revision: 1 }))
      expect(await store.get('web')).toEqual(saved)
      const changed = await store.put({ ...saved, settleSeconds: 20 })
      expect(changed).toEqual(aService({ revision: 2, settleSeconds: 20 }))
      expect(await store.get('web')).toEqual(changed)
    })

    it('keeps a copy that its caller cannot change', async () => {
      const store = await make()
      const steps = [{ weight: 100, bakeSeconds: 60 }]
      await store.put(aService({ strategy: { type: 'steps', steps } }))
      steps.push({ weight: 100, bakeSeconds: 99 })
      expect((await store.get('web'))?.strategy).toEqual({ type: 'steps', steps: [{ weight: 100, bakeSeconds: 60 }] })
    })

    it.each([
      { title: 'a new service that exists already', revision: 0 },
      { title: 'a change of what has changed since', revision: 1 },
      { title: 'a revision that never was', revision: 7 },
    ])('refuses $title', async ({ revision }) => {
      const store = await make()
      const saved = await store.put(await store.put(aService()))
      await expect(store.put(aService({ revision, settleSeconds: 99 }))).rejects.toThrow(ConflictError)
      expect(await store.get('web')).toEqual(saved)
    })

    it('refuses a change of a service that is not there', async () => {
      await expect((await make()).put(aService({ revision: 1 }))).rejects.toThrow(ConflictError)
    })

    it('lets one of many concurrent saves win', async () => {
      const store = await make()
      await store.put(aService())
      const saves = Array.from({ length: 20 }, (_, n) => store.put(aService({ revision: 1, settleSeconds: n })))
      const outcomes = await Promise.allSettled(saves)
      const won = outcomes.filter((outcome) => outcome.status === 'fulfilled')
      const lost = outcomes.filter((outcome) => outcome.status === 'rejected')
      expect(won).toHaveLength(1)
      expect(lost.every((outcome) => outcome.reason instanceof ConflictError)).toBe(true)
      expect(await store.get('web')).toEqual(won[0]?.value)
    })

    it('deletes the revision that was read, and nothing newer', async () => {
      const store = await make()
      await store.put(await store.put(aService()))
      await expect(store.delete('web', 1)).rejects.toThrow(ConflictError)
      expect(await store.get('web')).not.toBeNull()
      await store.delete('web', 2)
      expect(await store.get('web')).toBeNull()
    })

    it('takes a delete of what is gone as done', async () => {
      const store = await make()
      await store.put(aService())
      await store.delete('web', 1)
      await store.delete('web', 1)
      expect(await store.get('web')).toBeNull()
    })

    it('lists by name, in pages that fit together', async () => {
      const store = await make()
      for (const service of ['shop', 'api', 'web', 'a', 'api-2']) await store.put(aService({ name: service }))
      for (const limit of [1, 2, 4, 5, 100]) {
        const { items, sizes } = await readAll((page) => store.list(page), limit)
        expect(items.map((service) => service.name)).toEqual(['a', 'api', 'api-2', 'shop', 'web'])
        expect(Math.max(...sizes)).toBeLessThanOrEqual(limit)
      }
      expect((await store.list({ limit: 5, cursor: null })).nextCursor).toBeNull()
    })

    it('lists only what is seen, and has nothing else in a cursor', async () => {
      const store = await make()
      for (const service of ['a', 'shop', 'api', 'web', 'z']) await store.put(aService({ name: service }))
      const sees = (name: string) => name === 'api' || name === 'web'
      for (const limit of [1, 2, 3]) {
        const { items, sizes } = await readAll((page) => store.list(page, sees), limit)
        expect(items.map((service) => service.name)).toEqual(['api', 'web'])
        expect(Math.max(...sizes)).toBeLessThanOrEqual(limit)
      }
      const { nextCursor } = await store.list({ limit: 1, cursor: null }, sees)
      expect(Buffer.from(nextCursor ?? '', 'base64url').toString()).toBe('{"list":"services","place":"api"}')
      expect((await store.list({ limit: 1, cursor: nextCursor }, sees)).nextCursor).toBeNull()
      expect(await store.list({ limit: 1, cursor: null }, () => false)).toEqual({ items: [], nextCursor: null })
    })

    it('lists nothing when there is nothing', async () => {
      expect(await (await make()).list({ limit: 10, cursor: null })).toEqual({ items: [], nextCursor: null })
    })

    it.each(['', 'nonsense', Buffer.from('{"list":"deployments","place":"web"}').toString('base64url')])(
      'refuses the foreign cursor "%s"',
      async (cursor) => {
        const listed = (await make()).list({ limit: 10, cursor })
        await expect(listed).rejects.toThrow(ValidationError)
        await expect(listed).rejects.toMatchObject({ problems: [{ path: 'cursor' }] })
      },
    )

    it('gives a resource to whoever claims it first, until it is released', async () => {
      const store = await make()
      expect(await store.claim(webArns.rule, 'web')).toBe('web')
      expect(await store.claim(webArns.rule, 'web')).toBe('web')
      expect(await store.claim(webArns.rule, 'shop')).toBe('web')
      await store.release(webArns.rule, 'shop')
      expect(await store.claim(webArns.rule, 'shop')).toBe('web')
      await store.release(webArns.rule, 'web')
      expect(await store.claim(webArns.rule, 'shop')).toBe('shop')
    })

    it('names one owner to many concurrent claims', async () => {
      const store = await make()
      const names = Array.from({ length: 20 }, (_, n) => `service-${n}`)
      const owners = new Set(await Promise.all(names.map((service) => store.claim(webArns.rule, service))))
      expect(owners.size).toBe(1)
      expect(names).toContain([...owners][0])
    })

    it('takes the release of what nobody owns as done', async () => {
      const store = await make()
      await store.release(webArns.rule, 'web')
      expect(await store.claim(webArns.rule, 'shop')).toBe('shop')
    })
  })
}
