import type { RouteState } from './traffic.ts'

/** What AWS says about the things that a route names. */
export interface RouteFacts {
  /** The load balancer of the rule or listener; null when the rule or listener does not exist. */
  readonly loadBalancerArn: string | null
  /** The routing now; null when the rule or listener does not exist or has no forward action. */
  readonly state: RouteState | null
  /** Target groups besides blue and green that get traffic by this action. */
  readonly otherWeightedGroups: readonly string[]
  readonly groupStickinessSeconds: number | null
  /** Null where there is no such group, or where a sentence of `notLookedAt` names its ARN. */
  readonly groups: { readonly blue: GroupFacts | null; readonly green: GroupFacts | null }
  readonly test: TestFacts | null
  /** What could not be looked at, one sentence each, with the ARN of a target group where it is one. */
  readonly notLookedAt: readonly string[]
}

/** One target group. */
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

/** The optional test rule or listener. */
export interface TestFacts {
  readonly exists: boolean
  readonly loadBalancerArn: string | null
}
