import type { Gate, Judgement } from './gates/gate.ts'
import type { GateFinding, GatesSummary } from './next-action.ts'

/** A gate with the judgement of one look. */
export interface JudgedGate {
  readonly gate: Gate
  readonly judgement: Judgement
}

/**
 * What the enforcing gates say together, after one look. Where several have something to say, one that asks for a
 * rollback is heard before one that asks to halt, whatever their order. A gate from which a person resumed
 * (`waivedGates`) neither halts again nor holds up the step.
 */
export function summariseGates(looked: readonly JudgedGate[], waivedGates: readonly string[]): GatesSummary {
  const judged = looked.filter(({ gate }) => gate.mode === 'enforce')
  const isWaived = ({ gate }: JudgedGate) => waivedGates.includes(gate.name)
  const find = (isSo: (one: JudgedGate) => boolean, answerOf: (gate: Gate) => GateFinding['answer']) =>
    worst(
      judged.filter((one) => isSo(one) && !(isWaived(one) && answerOf(one.gate) === 'halt')),
      answerOf,
    )
  const unsettled = firstToGiveUp(judged.filter((one) => !one.judgement.settled && !isWaived(one)))
  return {
    failing: find(
      ({ judgement }) => judgement.verdict.outcome === 'fail',
      (gate) => gate.onFail,
    ),
    blind: find(
      ({ judgement }) => judgement.missesSpent,
      (gate) => gate.onNoData,
    ),
    unsettled,
    proven: unsettled === null && judged.some(hasProof),
  }
}

/** A gate that was told to prove is settled only with its proof. */
function hasProof({ gate, judgement }: JudgedGate): boolean {
  return gate.kind === 'compare' && gate.atStepEnd === 'prove' && judgement.settled
}

function worst(found: readonly JudgedGate[], answerOf: (gate: Gate) => GateFinding['answer']): GateFinding | null {
  const findings = found.map((one) => toFinding(one, answerOf(one.gate)))
  return findings.find(({ answer }) => answer === 'roll-back') ?? findings[0] ?? null
}

/** The step is prolonged only as long as every gate that has not passed allows. */
function firstToGiveUp(open: readonly JudgedGate[]): GatesSummary['unsettled'] {
  const [first] = open.toSorted((a, b) => a.gate.maxExtendSeconds - b.gate.maxExtendSeconds)
  return first ? { ...toFinding(first, first.gate.onNoData), maxExtendSeconds: first.gate.maxExtendSeconds } : null
}

function toFinding({ gate, judgement }: JudgedGate, answer: GateFinding['answer']): GateFinding {
  return { gate: gate.name, reason: judgement.verdict.reason, answer }
}
