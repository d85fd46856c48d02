import type { Deps } from '../../deps.ts'
import { NotFoundError } from '../../domain/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ProbeAnswer, ProbeRequest } from '../../ports/prober.ts'
import type { WebhookAnswer, WebhookRequest } from '../../ports/webhook-judge.ts'
import { byRouteKind } from '../by-route-kind.ts'
import { createMemoryAlarms, type MemoryAlarms } from './alarms.ts'
import { createMemoryCodeDeploy, type MemoryCodeDeploy } from './codedeploy.ts'
import { createFaults, type FaultHook, type RunCall } from './faults.ts'
import { createMemoryFunctions, type MemoryFunctions } from './functions.ts'
import { createMemoryHealthChecks, type MemoryHealthChecks } from './health-checks.ts'
import { createMemoryHostedZones, type MemoryHostedZones, type MemoryZoneOptions } from './hosted-zones.ts'
import { createMemoryLoadBalancer, type MemoryGroup } from './load-balancer.ts'
import { createMemoryMetrics, type MemoryMetrics } from './measurements.ts'
import { createMemoryRecords } from './records.ts'
import { createMemoryRouting, type MemoryRouting, toWeights, type WeightsByGroup } from './routing.ts'

type CloudPorts = Pick<
  Deps,
  | 'routerFor'
  | 'testRouterFor'
  | 'driverFor'
  | 'inspector'
  | 'targetHealth'
  | 'targetGroups'
  | 'prober'
  | 'webhookJudge'
  | 'outboundRules'
  | 'secrets'
>

/** Load balancer, hosted zones, metrics, alarms, health checks, probes and webhooks in memory, with faults on request: for tests and workflow walks. */
export interface MemoryCloud extends CloudPorts {
  readonly metrics: MemoryMetrics
  readonly alarms: MemoryAlarms
  readonly healthChecks: MemoryHealthChecks
  /** Rules and listeners; `set` is a change by somebody else, `writes` are ours. */
  readonly routing: MemoryRouting
  /** Lambda functions with versions and aliases. */
  readonly functions: MemoryFunctions
  /** CodeDeploy: groups, and deployments that move rules and aliases. */
  readonly codedeploy: MemoryCodeDeploy
  /** Zones and their record sets; `set` is a change by somebody else, `writes` are ours. */
  readonly hostedZones: MemoryHostedZones
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

/** @param zoneOptions - Of its hosted zones. */
export function createMemoryCloud(clock: Pick<Clock, 'now'>, zoneOptions: MemoryZoneOptions = {}): MemoryCloud {
  const groups = new Map<string, MemoryGroup>()
  const routing = createMemoryRouting((arn) => groups.has(arn))
  const faults = createFaults()
  // CodeDeploy goes on whether or not somebody looks: whoever calls finds what it has done until then.
  const run: RunCall = (call, work) =>
    faults.run(call, () => {
      codedeploy.settle()
      return work()
    })
  const alb = createMemoryLoadBalancer({ routing, groups, run })
  const hostedZones = createMemoryHostedZones(clock, run, zoneOptions)
  const functions = createMemoryFunctions(run)
  const codedeploy = createMemoryCodeDeploy({ clock, run, routing, functions, inspectGroup: alb.inspectGroup })
  let answerProbe: (request: ProbeRequest) => ProbeAnswer = () => ({
    kind: 'answer',
    status: 200,
    body: '',
    milliseconds: 1,
  })
  return {
    ...byRouteKind({
      alb,
      route53: createMemoryRecords({ hostedZones, inspectGroup: alb.inspectGroup, run }),
      lambdaAlias: functions,
      codedeploy,
    }),
    ...composeWebhooks(run),
    driverFor: codedeploy.driverFor,
    functions,
    codedeploy,
    testRouterFor: alb.testRouterFor,
    targetHealth: alb.targetHealth,
    targetGroups: alb.targetGroups,
    routing,
    hostedZones,
    inject: faults.inject,
    metrics: createMemoryMetrics(clock, run),
    alarms: createMemoryAlarms(clock, run),
    healthChecks: createMemoryHealthChecks(clock, run),
    setGroup: (arn, group = {}) => void groups.set(arn, group),
    removeGroup: (arn) => void groups.delete(arn),
    weightsOf(resource) {
      codedeploy.settle()
      return toWeights(routing.actions(resource))
    },
    answerProbes(answer) {
      answerProbe = answer
    },
    // Nothing is sent anywhere, so nothing is refused.
    outboundRules: { whyRefused: () => null },
    prober: { probe: (request) => run({ action: 'prober.probe', subject: request.url }, () => answerProbe(request)) },
  }
}

function composeWebhooks(run: RunCall): Pick<MemoryCloud, 'webhookJudge' | 'secrets' | 'answerWebhooks' | 'setSecret'> {
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
