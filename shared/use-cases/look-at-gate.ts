import type { Deps } from '../deps.ts'
import { availableTargets, neededHealthy } from '../domain/capacity.ts'
import type { Deployment } from '../domain/deployment.ts'
import { TransientError } from '../domain/errors.ts'
import { type AlarmsSample, judgeAlarms } from '../domain/gates/alarms.ts'
import type {
  Gate,
  GateMemory,
  Judgement,
  LookContext,
  MetricGate,
  RouterMetric,
  WebhookGate,
} from '../domain/gates/gate.ts'
import { judgeMetric, type MetricsReading } from '../domain/gates/metric.ts'
import type { SeriesReading } from '../domain/gates/own-metric.ts'
import { judgeProbe } from '../domain/gates/probe.ts'
import { type HealthChecksSample, judgeRoute53Health } from '../domain/gates/route53-health.ts'
import { judgeTargetHealth, type RouteHealth, type TargetHealthSample } from '../domain/gates/target-health.ts'
import { judgeWebhook, type WebhookAnswer, type WebhookQuestion } from '../domain/gates/webhook.ts'
import { messageOf } from '../domain/message-of.ts'
import { type Route, resourceOf, targetGroupOf } from '../domain/service.ts'
import type { Role, Slot } from '../domain/traffic.ts'
import { toInstant } from '../ports/clock.ts'
import type { HealthWish } from '../ports/target-health.ts'
import { lookAtComparison } from './look-at-comparison.ts'
import {
  aloneSlotOf,
  healthWishFor,
  isOfEarlierWave,
  measuredRoutes,
  routesOfWave,
  routesReached,
  unmeasured,
  withAlone,
} from './measured-routes.ts'
import { readOwnMetric } from './read-own-metric.ts'

/** Judges with the memory it is given: called again when another looker saved a newer one, without a second reading. */
export type Judge = (memory: GateMemory, look: LookContext) => Judgement | Promise<Judgement>

/** Takes one gate's sample from outside, and returns the judgement that follows from it. */
export async function lookAtGate(deps: Deps, deployment: Deployment, gate: Gate, sinceMs: number): Promise<Judge> {
  switch (gate.kind) {
    case 'target-health': {
      const sample = await readHealth(deps, deployment)
      return (memory, look) => judgeTargetHealth(gate, sample, memory, look)
    }
    case 'alarms': {
      const sample = await readAlarms(deps, deployment, gate.alarmNames)
      return (memory, look) => judgeAlarms(gate, sample, memory, look)
    }
    case 'metric': {
      const reading = await readGateMetric(deps, deployment, gate, sinceMs)
      return (memory, look) => judgeMetric(gate, reading, memory, look)
    }
    case 'probe': {
      const answer = await deps.prober.probe({
        url: gate.url.replaceAll('{side}', deployment.canary),
        method: gate.method,
        headers: gate.headers,
        timeoutMs: gate.timeoutSeconds * 1000,
      })
      return (memory, look) => judgeProbe(gate, answer, memory, look)
    }
    case 'route53-health': {
      const sample = await readHealthChecks(deps, gate.healthCheckIds)
      return (memory, look) => judgeRoute53Health(gate, sample, memory, look)
    }
    case 'webhook': {
      const url = gate.url.replaceAll('{side}', deployment.canary)
      const answer = await askWebhook(deps, { ...gate, url }, toQuestion(deployment, gate, deps.clock.now()))
      return (memory, look) => judgeWebhook(gate, answer, memory, look)
    }
    case 'compare':
      return lookAtComparison(deps, deployment, gate, sinceMs)
  }
}

export interface MetricWish {
  readonly role: Role
  readonly metric: RouterMetric
  readonly fromMs: number
}

/** One side's metric over the routes of the wave. */
export async function readMetric(deps: Deps, deployment: Deployment, wish: MetricWish): Promise<MetricsReading> {
  const found = await orFailure(async () => ({
    status: 'complete' as const,
    routes: await measuredRoutes(deps, routesOfWave(deployment)),
  }))
  const source = 'the sides of the routes'
  if (found.status === 'error') return { ...found, source }
  if (found.routes.length === 0) return { status: 'error', reason: unmeasured, source }
  return deps.metrics.read({
    sides: withAlone(found.routes, aloneSlotOf(deployment)).map(({ sides }) => sides[slotOf(deployment, wish.role)]),
    metric: wish.metric,
    fromMs: wish.fromMs,
    toMs: deps.clock.now(),
  })
}

/** The canary's metric: the load balancers', or one of the user's own. */
function readGateMetric(
  deps: Deps,
  deployment: Deployment,
  { metric }: MetricGate,
  fromMs: number,
): Promise<MetricsReading | SeriesReading> {
  if (typeof metric === 'string') return readMetric(deps, deployment, { role: 'canary', metric, fromMs })
  return readOwnMetric(deps, { metric, slot: deployment.canary, routes: routesOfWave(deployment), fromMs })
}

async function readHealth(deps: Deps, deployment: Deployment): Promise<TargetHealthSample> {
  const read = (route: Route) => readGroups(deps, deployment, route)
  return orFailure(async () => ({
    status: 'complete',
    routes: (await Promise.all(routesReached(deployment).map(read))).flat(),
  }))
}

/** Nothing for a record set that names no target groups. */
async function readGroups(deps: Deps, deployment: Deployment, route: Route): Promise<readonly RouteHealth[]> {
  const { stable, canary } = deployment
  const [onStable, onCanary] = [targetGroupOf(route, stable), targetGroupOf(route, canary)]
  if (onStable === null || onCanary === null) return []
  const share = isOfEarlierWave(deployment, route) ? { sharePercent: 100 } : {}
  const read = async (wish: HealthWish): Promise<RouteHealth> => {
    const [first, second] = await Promise.all([
      deps.targetHealth.read(onStable, wish),
      deps.targetHealth.read(onCanary, wish),
    ])
    return { resource: resourceOf(route), stable: first, canary: second, ...share }
  }
  const health = await read(healthWishFor(route))
  return [isUncertain(health, deployment.weight) ? await read({ fresh: true }) : health]
}

/**
 * Counts of some minutes ago do not know what was registered since: too few by them may be enough by now. And where a
 * group's zones do not share targets, they count those of one zone: beside a side that was asked for all of its own, that
 * would let a canary pass with too few.
 */
function isUncertain({ stable, canary, sharePercent }: RouteHealth, weight: number): boolean {
  const isStableCounted = stable.countedAt !== undefined
  const isCanaryCounted = canary.countedAt !== undefined
  if (isStableCounted !== isCanaryCounted) return true
  if (!isStableCounted) return false
  const otherHealthy = availableTargets(stable)
  return availableTargets(canary) < neededHealthy({ sharePercent: sharePercent ?? weight, otherHealthy })
}

function readAlarms(deps: Deps, deployment: Deployment, names: readonly string[]): Promise<AlarmsSample> {
  const sinceMs = deployment.firstShiftAt === null ? null : Date.parse(deployment.firstShiftAt)
  return orFailure(async () => ({ status: 'complete', alarms: await deps.alarms.read(names, sinceMs) }))
}

export function readHealthChecks(
  deps: Pick<Deps, 'healthChecks'>,
  ids: readonly string[],
): Promise<HealthChecksSample> {
  return orFailure(async () => ({ status: 'complete', checks: await deps.healthChecks.read(ids) }))
}

export async function askWebhook(
  deps: Pick<Deps, 'secrets' | 'webhookJudge'>,
  { url, secretName, timeoutSeconds }: WebhookGate,
  question: WebhookQuestion,
): Promise<WebhookAnswer> {
  const secret = await orFailure(async () => ({
    status: 'complete' as const,
    value: await deps.secrets.read(secretName),
  }))
  if (secret.status === 'error') return { ...secret, reason: `the secret could not be read: ${secret.reason}` }
  return deps.webhookJudge.ask({ url, secret: secret.value, question, timeoutMs: timeoutSeconds * 1000 })
}

function toQuestion(deployment: Deployment, gate: WebhookGate, nowMs: number): WebhookQuestion {
  const { id, service, stable, canary, step, weight, effectiveWeight, firstShiftAt } = deployment
  return {
    ...{ deployment: id, service, gate: gate.name, stable, canary, step, weight, effectiveWeight },
    at: toInstant(nowMs),
    moment: firstShiftAt === null ? 'before' : 'during',
  }
}

/** A source that cannot be asked is a finding of the gate, never a reason to stop judging the others. */
export async function orFailure<Sample>(
  read: () => Promise<Sample>,
): Promise<Sample | { status: 'error'; reason: string }> {
  try {
    return await read()
  } catch (error) {
    const prefix = error instanceof TransientError ? '' : 'refused: '
    return { status: 'error', reason: prefix + messageOf(error) }
  }
}

function slotOf(deployment: Deployment, role: Role): Slot {
  return role === 'stable' ? deployment.stable : deployment.canary
}
