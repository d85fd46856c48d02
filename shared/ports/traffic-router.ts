import type { Route, TestEntry } from '../domain/service.ts'
import type { RouteState, Slot } from '../domain/traffic.ts'

/** Reads and sets how one route's traffic is divided between its two slots. */
export interface TrafficRouter {
  /**
   * The routing the provider reports now, not what we last wrote.
   * @throws {NotFoundError} If the rule or listener is gone.
   * @throws {UpstreamError} If it has no forward action.
   */
  read(): Promise<RouteState>
  /**
   * What `seen` becomes when the canary gets `percent`. Sends nothing.
   * `keepIdle: false` takes the side that ends at 0 out of the action where group stickiness is on.
   * @throws {UpstreamError} If a group besides blue and green gets traffic.
   * @throws {ValidationError} If `percent` is none.
   */
  target(seen: RouteState, wish: RouterWish): RouteState
  /**
   * Puts `target` in place in one call, one attempt; everything else stays as in `seen`. Does not verify: the caller
   * reads back. A time-out may still have taken effect.
   * @throws {TransientError} If it was throttled, timed out or the provider failed: the outcome is unknown.
   * @throws {NotFoundError} If the rule, listener or a target group is gone: nothing was written.
   * @throws {UpstreamError} If the provider refuses it: nothing was written.
   */
  write(seen: RouteState, target: RouteState): Promise<void>
}

export interface RouterWish {
  readonly canary: Slot
  /** Percent 0–100, at most one decimal. */
  readonly percent: number
  /** False at the end of a deployment: the idle side may leave the action. */
  readonly keepIdle: boolean
}

/** Makes the router of a route (its provider, Region and account). */
export type RouterFor = (route: Route) => TrafficRouter

/** Points a test rule or listener at one target group, and puts it back. */
export interface TestRouter {
  read(): Promise<RouteState>
  /** What `seen` becomes when all test traffic goes to `targetGroupArn`. */
  pointAt(seen: RouteState, targetGroupArn: string): RouteState
  write(seen: RouteState, target: RouteState): Promise<void>
}

export type TestRouterFor = (test: TestEntry) => TestRouter
