import type { WeightedPair } from '../domain/record-set.ts'
import type { RequestLane } from '../domain/request-budget.ts'
import type { AlbRoute, CodeDeployRoute, LambdaAliasRoute, Route, Route53Route, TestEntry } from '../domain/service.ts'
import type { RouteState, Slot } from '../domain/traffic.ts'

/** Reads and sets how one route's traffic is divided between its two slots. */
export type TrafficRouter = DirectRouter | QueuedRouter

interface RouterReading {
  /**
   * The routing the provider reports now, not what we last wrote.
   * @param lane - Whom a reader of a shared budget of requests goes before. Default: `plan`.
   * @throws {NotFoundError} If the rule, listener or record set is gone.
   * @throws {UpstreamError} If it has no forward action, or a record is not weighted.
   */
  read(lane?: RequestLane): Promise<RouteState>
  /**
   * What `seen` becomes when the canary gets `percent`. Sends nothing.
   * `keepIdle: false` takes the side that ends at 0 out of the action where group stickiness is on.
   * @throws {UpstreamError} If a group besides blue and green gets traffic.
   * @throws {ValidationError} If `percent` is none.
   */
  target(seen: RouteState, wish: RouterWish): RouteState
}

/** Written by whoever holds the route's own lease. */
export interface DirectRouter extends RouterReading {
  /**
   * Puts `target` in place in one call, one attempt; everything else stays as in `seen`. Does not verify: the caller
   * reads back. A time-out may still have taken effect.
   * @throws {TransientError} If it was throttled, timed out or the provider failed: the outcome is unknown.
   * @throws {NotFoundError} If the rule, listener or a target group is gone: nothing was written.
   * @throws {UpstreamError} If the provider refuses it: nothing was written.
   */
  write(seen: RouteState, target: RouteState): Promise<void>
}

/** Written by the holder of its hosted zone's lease, together with what others want in this zone: see `ZoneChanges`. */
export interface QueuedRouter extends RouterReading {
  readonly pair: WeightedPair
}

export interface RouterWish {
  readonly canary: Slot
  /** Percent 0–100, at most one decimal. */
  readonly percent: number
  /** False at the end of a deployment: the idle side may leave the action. */
  readonly keepIdle: boolean
}

/** Makes the router of a route (its provider, Region and account). */
export interface RouterFor {
  /** Of a driven route: the router of what its driver moves. */
  (route: AlbRoute | LambdaAliasRoute | CodeDeployRoute): DirectRouter
  (route: Route53Route): QueuedRouter
  (route: Route): TrafficRouter
}

/** Points a test rule or listener at one target group, and puts it back. */
export interface TestRouter {
  read(): Promise<RouteState>
  /** What `seen` becomes when all test traffic goes to `targetGroupArn`. */
  pointAt(seen: RouteState, targetGroupArn: string): RouteState
  write(seen: RouteState, target: RouteState): Promise<void>
}

export type TestRouterFor = (test: TestEntry) => TestRouter
