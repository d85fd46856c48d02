import { hasMaterialDifference, readComparison } from '../sequential-test.ts'
import { conclude, isRunning, ownParameters, type SharedGate } from './compare.ts'
import type { CompareGate, Gate, Judgement } from './gate.ts'

/**
 * A compare gate's share of alpha: its weight over the weights of all enforcing compare gates. Fixed before the first
 * bucket, as it follows from the settings alone. A gate that only observes has an alpha of its own.
 */
export function shareOf(gate: CompareGate, gates: readonly Gate[]): number {
  if (gate.mode === 'observe') return 1
  const weights = gates.flatMap((one) => (one.kind === 'compare' && one.mode === 'enforce' ? [one.weight] : []))
  return gate.weight / weights.reduce((sum, weight) => sum + weight, 0)
}

/**
 * Several comparisons as one: their weighted mean, never their product, is an e-process however they depend on each
 * other, so the release as a whole is rolled back wrongly with a probability of at most alpha. It reaches 1/alpha never
 * later than one of them reaches the limit of its own share. Where it does, the one with the largest part fails, if its
 * difference is material.
 *
 * Gates with different alphas keep what each was promised: alpha is the sum of share × alpha, and each gate weighs its
 * part of that sum.
 *
 * @param judgements - Of this look, in the order of `gates`.
 * @returns The judgements, that of the gate which failed by the mean changed.
 * @see Vovk & Wang, E-values: calibration, combination and applications, Annals of Statistics 2021
 */
export function shareAlpha(gates: readonly Gate[], judgements: readonly Judgement[]): readonly Judgement[] {
  const parts = gates.flatMap((gate, index) => toPart(gate, gates, judgements[index]))
  const alpha = parts.reduce((sum, part) => sum + ownAlpha(part), 0)
  const mean = parts.reduce((sum, part) => sum + part.capital, 0) / alpha
  const [largest] = parts.toSorted((a, b) => b.capital - a.capital)
  if (parts.length < 2 || !largest?.isMaterial || mean < 1 / alpha) return judgements
  return judgements.map((judgement) => (judgement === largest.judgement ? failByMean(largest, mean, alpha) : judgement))
}

interface Part {
  readonly shared: SharedGate
  readonly judgement: Judgement
  /** share × alpha × E; a comparison that has not begun stands at an E of 1. */
  readonly capital: number
  readonly isMaterial: boolean
}

const ownAlpha = ({ shared }: Pick<Part, 'shared'>) => ownParameters(shared).alpha

function toPart(gate: Gate, gates: readonly Gate[], judgement: Judgement | undefined): readonly Part[] {
  if (gate.kind !== 'compare' || gate.mode !== 'enforce' || judgement === undefined) return []
  const shared = { gate, share: shareOf(gate, gates) }
  const parameters = ownParameters(shared)
  const { comparison } = judgement.memory
  if (comparison === undefined) return [{ shared, judgement, capital: parameters.alpha, isMaterial: false }]
  const capital = parameters.alpha * readComparison(parameters, comparison.state).e
  const isMaterial = hasMaterialDifference(parameters, comparison.fixed, comparison.state)
  return [{ shared, judgement, capital, isMaterial }]
}

/** What the others add makes the limit of this one lower: with it the verdict can be recomputed from its own counts. */
function failByMean(part: Part, meanE: number, alpha: number): Judgement {
  const { shared, judgement, capital } = part
  const { memory, verdict } = judgement
  if (!isRunning(memory) || memory.comparison.failedAtMs !== null) return judgement
  const others = meanE * alpha - capital
  const byMean = {
    meanE,
    limit: Math.max(1, (1 - others) / ownAlpha(part)),
    failedAt: memory.comparison.state.buckets - 1,
  }
  const comparison = { ...memory.comparison, byMean, failedAtMs: memory.judgedUntilMs }
  return conclude(shared, { ...memory, comparison }, String(verdict.evidence.source))
}
