import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { loadBalancerArnOf } from '../domain/elb-arn.ts'
import { InvariantError, TransientError } from '../domain/errors.ts'
import { type AlarmsSample, judgeAlarms } from '../domain/gates/alarms.ts'
import type { Gate, GateMemory, Judgement, LookContext, RouterMetric } from '../domain/gates/gate.ts'
import { judgeMetric, type MetricsReading } from '../domain/gates/metric.ts'
import { judgeProbe } from '../domain/gates/probe.ts'
import { judgeTargetHealth, type TargetHealthSample } from '../domain/gates/target-health.ts'
import { resourceOf, targetGroupOf } from '../domain/service.ts'
import type { Role, Slot } from '../domain/traffic.ts'

/** Judges with the memory it is given: called again when another looker saved a newer one, without a second reading. */
export type Judge = (memory: GateMemory, look: LookContext) => Judgement

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
      const reading = await readMetric(deps, deployment, { role: 'canary', metric: gate.metric, fromMs: sinceMs })
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
    case 'compare':
    case 'route53-health':
    case 'webhook':
      throw new InvariantError(`a ${gate.kind} gate went past the schema that refuses it`)
  }
}

export interface MetricWish {
  readonly role: Role
  readonly metric: RouterMetric
  readonly fromMs: number
}

/** One side's metric over the routes of the wave. */
export function readMetric(deps: Deps, deployment: Deployment, wish: MetricWish): Promise<MetricsReading> {
  return deps.metrics.read({
    groups: deployment.settings.routes.map((route) => ({
      targetGroupArn: targetGroupOf(route, slotOf(deployment, wish.role)),
      loadBalancerArn: loadBalancerArnOf(resourceOf(route)),
    })),
    metric: wish.metric,
    fromMs: wish.fromMs,
    toMs: deps.clock.now(),
  })
}

async function readHealth(deps: Deps, deployment: Deployment): Promise<TargetHealthSample> {
  const read = async () =>
    Promise.all(
      deployment.settings.routes.map(async (route) => {
        const [stable, canary] = await Promise.all([
          deps.targetHealth.read(targetGroupOf(route, deployment.stable)),
          deps.targetHealth.read(targetGroupOf(route, deployment.canary)),
        ])
        return { resource: resourceOf(route), stable, canary }
      }),
    )
  return orFailure(async () => ({ status: 'complete', routes: await read() }))
}

function readAlarms(deps: Deps, deployment: Deployment, names: readonly string[]): Promise<AlarmsSample> {
  const sinceMs = deployment.firstShiftAt === null ? null : Date.parse(deployment.firstShiftAt)
  return orFailure(async () => ({ status: 'complete', alarms: await deps.alarms.read(names, sinceMs) }))
}

/** A source that cannot be asked is a finding of the gate, never a reason to stop judging the others. */
async function orFailure<Sample>(read: () => Promise<Sample>): Promise<Sample | { status: 'error'; reason: string }> {
  try {
    return await read()
  } catch (error) {
    const prefix = error instanceof TransientError ? '' : 'refused: '
    return { status: 'error', reason: prefix + (error instanceof Error ? error.message : String(error)) }
  }
}

function slotOf(deployment: Deployment, role: Role): Slot {
  return role === 'stable' ? deployment.stable : deployment.canary
}
