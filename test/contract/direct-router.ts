import { beforeEach, describe, expect, it } from 'vitest'
import { NotFoundError, UpstreamError, ValidationError } from '../../shared/domain/errors.ts'
import { canaryPercent, type RouteState, sameRouting } from '../../shared/domain/traffic.ts'
import type { DirectRouter, RouterWish } from '../../shared/ports/traffic-router.ts'

/** A provider with one route on it, as the suite finds it at the start of each test. */
export interface DirectWorld {
  /** All its traffic goes to blue; green is not part of it. */
  readonly router: DirectRouter
  /** Of a route that does not exist. */
  readonly missing: DirectRouter
  /** Divides the traffic as somebody else would, in percent; what `other` gets goes to neither slot. */
  change(shares: { readonly blue: number; readonly green: number; readonly other?: number }): Promise<void>
  /** Whether a third side may get traffic beside both of the pair. */
  readonly takesThree: boolean
}

/** Everything of a wish but its share. */
export const toGreen = { canary: 'green', keepIdle: true } as const
/** As a store gives back what it was given. */
export const fromStore = <T>(value: T): T => JSON.parse(JSON.stringify(value))

/** Reads, writes and reads back. */
export async function shiftBy(router: DirectRouter, wish: RouterWish): Promise<RouteState> {
  const seen = await router.read()
  const target = router.target(seen, wish)
  await router.write(seen, target)
  const readBack = await router.read()
  expect(sameRouting(readBack, target)).toBe(true)
  return readBack
}

/** The written meaning of {@link DirectRouter}, whatever the kind of its route. */
export function describeDirectRouter(name: string, make: () => Promise<DirectWorld>): void {
  let world: DirectWorld
  let router: DirectRouter

  beforeEach(async () => {
    world = await make()
    router = world.router
  })

  const shift = (wish: RouterWish) => shiftBy(router, wish)

  /** Neither slot's, beside one of the pair, or both where the provider takes three. */
  const beside = () => (world.takesThree ? { blue: 45, green: 5, other: 50 } : { blue: 50, green: 0, other: 50 })

  describe(`${name} as a router that is written directly`, () => {
    it('reads the weights that are there; an absent side is null', async () => {
      const { weights } = await router.read()
      expect(weights.green).toBeNull()
      expect(canaryPercent(weights, 'green')).toBe(0)
    })

    it.each([0, 0.1, 1, 10, 33.3, 50, 99, 99.9, 100])('puts %d percent in place', async (percent) => {
      const { weights } = await shift({ ...toGreen, percent })
      expect(canaryPercent(weights, 'green')).toBe(percent)
    })

    it('moves on from whatever share is there, up and down', async () => {
      for (const percent of [10, 100, 33.3, 0]) {
        const { weights } = await shift({ ...toGreen, percent })
        expect(canaryPercent(weights, 'green')).toBe(percent)
      }
    })

    it('swaps the roles of the slots', async () => {
      await shift({ ...toGreen, percent: 100 })
      const { weights } = await shift({ canary: 'blue', percent: 5, keepIdle: true })
      expect(canaryPercent(weights, 'blue')).toBe(5)
    })

    it('sends nothing for a target', async () => {
      const seen = await router.read()
      router.target(seen, { ...toGreen, percent: 50 })
      expect(await router.read()).toEqual(seen)
    })

    it('puts a snapshot back from plain JSON, the other side gone again', async () => {
      const snapshot = fromStore(await router.read())
      await shift({ ...toGreen, percent: 10 })
      const seen = await shift({ ...toGreen, percent: 100 })
      await router.write(seen, snapshot)
      const restored = await router.read()
      expect(sameRouting(restored, snapshot)).toBe(true)
      expect(restored.weights.green).toBeNull()
    })

    it('shows a weight that somebody else changed', async () => {
      const ours = await shift({ ...toGreen, percent: 10 })
      await world.change({ blue: 80, green: 20 })
      expect(sameRouting(await router.read(), ours)).toBe(false)
    })

    it('shows a third side that somebody else added, refuses to raise beside it, and can take it back', async () => {
      const ours = await shift({ ...toGreen, percent: 10 })
      await world.change(beside())
      const seen = await router.read()
      expect(sameRouting(seen, ours)).toBe(false)
      expect(() => router.target(seen, { ...toGreen, percent: 20 })).toThrow(UpstreamError)
      await router.write(seen, ours)
      expect(sameRouting(await router.read(), ours)).toBe(true)
    })

    it('puts a snapshot with a third side back exactly', async () => {
      await world.change(beside())
      const snapshot = fromStore(await router.read())
      await world.change({ blue: 90, green: 10 })
      await router.write(await router.read(), snapshot)
      expect(sameRouting(await router.read(), snapshot)).toBe(true)
    })

    it.each([-1, 100.1, 0.05])('refuses %d percent', async (percent) => {
      const seen = await router.read()
      expect(() => router.target(seen, { ...toGreen, percent })).toThrow(ValidationError)
    })

    it('says that the route is gone, on reading and on writing', async () => {
      const seen = await router.read()
      await expect(world.missing.read()).rejects.toThrow(NotFoundError)
      await expect(world.missing.write(seen, seen)).rejects.toThrow(NotFoundError)
    })
  })
}
