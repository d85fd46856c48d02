import type { AlbRoute, Route53Route } from '../../shared/domain/service.ts'

/** One service of the benchmark, as the endpoint has it. */
export interface Place {
  readonly service: string
  readonly id: string
  readonly route: AlbRoute | Route53Route
  /** What both of its target groups hang on. */
  readonly loadBalancerArn: string
  /** Name of its alarm; null: it has none. */
  readonly alarm: string | null
  /** One target of the canary is unhealthy. */
  readonly isSick: boolean
}

/** Calls by `service:action`. */
export type Calls = Readonly<Record<string, number>>

export interface Counted {
  readonly calls: Calls
  /** Calls that were refused because they came too fast. */
  readonly throttled: Calls
}

/** What the endpoint says when it is filled. */
export interface CloudReady {
  readonly url: string
  readonly stateMachineArn: string
  readonly places: readonly Place[]
}
