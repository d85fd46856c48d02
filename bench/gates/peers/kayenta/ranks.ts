export interface Ranking {
  /** Sum of the experiment's ranks among both samples, ties sharing their average. */
  readonly rankSum: number
  /** Σ (t³ − t) over groups of t equal values. */
  readonly tied: number
}

/** Ranks the experiment's values, each less `shift`, among the control's, in one pass. Both must be sorted, ascending. */
export function rank(experiment: Float64Array, control: Float64Array, shift: number): Ranking {
  let [fromExperiment, fromControl, rankSum, tied] = [0, 0, 0, 0]
  while (fromExperiment < experiment.length || fromControl < control.length) {
    const value = Math.min(
      (experiment[fromExperiment] ?? Number.POSITIVE_INFINITY) - shift,
      control[fromControl] ?? Number.POSITIVE_INFINITY,
    )
    const before = fromExperiment + fromControl
    const experimentBefore = fromExperiment
    while (fromExperiment < experiment.length && (experiment[fromExperiment] ?? 0) - shift === value) fromExperiment++
    while (fromControl < control.length && control[fromControl] === value) fromControl++
    const group = fromExperiment + fromControl - before
    rankSum += (fromExperiment - experimentBefore) * (before + (group + 1) / 2)
    tied += group ** 3 - group
  }
  return { rankSum, tied }
}
