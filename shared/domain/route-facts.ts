import type { RecordSet } from './record-set.ts'
import type { RouteState } from './traffic.ts'

/** What AWS says about the things that a route names. */
export type RouteFacts = AlbFacts | RecordFacts

interface CommonFacts {
  /** The routing now; null when what the route names does not exist or divides no traffic. */
  readonly state: RouteState | null
  /** Null where the route names no such group, there is none, or a sentence of `notLookedAt` names its ARN. */
  readonly groups: { readonly blue: GroupFacts | null; readonly green: GroupFacts | null }
  /** What could not be looked at, one sentence each, with the ARN of a target group where it is one. */
  readonly notLookedAt: readonly string[]
}

export interface AlbFacts extends CommonFacts {
  readonly kind: 'alb'
  /** The load balancer of the rule or listener; null when the rule or listener does not exist. */
  readonly loadBalancerArn: string | null
  /** Target groups besides blue and green that get traffic by this action. */
  readonly otherWeightedGroups: readonly string[]
  readonly groupStickinessSeconds: number | null
  readonly test: TestFacts | null
}

export interface RecordFacts extends CommonFacts {
  readonly kind: 'route53'
  /** Null when there is no such hosted zone, or a sentence of `notLookedAt` names it. */
  readonly zone: { readonly name: string; readonly isPrivate: boolean } | null
  /** All record sets of the route's name and type, whatever their policy. */
  readonly records: readonly RecordSet[]
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
