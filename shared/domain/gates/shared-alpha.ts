import { hasMaterialDifference, readComparison } from '../sequential-test.ts'
import { ownParameters, type SharedGate } from './compare.ts'
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
 * other, so the release as a whole is rolled back wrongly with a probability of at most alpha (the smallest, where they
 * differ). It reaches 1/alpha never later than one of them reaches the limit of its own share. Where it does, the one
 * with the largest part fails, if its difference is material.
 *
 * @param judgements - Of this look, in the order of `gates`.
 * @returns The judgements, that of the gate which failed by the mean changed.
 * @see Vovk & Wang, E-values: calibration, combination and applications, Annals of Statistics 2021
 */
export function shareAlpha(gates: readonly Gate[], judgements: readonly Judgement[]): readonly Judgement[] {
  const parts = gates.flatMap((gate, index) => toPart(gate, gates, judgements[index]))
  const mean = parts.reduce((sum, part) => sum + part.evidence, 0)
  const limit = 1 / Math.min(...parts.map(({ shared }) => shared.gate.alpha))
  const [largest] = parts.toSorted((a, b) => b.evidence - a.evidence)
  if (parts.length < 2 || !largest?.isMaterial || mean < limit) return judgements
  return judgements.map((judgement) => (judgement === largest.judgement ? failByMean(largest, mean) : judgement))
}

interface Part {
  readonly shared: SharedGate
  readonly judgement: Judgement
  /** share × E; a comparison that has not begun stands at 1. */
  readonly evidence: number
  readonly isMaterial: boolean
}

function toPart(gate: Gate, gates: readonly Gate[], judgement: Judgement | undefined): readonly Part[] {
  if (gate.kind !== 'compare' || gate.mode !== 'enforce' || judgement === undefined) return []
  const shared = { gate, share: shareOf(gate, gates) }
  const { comparison } = judgement.memory
  if (comparison === undefined) return [{ shared, judgement, evidence: shared.share, isMaterial: false }]
  const parameters = ownParameters(shared)
  return [
    {
      shared,
      judgement,
      evidence: shared.share * readComparison(parameters, comparison.state).e,
      isMaterial: hasMaterialDifference(parameters, comparison.fixed, comparison.state),
    },
  ]
}

function failByMean({ shared, judgement, evidence }: Part, mean: number): Judgement {
  const { comparison } = judgement.memory
  if (judgement.verdict.outcome === 'fail' || comparison === undefined) return judgement
  // What the others add makes the limit of this one lower: with it the verdict can be recomputed from its own counts.
  const limit = Math.max(1, (1 / shared.gate.alpha - (mean - evidence)) / shared.share)
  return {
    ...judgement,
    verdict: {
      outcome: 'fail',
      reason: `${judgement.verdict.reason}; with the other compare gates ${Number(mean.toPrecision(3))} : 1 in all`,
      evidence: { ...judgement.verdict.evidence, meanE: mean, limit },
    },
    settled: false,
    memory: {
      ...judgement.memory,
      comparison: { ...comparison, failedAtMs: judgement.memory.judgedUntilMs },
    },
  }
}
