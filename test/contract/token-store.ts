import { describe, expect, it } from 'vitest'
import { ConflictError, ValidationError } from '../../shared/domain/errors.ts'
import type { TokenStore } from '../../shared/ports/token-store.ts'
import { readAll } from '../support/read-all.ts'
import { anApiToken, aTokenId } from '../support/tokens.ts'

const revocation = { at: '2026-01-02T00:00:00.000Z', by: { kind: 'token', name: 'bo' }, reason: 'lost' } as const
const instant = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()

/** The written meaning of {@link TokenStore}. `make` gives an empty one. */
export function describeTokenStore(name: string, make: () => Promise<TokenStore>): void {
  describe(`${name} as a store of API tokens`, () => {
    it('gives back what was added', async () => {
      const store = await make()
      await store.add(anApiToken())
      await store.add(anApiToken({ id: aTokenId(2), lastUsedAt: instant(1), revoked: revocation }))
      expect(await store.get(aTokenId())).toEqual(anApiToken())
      expect(await store.get(aTokenId(2))).toEqual(
        anApiToken({ id: aTokenId(2), lastUsedAt: instant(1), revoked: revocation }),
      )
      expect(await store.get(aTokenId(3))).toBeNull()
    })

    it('refuses an id that is taken and keeps whose it is', async () => {
      const store = await make()
      await store.add(anApiToken())
      await expect(store.add(anApiToken({ name: 'another' }))).rejects.toThrow(ConflictError)
      expect(await store.get(aTokenId())).toEqual(anApiToken())
    })

    it('takes one of many with the same id at once', async () => {
      const store = await make()
      const adds = Array.from({ length: 5 }, (_, n) => store.add(anApiToken({ name: `n${n}` })))
      const outcomes = (await Promise.allSettled(adds)).map(({ status }) => status)
      expect(outcomes.filter((status) => status === 'fulfilled')).toHaveLength(1)
      expect((await store.get(aTokenId()))?.name).toBe(`n${outcomes.indexOf('fulfilled')}`)
    })

    it('lists by id, in pages, whatever became of them', async () => {
      const store = await make()
      for (const n of [3, 1, 5, 2, 4]) await store.add(anApiToken({ id: aTokenId(n) }))
      await store.revoke(aTokenId(2), revocation)
      const { items, sizes } = await readAll((page) => store.list(page), 2)
      expect(items).toEqual(
        [1, 2, 3, 4, 5].map((n) => anApiToken({ id: aTokenId(n), revoked: n === 2 ? revocation : null })),
      )
      expect(sizes).toEqual([2, 2, 1])
      await expect(store.list({ limit: 1, cursor: 'x' })).rejects.toThrow(ValidationError)
    })

    it('lets the first revocation stand', async () => {
      const store = await make()
      await store.add(anApiToken())
      const revoked = anApiToken({ revoked: revocation })
      expect(await store.revoke(aTokenId(), revocation)).toEqual(revoked)
      expect(await store.revoke(aTokenId(), { ...revocation, reason: 'again' })).toEqual(revoked)
      expect(await store.get(aTokenId())).toEqual(revoked)
    })

    it('revokes nothing where there is nothing', async () => {
      const store = await make()
      expect(await store.revoke(aTokenId(), revocation)).toBeNull()
      expect(await store.get(aTokenId())).toBeNull()
    })

    it('notes a use unless a newer one is noted', async () => {
      const store = await make()
      await store.add(anApiToken())
      const used = async () => (await store.get(aTokenId()))?.lastUsedAt
      await store.noteUse(aTokenId(), { at: instant(90), since: instant(30) })
      expect(await used()).toBe(instant(90))
      await store.noteUse(aTokenId(), { at: instant(149), since: instant(89) })
      expect(await used()).toBe(instant(90))
      await store.noteUse(aTokenId(), { at: instant(150), since: instant(90) })
      expect(await used()).toBe(instant(150))
    })

    it('notes a use of a revoked token without undoing that', async () => {
      const store = await make()
      await store.add(anApiToken())
      await Promise.all([
        store.revoke(aTokenId(), revocation),
        store.noteUse(aTokenId(), { at: instant(90), since: instant(30) }),
      ])
      expect(await store.get(aTokenId())).toEqual(anApiToken({ revoked: revocation, lastUsedAt: instant(90) }))
    })

    it('makes no token of a use', async () => {
      const store = await make()
      await store.noteUse(aTokenId(), { at: instant(90), since: instant(30) })
      expect(await store.get(aTokenId())).toBeNull()
    })

    it('keeps copies that nobody can change from outside', async () => {
      const store = await make()
      const createdBy = { kind: 'slack' as const, name: 'mei' }
      await store.add(anApiToken({ createdBy }))
      createdBy.name = 'somebody else'
      expect((await store.get(aTokenId()))?.createdBy.name).toBe('mei')
    })
  })
}
