import type { Deps } from '../../deps.ts'
import { judgeAlarms } from '../../domain/gates/alarms.ts'
import type { GateMemory, Judgement, LookContext, WebhookGate } from '../../domain/gates/gate.ts'
import { judgeMetric } from '../../domain/gates/metric.ts'
import { judgeProbe } from '../../domain/gates/probe.ts'
import { judgeRoute53Health } from '../../domain/gates/route53-health.ts'
import { judgeTargetHealth, type TargetHealthSample } from '../../domain/gates/target-health.ts'
import { judgeWebhook, type WebhookQuestion } from '../../domain/gates/webhook.ts'
import type { HookGate } from '../../domain/hook-gate.ts'
import { toInstant } from '../../ports/clock.ts'
import { askWebhook, orFailure, readHealthChecks } from '../look-at-gate.ts'

/** What the gates of a hook are judged by. */
export type HookReads = Pick<
  Deps,
  | 'clock'
  | 'homeRegion'
  | 'prober'
  | 'alarms'
  | 'metrics'
  | 'healthChecks'
  | 'targetHealth'
  | 'webhookJudge'
  | 'secrets'
>

/** A gate with what it needs to know of the deployment group. */
export interface WatchedGate {
  readonly gate: HookGate
  /** ARNs of the deployment group's target groups, in any order, for a `target-health` gate. */
  readonly targetGroups: readonly string[]
  /** What a webhook is told as the service. */
  readonly service: string
}

/** One look of a hook at its gate. */
export interface HookLook {
  /** Of CodeDeploy: `d-…`. */
  readonly deploymentId: string
  /** Local time, milliseconds since the epoch. */
  readonly startedAtMs: number
  readonly memory: GateMemory
}

/**
 * Takes a sample and judges it, as before traffic: nothing passes until it was good often enough in a row, and what is
 * missing only means "not yet".
 */
export async function lookAtHookGate(reads: HookReads, watched: WatchedGate, look: HookLook): Promise<Judgement> {
  const { gate } = watched
  const context = (): LookContext => ({
    ...{ step: look.memory.step, nowMs: reads.clock.now(), settledAtMs: look.startedAtMs },
    ...{ firstShiftAtMs: null, weight: 0 },
  })
  switch (gate.kind) {
    case 'probe': {
      const { url, method, headers, timeoutSeconds } = gate
      const answer = await reads.prober.probe({ url, method, headers, timeoutMs: timeoutSeconds * 1000 })
      return judgeProbe(gate, answer, look.memory, context())
    }
    case 'alarms': {
      const read = async () => ({
        status: 'complete' as const,
        alarms: await reads.alarms.read(gate.alarmNames, null),
      })
      return judgeAlarms(gate, await orFailure(read), look.memory, context())
    }
    case 'metric': {
      const fromMs = Math.max(look.startedAtMs, look.memory.judgedUntilMs)
      const wish = { metric: gate.metric, region: reads.homeRegion, fromMs, toMs: reads.clock.now() }
      return judgeMetric(gate, await reads.metrics.series(wish), look.memory, context())
    }
    case 'route53-health': {
      const sample = await readHealthChecks(reads, gate.healthCheckIds)
      return judgeRoute53Health(gate, sample, look.memory, context())
    }
    case 'target-health': {
      const sample = await readGroups(reads, watched.targetGroups)
      return judgeTargetHealth(gate, sample, look.memory, context())
    }
    case 'webhook': {
      const answer = await askWebhook(reads, gate, toQuestion(watched.service, gate, look, reads.clock.now()))
      return judgeWebhook(gate, answer, look.memory, context())
    }
  }
}

/** Each group as if it were the canary: which of them is new alternates, and both must be healthy. */
function readGroups(reads: Pick<HookReads, 'targetHealth'>, groups: readonly string[]): Promise<TargetHealthSample> {
  return orFailure(async () => {
    const health = await Promise.all(groups.map((group) => reads.targetHealth.read(group, { fresh: true })))
    const routes = health.flatMap((canary, index) => {
      const resource = groups[index]
      return resource === undefined ? [] : [{ resource, canary, stable: health[1 - index] ?? canary }]
    })
    return { status: 'complete', routes }
  })
}

/** In CodeDeploy's words the replaced version is blue and its replacement green, whatever places they have. */
function toQuestion(service: string, gate: WebhookGate, { deploymentId }: HookLook, nowMs: number): WebhookQuestion {
  return {
    ...{ deployment: deploymentId, service, gate: gate.name, stable: 'blue', canary: 'green' },
    ...{ step: 0, weight: 0, effectiveWeight: 0, at: toInstant(nowMs), moment: 'before' },
  }
}
