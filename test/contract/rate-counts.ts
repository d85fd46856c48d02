import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../local/clock.ts'
import type { RateRule } from '../../shared/domain/rate-limit.ts'
import type { Clock } from '../../shared/ports/clock.ts'
import type { RateCounts } from '../../shared/ports/rate-counts.ts'

const rule: RateRule = { most: 5, windowSeconds: 60 }
const caller = 'oidc https://issuer.example repo:octo/shop'

/** The written meaning of {@link RateCounts}. `make` gives several that share what they count, on the clock's real time. */
export function describeRateCounts(
  name: string,
  make: (clock: Pick<Clock, 'realNow'>, processes: number) => Promise<readonly RateCounts[]>,
): void {
  describe(`${name} as rate counts`, () => {
    const start = async (processes = 1) => {
      const clock = createManualClock()
      // The first window begins now.
      await clock.advance(60_000 - (clock.now() % 60_000))
      const [counts, ...others] = await make({ realNow: clock.now }, processes)
      if (!counts) throw new Error('make gave none')
      return { counts, others, clock }
    }

    it('counts one more each time', async () => {
      const { counts, clock } = await start()
      expect(await counts.count('command', caller, rule)).toEqual({ current: 1, previous: 0 })
      await clock.advance(59_999)
      expect(await counts.count('command', caller, rule)).toEqual({ current: 2, previous: 0 })
    })

    it('begins anew with each window, and says what was in the one before', async () => {
      const { counts, clock } = await start()
      for (let count = 0; count < 3; count++) await counts.count('command', caller, rule)
      await clock.advance(60_000)
      expect(await counts.count('command', caller, rule)).toEqual({ current: 1, previous: 3 })
      expect(await counts.count('command', caller, rule)).toEqual({ current: 2, previous: 3 })
      await clock.advance(120_000)
      expect(await counts.count('command', caller, rule)).toEqual({ current: 1, previous: 0 })
    })

    it('tells callers and kinds apart', async () => {
      const { counts } = await start()
      await counts.count('command', caller, rule)
      expect(await counts.count('command', `${caller} `, rule)).toEqual({ current: 1, previous: 0 })
      expect(await counts.count('take-back', caller, rule)).toEqual({ current: 1, previous: 0 })
      expect(await counts.count('refused', caller, rule)).toEqual({ current: 1, previous: 0 })
      expect(await counts.count('command', caller, rule)).toEqual({ current: 2, previous: 0 })
    })

    it('counts a crowd in several processes, each once', async () => {
      const { counts, others, clock } = await start(3)
      const all = [counts, ...others]
      const crowd = Array.from({ length: 30 }, (_, index) => all[index % all.length] ?? counts)
      const seen = await Promise.all(crowd.map((one) => one.count('command', caller, rule)))
      expect(seen.map(({ current }) => current).sort((a, b) => a - b)).toEqual(crowd.map((_, index) => index + 1))
      await clock.advance(60_000)
      for (const one of all) expect((await one.count('command', caller, rule)).previous).toBe(30)
    })

    it('takes any text for a caller', async () => {
      const { counts } = await start()
      for (const text of ['', 'x'.repeat(5000), 'ключ # \u0000'])
        expect(await counts.count('command', text, rule)).toEqual({ current: 1, previous: 0 })
    })
  })
}
