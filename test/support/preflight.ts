import type { CheckedRoute, PreflightFacts } from '../../shared/domain/findings/facts.ts'
import { buildPlan } from '../../shared/domain/plan.ts'
import type { GroupFacts, RouteFacts } from '../../shared/domain/route-facts.ts'
import { anAlbRoute, aRouteState, webArns } from './builders.ts'
import { aGroupHealth } from './gates.ts'

export const webLoadBalancer =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188'

/** A group that AWS knows, on the load balancer of the rule, with health checks and nothing special. */
export function aGroup(arn: string, overrides: Partial<GroupFacts> = {}): GroupFacts {
  return {
    arn,
    loadBalancerArn: webLoadBalancer,
    targetType: 'ip',
    healthCheckEnabled: true,
    slowStartSeconds: 0,
    targetStickiness: false,
    sharedWith: [],
    ...overrides,
  }
}

/** A rule that sends everything to blue, both groups in place. */
export function someRouteFacts(overrides: Partial<RouteFacts> = {}): RouteFacts {
  return {
    loadBalancerArn: webLoadBalancer,
    state: aRouteState(),
    otherWeightedGroups: [],
    groupStickinessSeconds: null,
    groups: { blue: aGroup(webArns.blue), green: aGroup(webArns.green) },
    test: null,
    notLookedAt: [],
    ...overrides,
  }
}

/** Two healthy targets a side, never written by us. */
export function aCheckedRoute(overrides: Partial<CheckedRoute> = {}): CheckedRoute {
  return {
    route: anAlbRoute(),
    facts: someRouteFacts(),
    health: { blue: aGroupHealth(2), green: aGroupHealth(2) },
    ours: [],
    ...overrides,
  }
}

/** A deployment from blue to green, with steps long enough for everything, and nothing to find. */
export function somePreflightFacts(overrides: Partial<PreflightFacts> = {}): PreflightFacts {
  return {
    at: 'deployment',
    routes: [aCheckedRoute()],
    roles: { stable: 'blue', canary: 'green' },
    plan: buildPlan({ type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 600 }),
    gates: [],
    alarms: [],
    metrics: [],
    counts: [],
    healthChecks: [],
    notLookedAt: [],
    ...overrides,
  }
}
