import type { GateCommon, GateMemory, Judgement, LookContext, Outcome } from './gate.ts'
import { countsAsMiss, instantOf, isVerifying, memoryFor, toJudgement } from './judgement.ts'

/**
 * Local seconds between two looks that both count. Workflow, check and alarm event may look within the same moment and
 * must count once; the shortest interval of a load balancer's health check is 5 s, so nearer looks see nothing new.
 */
export const lookSpacingSeconds = 10

/** What one look at a gate without windows saw. */
export type Seen =
  | { readonly type: 'good' | 'bad'; readonly reason: string; readonly evidence: Evidence }
  | {
      readonly type: 'miss'
      readonly outcome: 'error' | 'no-data'
      readonly reason: string
      readonly evidence: Evidence
    }

type Evidence = Readonly<Record<string, unknown>>

export interface StreakRule {
  /** Bad looks in a row until `fail`. */
  readonly failures: number
  /** Good looks in a row that a canary without traffic needs, and that end a bad streak. */
  readonly successes: number
  /** False: a bad look before traffic only means "not ready yet"; the deadline of verifying decides. */
  readonly failsWhileVerifying: boolean
}

/**
 * Judges one look with hysteresis.
 *
 * In a step one good look settles, unless a bad one came before: then it takes `successes` in a row. A bad streak below
 * `failures` holds the step: the word stays `pass`, but the step cannot end. Before traffic nothing is `pass` until
 * `successes` good looks came in a row. Misses neither lengthen nor break a bad streak.
 */
export function judgeLook(
  gate: GateCommon,
  rule: StreakRule,
  seen: Seen,
  earlier: GateMemory,
  look: LookContext,
): Judgement {
  const before = memoryFor(earlier, look)
  const memory = isNewLook(before, look) ? remember(gate, rule, seen, before, look) : before
  // A bad look between two that count is still one bad look: it must not settle a step.
  const badInARow = seen.type === 'bad' ? Math.max(1, memory.badInARow) : memory.badInARow
  const { outcome, settled, prefix } = decide(rule, seen, { ...memory, badInARow }, look)
  const evidence = {
    ...seen.evidence,
    badInARow,
    goodInARow: memory.goodInARow,
    misses: memory.misses,
    lookedAt: instantOf(look.nowMs),
  }
  return toJudgement(gate, { verdict: { outcome, reason: prefix + seen.reason, evidence }, memory, settled })
}

function isNewLook(memory: GateMemory, look: LookContext): boolean {
  if (look.nowMs < look.settledAtMs) return false
  return look.nowMs >= memory.judgedUntilMs + lookSpacingSeconds * 1000
}

function remember(gate: GateCommon, rule: StreakRule, seen: Seen, memory: GateMemory, look: LookContext): GateMemory {
  const looked = { ...memory, judgedUntilMs: look.nowMs }
  switch (seen.type) {
    case 'good': {
      const goodInARow = memory.goodInARow + 1
      // The bad count outlives the first good look, so that a flapping target does not settle a step.
      return { ...looked, goodInARow, badInARow: goodInARow >= rule.successes ? 0 : memory.badInARow, misses: 0 }
    }
    case 'bad':
      return { ...looked, goodInARow: 0, badInARow: (memory.goodInARow > 0 ? 0 : memory.badInARow) + 1, misses: 0 }
    case 'miss':
      return { ...looked, goodInARow: 0, misses: memory.misses + (countsAsMiss(gate, look, look.nowMs) ? 1 : 0) }
  }
}

function decide(
  rule: StreakRule,
  seen: Seen,
  memory: GateMemory,
  look: LookContext,
): { readonly outcome: Outcome; readonly settled: boolean; readonly prefix: string } {
  const verifying = isVerifying(look)
  const held = verifying ? 'no-data' : 'pass'
  const badCount = `${memory.badInARow} of ${rule.failures} bad looks in a row: `
  if (memory.badInARow >= rule.failures && (!verifying || rule.failsWhileVerifying)) {
    return { outcome: 'fail', settled: false, prefix: badCount }
  }
  if (seen.type === 'miss') return { outcome: seen.outcome, settled: false, prefix: '' }
  if (seen.type === 'bad') return { outcome: held, settled: false, prefix: badCount }
  const steady = memory.goodInARow >= rule.successes || (!verifying && memory.badInARow === 0)
  if (steady) return { outcome: 'pass', settled: true, prefix: '' }
  return { outcome: held, settled: false, prefix: `${memory.goodInARow} of ${rule.successes} good looks in a row: ` }
}
