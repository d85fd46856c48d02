import type { Deps } from '../deps.ts'
import { type Deployment, type DeploymentMeasures, type GateReport, isFinal } from '../domain/deployment.ts'
import { ConflictError, TransientError } from '../domain/errors.ts'
import { emptyMemory, type Gate, type GateMemory, type Judgement, type LookContext } from '../domain/gates/gate.ts'
import { isJudged } from '../domain/gates/judgement.ts'
import { shareAlpha } from '../domain/gates/shared-alpha.ts'
import { type JudgedGate, summariseGates } from '../domain/gates-summary.ts'
import { type GatesSummary, unjudged } from '../domain/next-action.ts'
import { toInstant } from '../ports/clock.ts'
import { changeDeployment, loadDeployment } from './change-deployment.ts'
import { type Judge, lookAtGate } from './look-at-gate.ts'
import { measureTraffic } from './measure-traffic.ts'
import { withReplay } from './with-replay.ts'

/** A memory of its own for the time before traffic, so that step 0 starts with nothing. */
const beforeTraffic = -1
/** How often saving the judgements may lose against another looker. */
const attempts = 5

export interface Judged {
  /** The record after the look, on which to decide. */
  readonly deployment: Deployment
  readonly gates: GatesSummary
}

/**
 * Judges the gates of a deployment whose traffic has begun to move; before that, nothing is judged. Where the record went
 * on to another step meanwhile, only what speaks against it still counts: a pass was for the step that was judged.
 *
 * @param loaded - The record, where the caller has just loaded it.
 */
export async function judgeGates(deps: Deps, id: string, loaded?: Deployment): Promise<Judged> {
  const before = loaded ?? (await loadDeployment(deps, id))
  if (isFinal(before.phase) || before.goal === 'snapshot' || before.firstShiftAt === null)
    return { deployment: before, gates: unjudged }
  const gates = summariseGates(await look(deps, before, 'during'), before.waivedGates)
  const deployment = await loadDeployment(deps, id)
  const isSameStep = deployment.step === before.step && deployment.settledAt === before.settledAt
  return { deployment, gates: isSameStep ? gates : { ...unjudged, failing: gates.failing } }
}

/** Judges what must hold before the canary gets traffic: target health, and the probes meant for before. */
export async function judgeBeforeTraffic(deps: Deps, id: string): Promise<GatesSummary> {
  const deployment = await loadDeployment(deps, id)
  return summariseGates(await look(deps, deployment, 'before'), deployment.waivedGates)
}

/**
 * Judges the gates of a deployment that succeeded, as in its last step: windows after the end count like those before it.
 *
 * @param measure - What is kept beside the verdicts.
 */
export function judgeAfterSuccess(
  deps: Deps,
  deployment: Deployment,
  measure: Measure,
): Promise<readonly JudgedGate[]> {
  return look(deps, deployment, 'during', measure)
}

type Measure = (deps: Deps, deployment: Deployment) => Promise<Look['traffic']>

async function look(
  deps: Deps,
  deployment: Deployment,
  moment: 'before' | 'during',
  measure: Measure = measureTraffic,
): Promise<readonly JudgedGate[]> {
  const context = contextOf(deployment, moment, deps.clock.now())
  const gates = deployment.settings.gates.filter((gate) => isJudged(gate, moment))
  const earlier = await deps.deployments.loadMeasures(deployment.id)
  const [judges, traffic] = await Promise.all([
    Promise.all(gates.map((gate) => lookAtGate(deps, deployment, gate, sinceOf(gate, earlier, context)))),
    measure(deps, deployment),
  ])
  const saved = await saveJudgements(deps, deployment, { gates, judges, context, traffic, earlier })
  const judged = gates.flatMap((gate, index) => {
    const judgement = saved.judgements[index]
    return judgement ? [{ gate, judgement }] : []
  })
  for (const { gate, judgement } of judged) await noteVerdict(deps, deployment, gate, judgement, saved.before)
  return judged
}

function contextOf(deployment: Deployment, moment: 'before' | 'during', nowMs: number): LookContext {
  if (moment === 'before') return { step: beforeTraffic, nowMs, settledAtMs: 0, firstShiftAtMs: null, weight: 0 }
  const parse = (instant: string | null) => (instant === null ? nowMs : Date.parse(instant))
  return {
    step: deployment.step,
    nowMs,
    settledAtMs: parse(deployment.settledAt),
    firstShiftAtMs: parse(deployment.firstShiftAt),
    weight: deployment.weight,
  }
}

/** Windows that were judged need not be read again; those that a comparison has seen and not settled are. */
function sinceOf(gate: Gate, earlier: DeploymentMeasures | null, context: LookContext): number {
  const memory = earlier?.memories[gate.name]
  const sinceMs = Math.max(context.settledAtMs, memory?.step === context.step ? memory.judgedUntilMs : 0)
  return Math.min(sinceMs, memory?.comparison?.pending[0]?.startMs ?? sinceMs)
}

interface Look {
  readonly gates: readonly Gate[]
  readonly judges: readonly Judge[]
  readonly context: LookContext
  readonly traffic: Pick<DeploymentMeasures, 'observedWeight' | 'rollback'>
  readonly earlier: DeploymentMeasures | null
}

interface Saved {
  readonly judgements: readonly Judgement[]
  readonly before: DeploymentMeasures | null
}

/**
 * Judges on the newest memory and saves it. Where another looker saved in between, the same samples are judged again on
 * what that one remembers, so no window counts twice.
 */
async function saveJudgements(
  deps: Deps,
  deployment: Deployment,
  { gates, judges, context, traffic, earlier }: Look,
): Promise<Saved> {
  let before = earlier
  for (let attempt = 0; attempt < attempts; attempt++) {
    const alone = await Promise.all(judges.map((judge, index) => judgeOnce(judge, gates[index], before, context)))
    const judgements = shareAlpha(gates, alone)
    const next = toMeasures({ gates, judgements, before, traffic, at: toInstant(context.nowMs) })
    try {
      await deps.deployments.saveMeasures(deployment.id, next)
      return { judgements, before }
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error
      before = await deps.deployments.loadMeasures(deployment.id)
    }
  }
  throw new TransientError(`the judgements of ${deployment.id} kept changing while they were saved`)
}

/**
 * A metric look without a new window decides what the last one did, and has nothing to show for it: it keeps that one's
 * reason and evidence, so that whoever acts on it can name the numbers.
 */
async function judgeOnce(
  judge: Judge,
  gate: Gate | undefined,
  before: DeploymentMeasures | null,
  context: LookContext,
): Promise<Judgement> {
  const memory = memoryOf(gate, before, context)
  const judgement = await judge(memory, context)
  const earlier = before?.gates.find((report) => report.name === gate?.name)
  const isUnmoved = gate?.kind === 'metric' && judgement.memory === memory
  if (!isUnmoved || earlier?.verdict !== judgement.verdict.outcome) return judgement
  return { ...judgement, verdict: { ...judgement.verdict, reason: earlier.reason, evidence: earlier.evidence } }
}

function memoryOf(gate: Gate | undefined, before: DeploymentMeasures | null, context: LookContext): GateMemory {
  return (gate && before?.memories[gate.name]) ?? emptyMemory(context.step)
}

function toMeasures(look: {
  readonly gates: readonly Gate[]
  readonly judgements: readonly Judgement[]
  readonly before: DeploymentMeasures | null
  readonly traffic: Look['traffic']
  readonly at: string
}): DeploymentMeasures {
  const reports = new Map(look.before?.gates.map((report) => [report.name, report]))
  const memories: Record<string, GateMemory> = { ...look.before?.memories }
  for (const [index, gate] of look.gates.entries()) {
    const judgement = look.judgements[index]
    if (!judgement) continue
    reports.set(gate.name, toReport(gate, judgement, look.at))
    memories[gate.name] = judgement.memory
  }
  return { revision: (look.before?.revision ?? 0) + 1, gates: [...reports.values()], memories, ...look.traffic }
}

function toReport(gate: Gate, { verdict }: Judgement, judgedAt: string): GateReport {
  const { name, kind, mode } = gate
  return { name, kind, mode, verdict: verdict.outcome, reason: verdict.reason, evidence: verdict.evidence, judgedAt }
}

/** Only a change of the word is an event: numbers move with every look. */
async function noteVerdict(
  deps: Deps,
  { id, phase }: Deployment,
  gate: Gate,
  judgement: Judgement,
  before: DeploymentMeasures | null,
): Promise<void> {
  const { verdict } = judgement
  const earlier = before?.gates.find((report) => report.name === gate.name)
  if (earlier?.verdict === verdict.outcome) return
  const evidence = gate.kind === 'compare' ? await withReplay(deps, id, gate, judgement) : verdict.evidence
  const deployment = await changeDeployment(deps, id, (newest) =>
    newest.goal === 'snapshot' || (isFinal(newest.phase) && newest.phase !== phase)
      ? null
      : {
          type: 'verdict',
          gate: gate.name,
          verdict: verdict.outcome,
          reason: verdict.reason,
          evidence,
        },
  )
  // Whoever halted it asked for a person: the gate that fails now does not decide over their head, but it calls them.
  if (verdict.outcome === 'fail' && gate.mode === 'enforce' && deployment.hold?.kind === 'halted')
    await deps.notifier.page(deployment, `gate "${gate.name}" fails while ${id} is halted: ${verdict.reason}`)
}
