import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../local/clock.ts'
import { ConflictError } from '../../shared/domain/errors.ts'
import type { Clock } from '../../shared/ports/clock.ts'
import type { Lease, Leases } from '../../shared/ports/lease.ts'
import { aRouteState, webArns } from '../support/builders.ts'

const resource = webArns.rule
const leaseMs = 20_000

/** The written meaning of {@link Leases}. `make` gives leases nobody has taken, on the clock's real time. */
export function describeLeases(name: string, make: (clock: Clock) => Promise<Leases>): void {
  describe(`${name} as leases`, () => {
    const start = async () => {
      const manual = createManualClock()
      const clock = { now: () => 0, realNow: manual.now, sleep: (realMs: number) => manual.sleep(realMs) }
      return { leases: await make(clock), clock: manual }
    }
    const take = async (leases: Leases, holder: string): Promise<Lease> => {
      const lease = await leases.take(resource, holder, leaseMs)
      if (lease === null) throw new Error(`${holder} did not get the lease`)
      return lease
    }

    it('shows nothing before the first taking', async () => {
      expect(await (await start()).leases.peek(resource)).toBeNull()
    })

    it('gives a free lease, for the time asked', async () => {
      const { leases, clock } = await start()
      const lease = await leases.take(resource, 'a', leaseMs)
      const expected = { resource, holder: 'a', fence: 1, expiresAtMs: clock.now() + leaseMs }
      expect(lease).toEqual({ ...expected, lastWritten: null, intended: null })
      expect(await leases.peek(resource)).toEqual(lease)
    })

    it('keeps every other holder out until it runs out', async () => {
      const { leases, clock } = await start()
      const first = await take(leases, 'a')
      await clock.advance(leaseMs - 1)
      expect(await leases.isHeld(first)).toBe(true)
      expect(await leases.take(resource, 'b', leaseMs)).toBeNull()
      await clock.advance(1)
      expect(await leases.isHeld(first)).toBe(false)
      const second = await take(leases, 'b')
      expect(second.fence).toBe(2)
      expect(await leases.isHeld(second)).toBe(true)
      expect(await leases.isHeld(first)).toBe(false)
    })

    it('guards each resource on its own', async () => {
      const { leases } = await start()
      await take(leases, 'a')
      expect(await leases.take(webArns.blue, 'b', leaseMs)).toMatchObject({ holder: 'b', fence: 1 })
    })

    it('gives it anew to the same holder, and the older taking is void', async () => {
      const { leases, clock } = await start()
      const first = await take(leases, 'a')
      await clock.advance(5000)
      const second = await take(leases, 'a')
      expect(second).toMatchObject({ fence: 2, expiresAtMs: clock.now() + leaseMs })
      expect(await leases.isHeld(first)).toBe(false)
      expect(await leases.isHeld(second)).toBe(true)
      await expect(leases.intend(first, aRouteState())).rejects.toThrow(ConflictError)
    })

    it('lets one of many concurrent takers win', async () => {
      const { leases } = await start()
      const holders = Array.from({ length: 20 }, (_, n) => `holder-${n}`)
      const taken = (await Promise.all(holders.map((holder) => leases.take(resource, holder, leaseMs)))).filter(
        (lease) => lease !== null,
      )
      expect(taken).toHaveLength(1)
      expect(taken[0]?.fence).toBe(1)
      expect(await leases.peek(resource)).toEqual(taken[0])
    })

    it('lets one of many concurrent takers win what has run out', async () => {
      const { leases, clock } = await start()
      await take(leases, 'dead')
      await clock.advance(leaseMs)
      const holders = Array.from({ length: 20 }, (_, n) => `holder-${n}`)
      const taken = await Promise.all(holders.map((holder) => leases.take(resource, holder, leaseMs)))
      expect(taken.filter((lease) => lease !== null).map((lease) => lease?.fence)).toEqual([2])
    })

    it('is free at once after it was given back, and the fence goes on rising', async () => {
      const { leases } = await start()
      const first = await take(leases, 'a')
      await leases.giveBack(first)
      expect(await leases.isHeld(first)).toBe(false)
      expect(await leases.peek(resource)).toMatchObject({ holder: null, fence: 1 })
      expect((await take(leases, 'b')).fence).toBe(2)
    })

    it('changes nothing when somebody gives back what is no longer theirs', async () => {
      const { leases, clock } = await start()
      const first = await take(leases, 'a')
      await clock.advance(leaseMs)
      const second = await take(leases, 'b')
      await leases.giveBack(first)
      expect(await leases.isHeld(second)).toBe(true)
      await leases.giveBack(second)
      await leases.giveBack(second)
      const third = await take(leases, 'b')
      await leases.giveBack(second)
      expect(await leases.isHeld(third)).toBe(true)
    })

    it('remembers what was last written, whoever takes it next', async () => {
      const { leases } = await start()
      const state = aRouteState({ weights: { blue: 90, green: 10 }, raw: { order: [1, { deep: true }], none: null } })
      const first = await take(leases, 'a')
      await leases.intend(first, state)
      expect(await leases.peek(resource)).toMatchObject({ lastWritten: null, intended: state })
      await leases.confirm(first, state)
      await leases.giveBack(first)
      expect(await leases.peek(resource)).toMatchObject({ holder: null, lastWritten: state, intended: null })
      expect(await take(leases, 'b')).toMatchObject({ lastWritten: state, intended: null })
    })

    it('shows the next holder what its predecessor was about to write', async () => {
      const { leases, clock } = await start()
      const before = aRouteState()
      const wanted = aRouteState({ weights: { blue: 90, green: 10 } })
      const first = await take(leases, 'a')
      await leases.intend(first, before)
      await leases.confirm(first, before)
      await leases.intend(first, wanted)
      await clock.advance(leaseMs)
      expect(await take(leases, 'b')).toMatchObject({ fence: 2, lastWritten: before, intended: wanted })
    })

    it('takes a repeated note as done', async () => {
      const { leases } = await start()
      const lease = await take(leases, 'a')
      const state = aRouteState()
      await leases.intend(lease, state)
      await leases.intend(lease, state)
      await leases.confirm(lease, state)
      await leases.confirm(lease, state)
      expect(await leases.peek(resource)).toMatchObject({ lastWritten: state, intended: null })
    })

    it.each([
      { title: 'taken over', after: 'take' as const },
      { title: 'given back', after: 'giveBack' as const },
    ])('notes nothing for a lease that was $title', async ({ after }) => {
      const { leases, clock } = await start()
      const lease = await take(leases, 'a')
      await clock.advance(leaseMs)
      if (after === 'take') await take(leases, 'b')
      else await leases.giveBack(lease)
      await expect(leases.intend(lease, aRouteState())).rejects.toThrow(ConflictError)
      await expect(leases.confirm(lease, aRouteState())).rejects.toThrow(ConflictError)
      expect(await leases.peek(resource)).toMatchObject({ lastWritten: null, intended: null })
    })

    it('notes nothing for a lease that never was', async () => {
      const { leases } = await start()
      const never = { resource, holder: 'a', fence: 1, expiresAtMs: 0, lastWritten: null, intended: null }
      await expect(leases.intend(never, aRouteState())).rejects.toThrow(ConflictError)
      await leases.giveBack(never)
      expect(await leases.isHeld(never)).toBe(false)
      expect(await leases.peek(resource)).toBeNull()
    })

    it('keeps copies that its callers cannot change', async () => {
      const { leases } = await start()
      const raw = { order: 1 }
      const lease = await take(leases, 'a')
      await leases.intend(lease, aRouteState({ raw }))
      raw.order = 2
      expect((await leases.peek(resource))?.intended?.raw).toEqual({ order: 1 })
    })
  })
}
