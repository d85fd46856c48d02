import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../local/clock.ts'
import type { Clock } from '../../shared/ports/clock.ts'
import { keptMs, type SeenTriggers } from '../../shared/ports/seen-triggers.ts'

const trigger = '398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'

/** The written meaning of {@link SeenTriggers}. `make` gives one that has seen none, on the clock's real time. */
export function describeSeenTriggers(
  name: string,
  make: (clock: Pick<Clock, 'realNow'>) => Promise<SeenTriggers>,
): void {
  describe(`${name} as seen triggers`, () => {
    const start = async () => {
      const clock = createManualClock()
      return { triggers: await make({ realNow: clock.now }), clock }
    }

    it('gives a trigger once', async () => {
      const { triggers } = await start()
      expect(await triggers.take(trigger)).toBe(true)
      expect(await triggers.take(trigger)).toBe(false)
      expect(await triggers.take(trigger)).toBe(false)
    })

    it('tells one trigger from another', async () => {
      const { triggers } = await start()
      expect(await triggers.take(trigger)).toBe(true)
      expect(await triggers.take(`${trigger}0`)).toBe(true)
      expect(await triggers.take(trigger.toUpperCase())).toBe(true)
    })

    it('gives it to one of a crowd', async () => {
      const { triggers } = await start()
      const taken = await Promise.all(Array.from({ length: 20 }, () => triggers.take(trigger)))
      expect(taken.filter(Boolean)).toHaveLength(1)
    })

    it('keeps it for as long as a signature can be good, however often it is asked for', async () => {
      const { triggers, clock } = await start()
      await triggers.take(trigger)
      await clock.advance(keptMs / 2)
      expect(await triggers.take(trigger)).toBe(false)
      await clock.advance(keptMs / 2 - 1)
      expect(await triggers.take(trigger)).toBe(false)
      await clock.advance(1)
      expect(await triggers.take(trigger)).toBe(true)
      expect(await triggers.take(trigger)).toBe(false)
    })
  })
}
