import type { RecordSet } from './record-set.ts'
import type { AlbRoute } from './service.ts'
import type { RouteState, Slot } from './traffic.ts'

/** What AWS says about the things that a route names. */
export type RouteFacts = AlbFacts | RecordFacts | AliasFacts | DriverFacts

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

export interface AliasFacts extends CommonFacts {
  readonly kind: 'lambda-alias'
  /** Null when there is no such function or alias. */
  readonly alias: AliasTarget | null
  /** The newest published version of the function; null when none is, or there is no such function. */
  readonly newestVersion: string | null
  /** Whether the version that the route names for a slot is published; null where it names none, or could not be looked at. */
  readonly published: Readonly<Record<Slot, boolean | null>>
}

/** Where an alias sends its calls. */
export interface AliasTarget {
  readonly version: string
  /** A second version and its share, fraction above 0 up to 1; null: everything goes to `version`. */
  readonly additional: { readonly version: string; readonly weight: number } | null
}

export interface DriverFacts extends CommonFacts {
  readonly kind: 'codedeploy'
  /** Null when there is no such application or deployment group, or a sentence of `notLookedAt` names it. */
  readonly group: DeploymentGroupFacts | null
}

/** One CodeDeploy deployment group. */
export interface DeploymentGroupFacts {
  readonly platform: 'ECS' | 'Lambda' | 'Server'
  /** The group's own configuration: what CodeDeploy takes where none is named. */
  readonly deploymentConfigName: string
  /** What ECS deployments of this group shift; null on other platforms, or where its pair of target groups is not found. */
  readonly moves: AlbRoute | null
  /** The optional test listener of an ECS group. */
  readonly testListenerArn: string | null
  readonly alarms: { readonly enabled: boolean; readonly names: readonly string[] }
  readonly autoRollback: { readonly enabled: boolean; readonly events: readonly string[] }
  /** How long CodeDeploy waits at `Ready` for somebody to continue, before it stops, minutes; null: it does not wait. */
  readonly readyWaitMinutes: number | null
  /** How long the replaced tasks stay after the shift, minutes; 0 on other platforms. A rollback until then is one shift. */
  readonly terminationWaitMinutes: number
  /** What has not ended in the group, whoever started it. */
  readonly running: readonly RunningDeployment[]
}

/** A CodeDeploy deployment that has not ended. */
export interface RunningDeployment {
  readonly deploymentId: string
  readonly description: string
  /** `user`, `codeDeployRollback`, `CloudFormation`, … as CodeDeploy says it. */
  readonly creator: string
  readonly createdAt: string
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
