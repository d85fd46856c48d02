import type { Gate, GateCommon, GateMemory, Judgement, LookContext, Outcome, Verdict } from './gate.ts'
import { emptyMemory } from './gate.ts'

const severity: readonly Outcome[] = ['pass', 'no-data', 'error', 'fail']

/**
 * The worst of several verdicts: `fail` beats `error` beats `no-data` beats `pass`; of equals the first. Nothing judged
 * is `no-data`, for no data is not health.
 */
export function combineVerdicts(verdicts: readonly Verdict[]): Verdict {
  const [first, ...others] = verdicts
  if (first === undefined) return { outcome: 'no-data', reason: 'nothing was judged', evidence: {} }
  return others.reduce((worst, verdict) => (rank(verdict) > rank(worst) ? verdict : worst), first)
}

function rank(verdict: Verdict): number {
  return severity.indexOf(verdict.outcome)
}

/**
 * What a gate remembers in this look: its memory, or an empty one when that belongs to another step, or to the same step
 * before its weight was written again.
 */
export function memoryFor(memory: GateMemory, look: LookContext): GateMemory {
  const newestMs = Math.max(memory.judgedUntilMs, memory.missedAtMs ?? 0)
  return memory.step === look.step && newestMs >= look.settledAtMs ? memory : emptyMemory(look.step)
}

/** True while the canary is verified, before any traffic: there its deadline decides, not the count of misses. */
export function isVerifying(look: LookContext): boolean {
  return look.firstShiftAtMs === null
}

/** True when missing data at `atMs` counts: the grace after the weight settled is over. */
export function countsAsMiss(gate: GateCommon, look: LookContext, atMs: number): boolean {
  return !isVerifying(look) && atMs > look.settledAtMs + gate.graceSeconds * 1000
}

/**
 * Puts a judgement together. Only `pass` can settle a step. Failed readings spend misses as missing data does: a gate
 * that cannot see must end in `onNoData`, whichever way it is blind.
 */
export function toJudgement(
  gate: GateCommon,
  result: { readonly verdict: Verdict; readonly memory: GateMemory; readonly settled: boolean },
): Judgement {
  const { misses } = result.memory
  return {
    ...result,
    settled: result.settled && result.verdict.outcome === 'pass',
    missesSpent: misses > 0 && misses >= gate.noDataLimit,
  }
}

/** Whether a gate is judged while the canary is verified (`before` traffic) or `during` the steps. */
export function isJudged(gate: Gate, moment: 'before' | 'during'): boolean {
  switch (gate.kind) {
    case 'target-health':
      return true
    case 'alarms':
    case 'metric':
    case 'compare':
    case 'route53-health':
      return moment === 'during'
    case 'probe':
    case 'webhook':
      return gate.when === moment || gate.when === 'both'
  }
}

/** ISO 8601 in UTC. */
export function instantOf(ms: number): string {
  return new Date(ms).toISOString()
}
