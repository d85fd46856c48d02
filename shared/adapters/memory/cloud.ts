import type { Deps } from '../../deps.ts'
import { loadBalancerArnOf } from '../../domain/elb-arn.ts'
import { NotFoundError } from '../../domain/errors.ts'
import { type AlbRoute, resourceOf } from '../../domain/service.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ProbeAnswer, ProbeRequest } from '../../ports/prober.ts'
import type { GroupFacts, RouteFacts } from '../../ports/route-inspector.ts'
import type { GroupHealth } from '../../ports/target-health.ts'
import type { WebhookAnswer, WebhookRequest } from '../../ports/webhook-judge.ts'
import {
  groupStickinessOf,
  groupsOfState,
  noSlots,
  otherWeightedGroups,
  toRequestActions,
  toRouteState,
} from '../alb/forward-action.ts'
import { toSingleGroup, toTargetState } from '../alb/target-state.ts'
import { createMemoryAlarms, type MemoryAlarms } from './alarms.ts'
import { createFaults, type FaultHook } from './faults.ts'
import { createMemoryHealthChecks, type MemoryHealthChecks } from './health-checks.ts'
import { createMemoryMetrics, type MemoryMetrics } from './measurements.ts'
import { createMemoryRouting, type MemoryRouting, toWeights, type WeightsByGroup } from './routing.ts'

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

type CloudPorts = Pick<
  Deps,
  'routerFor' | 'testRouterFor' | 'inspector' | 'targetHealth' | 'prober' | 'webhookJudge' | 'secrets'
>

/** Load balancer, metrics, alarms, health checks, probes and webhooks in memory, with faults on request: for tests and workflow walks. */
export interface MemoryCloud extends CloudPorts {
  readonly metrics: MemoryMetrics
  readonly alarms: MemoryAlarms
  readonly healthChecks: MemoryHealthChecks
  /** Rules and listeners; `set` is a change by somebody else, `writes` are ours. */
  readonly routing: MemoryRouting
  /** Puts a target group there, or changes its targets. */
  setGroup(arn: string, group?: MemoryGroup): void
  removeGroup(arn: string): void
  /** What a rule or listener does now. @throws {NotFoundError} If there is none. */
  weightsOf(resource: string): WeightsByGroup
  /** Default: 200 with an empty body after 1 ms. */
  answerProbes(answer: (request: ProbeRequest) => ProbeAnswer): void
  /** Default: `pass` after 1 ms. */
  answerWebhooks(answer: (request: WebhookRequest) => WebhookAnswer): void
  /** Puts a secret there; null takes it away. Default: every name has one. */
  setSecret(name: string, secret: string | null): void
  /** Replaces the hook around every call; `{}` ends all faults. */
  inject(hook: FaultHook): void
}

export function createMemoryCloud(clock: Pick<Clock, 'now'>): MemoryCloud {
  const groups = new Map<string, MemoryGroup>()
  const routing = createMemoryRouting((arn) => groups.has(arn))
  const { inject, run } = createFaults()
  let answerProbe: (request: ProbeRequest) => ProbeAnswer = () => ({
    kind: 'answer',
    status: 200,
    body: '',
    milliseconds: 1,
  })
  return {
    ...composeRouters(routing, run),
    ...composeWebhooks(run),
    routing,
    inject,
    metrics: createMemoryMetrics(clock, run),
    alarms: createMemoryAlarms(clock, run),
    healthChecks: createMemoryHealthChecks(clock, run),
    setGroup: (arn, group = {}) => void groups.set(arn, group),
    removeGroup: (arn) => void groups.delete(arn),
    weightsOf: (resource) => toWeights(routing.actions(resource)),
    answerProbes(answer) {
      answerProbe = answer
    },
    prober: { probe: (request) => run({ action: 'prober.probe', subject: request.url }, () => answerProbe(request)) },
    targetHealth: {
      read: (arn) => run({ action: 'health.read', subject: arn }, () => toHealth(arn, groups.get(arn), routing)),
    },
    inspector: {
      inspect: (route) =>
        run({ action: 'inspector.inspect', subject: resourceOf(route) }, () => toFacts(route, groups, routing)),
    },
  }
}

function composeWebhooks(
  run: ReturnType<typeof createFaults>['run'],
): Pick<MemoryCloud, 'webhookJudge' | 'secrets' | 'answerWebhooks' | 'setSecret'> {
  const secrets = new Map<string, string | null>()
  let answerWebhook: (request: WebhookRequest) => WebhookAnswer = () => ({
    ...{ status: 'answered', verdict: 'pass', reason: null, evidence: null, note: null },
    milliseconds: 1,
  })
  return {
    answerWebhooks(answer) {
      answerWebhook = answer
    },
    setSecret: (name, secret) => void secrets.set(name, secret),
    webhookJudge: {
      ask: (request) => run({ action: 'webhook.ask', subject: request.url }, () => answerWebhook(request)),
    },
    secrets: {
      read: (name) =>
        run({ action: 'secrets.read', subject: name }, () => {
          const secret = secrets.has(name) ? secrets.get(name) : `secret of ${name}`
          if (secret == null) throw new NotFoundError(`there is no secret ${name}`)
          return secret
        }),
    },
  }
}

function composeRouters(
  routing: MemoryRouting,
  run: ReturnType<typeof createFaults>['run'],
): Pick<Deps, 'routerFor' | 'testRouterFor'> {
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

function toFacts(route: AlbRoute, groups: ReadonlyMap<string, MemoryGroup>, routing: MemoryRouting): RouteFacts {
  const resource = resourceOf(route)
  const actions = routing.has(resource) ? routing.actions(resource) : null
  const state = actions?.some(({ Type }) => Type === 'forward') ? toRouteState(actions, route, resource) : null
  const test = route.test ? resourceOf(route.test) : null
  return {
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
  const [user] = users
  return {
    arn,
    loadBalancerArn: user ? loadBalancerArnOf(user.resource) : null,
    targetType: group.targetType ?? 'ip',
    healthCheckEnabled: group.healthCheckEnabled ?? true,
    slowStartSeconds: group.slowStartSeconds ?? 0,
    targetStickiness: group.targetStickiness ?? false,
    sharedWith: users.filter(({ resource, weight }) => weight > 0 && !own.includes(resource)).map((u) => u.resource),
  }
}
