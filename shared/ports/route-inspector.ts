import type { Route } from '../domain/service.ts'
import type { RouteState } from '../domain/traffic.ts'

/** Looks up what a route names, for the checks at PUT and before a deployment. Reads only. */
export interface RouteInspector {
  /** Never throws for a thing that does not exist: that is a fact. @throws {TransientError} If AWS cannot be asked. */
  inspect(route: Route): Promise<RouteFacts>
}

export interface RouteFacts {
  /** The load balancer of the rule or listener; null when the rule or listener does not exist. */
  readonly loadBalancerArn: string | null
  /** The routing now; null when the rule or listener does not exist or has no forward action. */
  readonly state: RouteState | null
  /** Target groups besides blue and green that get traffic by this action. */
  readonly otherWeightedGroups: readonly string[]
  readonly groupStickinessSeconds: number | null
  readonly groups: { readonly blue: GroupFacts | null; readonly green: GroupFacts | null }
  readonly test: TestFacts | null
  /** What could not be looked at, one sentence each. */
  readonly notLookedAt: readonly string[]
}

export interface GroupFacts {
  readonly arn: string
  /** Load balancer that the group belongs to; null while it is in no action. */
  readonly loadBalancerArn: string | null
  readonly targetType: string
  readonly healthCheckEnabled: boolean
  readonly slowStartSeconds: number
  readonly targetStickiness: boolean
  /** Other rules or listeners of the load balancer that send traffic to it. */
  readonly sharedWith: readonly string[]
}

export interface TestFacts {
  readonly exists: boolean
  readonly loadBalancerArn: string | null
}
