import { beforeEach, describe, expect, it } from 'vitest'
import { type AlbRoute, resourceOf, type TestEntry } from '../../shared/domain/service.ts'
import { canaryPercent, sameRouting } from '../../shared/domain/traffic.ts'
import type { DirectRouter, RouterWish, TestRouterFor } from '../../shared/ports/traffic-router.ts'
import { describeDirectRouter, fromStore, shiftBy, toGreen } from './direct-router.ts'

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

/** The written meaning of {@link DirectRouter} and of the test router beside it. */
export function describeTrafficRouter(name: string, make: () => Promise<RoutedWorld>): void {
  let world: RoutedWorld
  let router: DirectRouter

  beforeEach(async () => {
    world = await make()
    router = world.routerFor(world.route)
  })

  const shift = (wish: RouterWish) => shiftBy(router, wish)

  describeDirectRouter(name, async () => {
    const { routerFor, route, missing, other, change } = await make()
    return {
      router: routerFor(route),
      missing: routerFor(missing),
      takesThree: true,
      change: (shares) =>
        change(resourceOf(route), {
          [route.blue]: shares.blue,
          [route.green]: shares.green,
          ...(shares.other === undefined ? {} : { [other]: shares.other }),
        }),
    }
  })

  describe(`${name} as a traffic router of target groups`, () => {
    it.each([0, 0.1, 100])('has both groups in the action at %d percent', async (percent) => {
      const { weights } = await shift({ ...toGreen, percent })
      expect([weights.blue, weights.green]).not.toContain(null)
    })

    it('may be told the same twice', async () => {
      const seen = await router.read()
      const target = router.target(seen, { ...toGreen, percent: 10 })
      await router.write(seen, target)
      await router.write(seen, target)
      expect(sameRouting(await router.read(), target)).toBe(true)
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
