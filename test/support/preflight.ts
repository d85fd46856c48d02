import type { CheckedRoute, PreflightFacts } from '../../shared/domain/findings/facts.ts'
import { buildPlan } from '../../shared/domain/plan.ts'
import type { RecordSet } from '../../shared/domain/record-set.ts'
import type { AlbFacts, AliasFacts, GroupFacts, RecordFacts } from '../../shared/domain/route-facts.ts'
import type { Route53Route } from '../../shared/domain/service.ts'
import { anAlbRoute, anAliasRoute, aRouteState, webArns } from './builders.ts'
import { aGroupHealth } from './gates.ts'
import { aRecord, aRoute53Route } from './record-sets.ts'

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
export function someRouteFacts(overrides: Partial<AlbFacts> = {}): AlbFacts {
  return {
    kind: 'alb',
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

/** An alias that sends everything to version 1, with version 2 published. */
export function someAliasFacts(overrides: Partial<AliasFacts> = {}): AliasFacts {
  return {
    kind: 'lambda-alias',
    state: aRouteState({ weights: { blue: 100, green: null } }),
    alias: { version: '1', additional: null },
    newestVersion: '2',
    published: { blue: true, green: true },
    groups: { blue: null, green: null },
    notLookedAt: [],
    ...overrides,
  }
}

/** The alias `live` of `checkout`, never written by us. */
export function aCheckedAlias(overrides: Partial<CheckedRoute> = {}): CheckedRoute {
  return { route: anAliasRoute(), facts: someAliasFacts(), health: { blue: null, green: null }, ours: [], ...overrides }
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

/** The weighted pair `app` with the same target groups behind it. */
export function aRecordRoute(overrides: Partial<Route53Route> = {}): Route53Route {
  return aRoute53Route({ targetGroups: { blue: webArns.blue, green: webArns.green }, ...overrides })
}

/** A weighted record of 60 s with an address. */
export function aRecordSet(setIdentifier: string, weight: number, overrides: Partial<RecordSet> = {}): RecordSet {
  return aRecord({ setIdentifier, weight, ...overrides })
}

/** A zone whose pair of records sends everything to blue, both groups in place. */
export function someRecordFacts(overrides: Partial<RecordFacts> = {}): RecordFacts {
  return {
    kind: 'route53',
    zone: { name: 'example.com', isPrivate: false },
    records: [aRecordSet('app-blue', 100), aRecordSet('app-green', 0)],
    state: aRouteState({ lagSeconds: 60 }),
    groups: { blue: aGroup(webArns.blue), green: aGroup(webArns.green) },
    notLookedAt: [],
    ...overrides,
  }
}

/** Two healthy targets behind each record, never written by us. */
export function aCheckedRecordRoute(overrides: Partial<CheckedRoute> = {}): CheckedRoute {
  return aCheckedRoute({ route: aRecordRoute(), facts: someRecordFacts(), ...overrides })
}
