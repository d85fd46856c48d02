import { describe, expect, it } from 'vitest'
import type { Propagation } from '../../shared/ports/propagation.ts'

const now = Date.UTC(2026, 0, 1)
const everyMs = 10_000

/** The written meaning of {@link Propagation}. `make` gives one that knows no change. */
export function describePropagation(name: string, make: () => Promise<Propagation>): void {
  describe(`${name} as propagation`, () => {
    it('knows nothing of a change before somebody asks', async () => {
      const propagation = await make()
      expect(await propagation.read('C1')).toBeNull()
    })

    it('lets one caller poll per interval', async () => {
      const propagation = await make()
      const claims: boolean[] = []
      for (const passedMs of [0, 0, everyMs - 1, everyMs, everyMs + 1, 2 * everyMs - 1, 2 * everyMs, 10 * everyMs])
        claims.push(await propagation.claimPoll('C1', now + passedMs, everyMs))
      expect(claims).toEqual([true, false, false, true, false, false, true, true])
      expect(await propagation.read('C1')).toEqual({ insyncAtMs: null })
    })

    it('lets one of many concurrent callers poll, each interval', async () => {
      const propagation = await make()
      for (const atMs of [now, now + everyMs]) {
        const claims = await Promise.all(Array.from({ length: 20 }, () => propagation.claimPoll('C1', atMs, everyMs)))
        expect(claims.filter(Boolean)).toHaveLength(1)
      }
    })

    it('keeps changes apart', async () => {
      const propagation = await make()
      await propagation.claimPoll('C1', now, everyMs)
      await propagation.noteInsync('C2', now)
      expect(await propagation.claimPoll('C3', now, everyMs)).toBe(true)
      expect(await Promise.all(['C1', 'C2', 'C3', 'C'].map((id) => propagation.read(id)))).toEqual([
        { insyncAtMs: null },
        { insyncAtMs: now },
        { insyncAtMs: null },
        null,
      ])
    })

    it.each([{ polled: true }, { polled: false }])(
      'keeps the first time it was seen in place: $polled',
      async (row) => {
        const propagation = await make()
        if (row.polled) await propagation.claimPoll('C1', now, everyMs)
        await propagation.noteInsync('C1', now + 30_000)
        await propagation.noteInsync('C1', now + 40_000)
        await propagation.noteInsync('C1', now + 20_000)
        expect(await propagation.read('C1')).toEqual({ insyncAtMs: now + 30_000 })
      },
    )

    it('sends nobody to ask once the change is in place', async () => {
      const propagation = await make()
      await propagation.noteInsync('C1', now)
      expect(await propagation.claimPoll('C1', now + 10 * everyMs, everyMs)).toBe(false)
      expect(await propagation.read('C1')).toEqual({ insyncAtMs: now })
    })
  })
}
