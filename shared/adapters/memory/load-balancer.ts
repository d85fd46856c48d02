import { loadBalancerArnOf } from '../../domain/elb-arn.ts'
import { NotFoundError } from '../../domain/errors.ts'
import { type AlbRoute, resourceOf } from '../../domain/service.ts'
import type { AlbFacts, GroupFacts } from '../../ports/route-inspector.ts'
import type { TargetGroups } from '../../ports/target-groups.ts'
import type { GroupHealth, TargetHealth } from '../../ports/target-health.ts'
import type { DirectRouter, TestRouterFor } from '../../ports/traffic-router.ts'
import {
  groupStickinessOf,
  groupsOfState,
  noSlots,
  otherWeightedGroups,
  toRequestActions,
  toRouteState,
} from '../alb/forward-action.ts'
import { toSingleGroup, toTargetState } from '../alb/target-state.ts'
import type { RunCall } from './faults.ts'
import type { MemoryRouting } from './routing.ts'

/** A target group of the memory cloud. */
export interface MemoryGroup {
  /** Registered targets. Default 2. */
  readonly total?: number
  /** Default: all of them. */
  readonly healthy?: number
  /** Default 0. */
  readonly unknown?: number
  readonly reasons?: readonly string[]
  readonly targetType?: string
  readonly healthCheckEnabled?: boolean
  readonly slowStartSeconds?: number
  readonly targetStickiness?: boolean
}

/** What the ports of a load balancer are made of in the memory cloud. */
interface LoadBalancerParts {
  readonly routing: MemoryRouting
  readonly groups: ReadonlyMap<string, MemoryGroup>
  readonly run: RunCall
}

/** Every port that a load balancer stands behind, for its own kind of route. */
export interface MemoryLoadBalancer {
  readonly routerFor: (route: AlbRoute) => DirectRouter
  readonly testRouterFor: TestRouterFor
  readonly inspector: { inspect(route: AlbRoute): Promise<AlbFacts> }
  readonly inspectGroup: (arn: string) => Promise<GroupFacts | null>
  readonly targetHealth: TargetHealth
  readonly targetGroups: TargetGroups
}

export function createMemoryLoadBalancer(parts: LoadBalancerParts): MemoryLoadBalancer {
  const { routing, groups, run } = parts
  return {
    ...createRouters(parts),
    inspector: {
      inspect: (route) =>
        run({ action: 'inspector.inspect', subject: resourceOf(route) }, () => toFacts(route, groups, routing)),
    },
    // As on AWS, which of its rules bring the traffic of another kind of route is not known.
    inspectGroup: async (arn) => {
      const facts = toGroupFacts(arn, groups.get(arn), routing, [])
      return facts && { ...facts, sharedWith: [] }
    },
    targetHealth: {
      read: (arn) => run({ action: 'health.read', subject: arn }, () => toHealth(arn, groups.get(arn), routing)),
    },
    targetGroups: {
      loadBalancerOf: (arn) =>
        run({ action: 'target-groups.read', subject: arn }, () =>
          groups.has(arn) ? ownerOf(routing.usersOf(arn)) : null,
        ),
    },
  }
}

function createRouters({ routing, run }: LoadBalancerParts): Pick<MemoryLoadBalancer, 'routerFor' | 'testRouterFor'> {
  return {
    routerFor(route) {
      const resource = resourceOf(route)
      return {
        read: () =>
          run({ action: 'router.read', subject: resource }, () =>
            toRouteState(routing.actions(resource), route, resource),
          ),
        target: (seen, wish) => toTargetState(seen, wish, route, resource),
        write: (_seen, target) =>
          run({ action: 'router.write', subject: resource }, () => routing.write(resource, toRequestActions(target))),
      }
    },
    testRouterFor(test) {
      const resource = resourceOf(test)
      return {
        read: () =>
          run({ action: 'test.read', subject: resource }, () =>
            toRouteState(routing.actions(resource), noSlots, resource),
          ),
        pointAt: (seen, targetGroupArn) => toSingleGroup(seen, targetGroupArn, resource),
        write: (_seen, target) =>
          run({ action: 'test.write', subject: resource }, () => routing.write(resource, toRequestActions(target))),
      }
    },
  }
}

function toHealth(arn: string, group: MemoryGroup | undefined, routing: MemoryRouting): GroupHealth {
  if (!group) throw new NotFoundError(`there is no target group ${arn}`)
  const total = group.total ?? 2
  // As in AWS: what no rule or listener uses is not checked, so nothing in it is healthy.
  const unused = total > 0 && routing.usersOf(arn).length === 0
  const unknown = group.unknown ?? 0
  const healthy = unused ? 0 : (group.healthy ?? total - unknown)
  const sick = total - healthy - unknown
  const reason = unused ? 'unused Target.NotInUse' : 'unhealthy Target.ResponseCodeMismatch'
  const reasons = group.reasons ?? Array.from({ length: Math.min(sick, 20) }, (_, n) => `10.0.0.${n + 1}:80 ${reason}`)
  return { total, healthy, unknown, reasons, unused }
}

function toFacts(route: AlbRoute, groups: ReadonlyMap<string, MemoryGroup>, routing: MemoryRouting): AlbFacts {
  const resource = resourceOf(route)
  const actions = routing.has(resource) ? routing.actions(resource) : null
  const state = actions?.some(({ Type }) => Type === 'forward') ? toRouteState(actions, route, resource) : null
  const test = route.test ? resourceOf(route.test) : null
  return {
    kind: 'alb',
    loadBalancerArn: actions ? loadBalancerArnOf(resource) : null,
    state,
    otherWeightedGroups: state ? otherWeightedGroups(groupsOfState(state), route).map(({ arn }) => arn) : [],
    groupStickinessSeconds: state ? groupStickinessOf(state) : null,
    groups: {
      blue: toGroupFacts(route.blue, groups.get(route.blue), routing, [resource, test]),
      green: toGroupFacts(route.green, groups.get(route.green), routing, [resource, test]),
    },
    test:
      test === null
        ? null
        : { exists: routing.has(test), loadBalancerArn: routing.has(test) ? loadBalancerArnOf(test) : null },
    notLookedAt: [],
  }
}

function toGroupFacts(
  arn: string,
  group: MemoryGroup | undefined,
  routing: MemoryRouting,
  own: readonly (string | null)[],
): GroupFacts | null {
  if (!group) return null
  const users = routing.usersOf(arn)
  return {
    arn,
    loadBalancerArn: ownerOf(users),
    targetType: group.targetType ?? 'ip',
    healthCheckEnabled: group.healthCheckEnabled ?? true,
    slowStartSeconds: group.slowStartSeconds ?? 0,
    targetStickiness: group.targetStickiness ?? false,
    sharedWith: users.filter(({ resource, weight }) => weight > 0 && !own.includes(resource)).map((u) => u.resource),
  }
}

/** The load balancer of whatever uses a group; all of them are on one. */
function ownerOf([user]: ReturnType<MemoryRouting['usersOf']>): string | null {
  return user ? loadBalancerArnOf(user.resource) : null
}
