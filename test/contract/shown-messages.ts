import { describe, expect, it } from 'vitest'
import { ConflictError } from '../../shared/domain/errors.ts'
import type { ShownMessage } from '../../shared/domain/shown-message.ts'
import type { ShownMessages } from '../../shared/ports/shown-messages.ts'

const id = 'dep_01KDVDNC00000000000000WEB1'
const first: ShownMessage = { revision: 1, channel: 'C0123', ts: null, version: 0, work: { kind: 'post', untilMs: 7 } }

/** The written meaning of {@link ShownMessages}. `make` gives an empty store. */
export function describeShownMessages(name: string, make: () => Promise<ShownMessages>): void {
  describe(`${name} as shown messages`, () => {
    it('has none until one is saved, and tells deployments apart', async () => {
      const store = await make()
      expect(await store.load(id)).toBeNull()
      await store.save(id, first)
      expect(await store.load(id)).toEqual(first)
      expect(await store.load(`${id}0`)).toBeNull()
    })

    it('saves the next revision only', async () => {
      const store = await make()
      await expect(store.save(id, { ...first, revision: 2 })).rejects.toThrow(ConflictError)
      await store.save(id, first)
      await expect(store.save(id, first)).rejects.toThrow(ConflictError)
      const next = { revision: 2, channel: 'C0123', ts: '1767225600.000100', version: 4, work: null }
      await store.save(id, next)
      await expect(store.save(id, { ...first, revision: 2 })).rejects.toThrow(ConflictError)
      expect(await store.load(id)).toEqual(next)
    })

    it('lets one of a crowd win', async () => {
      const store = await make()
      const tries = Array.from({ length: 10 }, (_, n) => store.save(id, { ...first, version: n }))
      const saved = (await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled')
      expect(saved).toHaveLength(1)
    })
  })
}
