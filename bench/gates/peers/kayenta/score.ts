import type { Judged } from './metric.ts'

export interface GroupedMetric extends Judged {
  readonly group: string
  /** Left out of the score. */
  readonly muted?: boolean
}

/**
 * The score of a canary, 0–100 with two decimals: how many metrics of each group pass, groups by weight.
 *
 * @param groupWeights - Per cent; groups without one share evenly what is left of 100.
 * @see spinnaker/kayenta a69573b, WeightedSumScorer.scala; written anew from its description
 */
export function score(metrics: readonly GroupedMetric[], groupWeights: Readonly<Record<string, number>>): number {
  const counted = metrics.filter((metric) => metric.muted !== true)
  if (counted.some((metric) => metric.critical && metric.classification !== 'Pass')) return 0
  const without = counted.filter((metric) => metric.classification === 'Nodata').length
  if (without >= counted.length / 2) return 0
  const groups = [...new Set(counted.map((metric) => metric.group))]
  const weights = completeWeights(groups, groupWeights)
  const sum = groups.reduce((total, group) => {
    const members = counted.filter((metric) => metric.group === group)
    return total + (groupScore(members) * (weights.get(group) ?? 0)) / 100
  }, 0)
  return Math.round(sum * 100) / 100
}

/** A group without any data says nothing against the canary. */
function groupScore(members: readonly GroupedMetric[]): number {
  const withData = members.filter((metric) => metric.classification !== 'Nodata')
  const passed = withData.filter((metric) => metric.classification === 'Pass').length
  return withData.length === 0 ? 100 : (100 * passed) / withData.length
}

function completeWeights(groups: readonly string[], given: Readonly<Record<string, number>>): Map<string, number> {
  const named = Object.values(given).reduce((sum, weight) => sum + weight, 0)
  const unnamed = groups.filter((group) => given[group] === undefined).length
  return new Map(groups.map((group) => [group, given[group] ?? (100 - named) / unnamed]))
}

/** What a score leads to; both limits are given with each execution. */
export function classifyScore(value: number, limits: { readonly pass: number; readonly marginal: number }) {
  if (value >= limits.pass) return 'Pass'
  return value >= limits.marginal ? 'Marginal' : 'Fail'
}
