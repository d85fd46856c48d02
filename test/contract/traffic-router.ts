import { beforeEach, describe, expect, it } from 'vitest'
import { NotFoundError, UpstreamError, ValidationError } from '../../shared/domain/errors.ts'
import { type AlbRoute, resourceOf, type TestEntry } from '../../shared/domain/service.ts'
import { canaryPercent, type RouteState, sameRouting } from '../../shared/domain/traffic.ts'
import type { DirectRouter, TestRouterFor } from '../../shared/ports/traffic-router.ts'

/** A provider with one service on it, as a suite finds it at the start of each test. */
export interface RoutedWorld {
  readonly routerFor: (route: AlbRoute) => DirectRouter
  readonly testRouterFor: TestRouterFor
  /** All its traffic goes to blue; green is not part of it. */
  readonly route: AlbRoute
  /** All its traffic goes to blue, too. */
  readonly test: TestEntry
  /** A rule that does not exist, with groups that do. */
  readonly missing: AlbRoute
  /** Another target group of the same load balancer. */
  readonly other: string
  /** Changes routing as somebody else would. */
  change(resource: string, weights: Readonly<Record<string, number>>, stickySeconds?: number): Promise<void>
}

const toGreen = { canary: 'green', keepIdle: true } as const
const fromStore = <T>(value: T): T => JSON.parse(JSON.stringify(value))

/** The written meaning of {@link DirectRouter} and of the test router beside it. */
export function describeTrafficRouter(name: string, make: () => Promise<RoutedWorld>): void {
  let world: RoutedWorld
  let router: DirectRouter

  beforeEach(async () => {
    world = await make()
    router = world.routerFor(world.route)
  })

  /** Reads, writes and reads back. */
  async function shift(wish: Parameters<DirectRouter['target']>[1]): Promise<RouteState> {
    const seen = await router.read()
    const target = router.target(seen, wish)
    await router.write(seen, target)
    const readBack = await router.read()
    expect(sameRouting(readBack, target)).toBe(true)
    return readBack
  }

  describe(`${name} as a traffic router`, () => {
    it('reads the weights that are there; an absent side is null', async () => {
      const { weights } = await router.read()
      expect(weights.green).toBeNull()
      expect(canaryPercent(weights, 'green')).toBe(0)
    })

    it.each([0, 0.1, 1, 10, 33.3, 50, 99, 99.9, 100])('puts %d percent in place', async (percent) => {
      const { weights } = await shift({ ...toGreen, percent })
      expect(canaryPercent(weights, 'green')).toBe(percent)
      expect(weights.green).not.toBeNull()
    })

    it('sends nothing for a target', async () => {
      const seen = await router.read()
      router.target(seen, { ...toGreen, percent: 50 })
      expect(await router.read()).toEqual(seen)
    })

    it('may be told the same twice', async () => {
      const seen = await router.read()
      const target = router.target(seen, { ...toGreen, percent: 10 })
      await router.write(seen, target)
      await router.write(seen, target)
      expect(sameRouting(await router.read(), target)).toBe(true)
    })

    it('puts a snapshot back from plain JSON, the attached side gone again', async () => {
      const snapshot = fromStore(await router.read())
      const seen = await shift({ ...toGreen, percent: 100 })
      await router.write(seen, snapshot)
      const restored = await router.read()
      expect(sameRouting(restored, snapshot)).toBe(true)
      expect(restored.weights.green).toBeNull()
    })

    it('shows a weight that somebody else changed', async () => {
      const ours = await shift({ ...toGreen, percent: 10 })
      await world.change(resourceOf(world.route), { [world.route.blue]: 80, [world.route.green]: 20 })
      expect(sameRouting(await router.read(), ours)).toBe(false)
    })

    it('shows a group that somebody else added, refuses to raise beside it, and can take it back', async () => {
      const ours = await shift({ ...toGreen, percent: 10 })
      const foreign = { [world.route.blue]: 45, [world.route.green]: 5, [world.other]: 50 }
      await world.change(resourceOf(world.route), foreign)
      const seen = await router.read()
      expect(sameRouting(seen, ours)).toBe(false)
      expect(() => router.target(seen, { ...toGreen, percent: 20 })).toThrow(UpstreamError)
      await router.write(seen, ours)
      expect(sameRouting(await router.read(), ours)).toBe(true)
    })

    it('keeps stickiness, and takes the idle side out at the end because of it', async () => {
      await world.change(resourceOf(world.route), { [world.route.blue]: 1 }, 60)
      const before = await router.read()
      const during = await shift({ ...toGreen, percent: 50 })
      expect(during.settings).toBe(before.settings)
      const after = await shift({ canary: 'green', percent: 100, keepIdle: false })
      expect(after.settings).toBe(before.settings)
      expect(after.weights.blue).toBeNull()
      expect(canaryPercent(after.weights, 'green')).toBe(100)
    })

    it('leaves the idle side attached at the end without stickiness', async () => {
      await shift({ ...toGreen, percent: 50 })
      const after = await shift({ canary: 'green', percent: 100, keepIdle: false })
      expect(after.weights.blue).toBe(0)
    })

    it.each([-1, 100.1, 0.05])('refuses %d percent', async (percent) => {
      const seen = await router.read()
      expect(() => router.target(seen, { ...toGreen, percent })).toThrow(ValidationError)
    })

    it('says that a rule is gone, on reading and on writing', async () => {
      const seen = await router.read()
      const gone = world.routerFor(world.missing)
      await expect(gone.read()).rejects.toThrow(NotFoundError)
      await expect(gone.write(seen, seen)).rejects.toThrow(NotFoundError)
    })
  })

  describe(`${name} as a test router`, () => {
    it('points all test traffic at one group, puts it back, and touches nothing else', async () => {
      const test = world.testRouterFor(world.test)
      const live = await router.read()
      const before = fromStore(await test.read())
      const target = test.pointAt(before, world.route.green)
      expect(sameRouting(before, target)).toBe(false)
      await test.write(before, target)
      expect(sameRouting(await test.read(), target)).toBe(true)
      await test.write(target, before)
      expect(sameRouting(await test.read(), before)).toBe(true)
      expect(sameRouting(await router.read(), live)).toBe(true)
    })
  })
}
