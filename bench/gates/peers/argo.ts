import type { Rule } from './minute.ts'
import { failsCheck } from './success-check.ts'

export interface ArgoParameters {
  /** The `successCondition`: success rate of at least this, fraction. Default 0.99. */
  readonly minimumSuccess: number
  /** `failureLimit`: failed measurements that are still tolerated. Default 3. */
  readonly failureLimit: number
}

/**
 * Argo Rollouts with an analysis of `interval: 1m`. Failed measurements are counted over the whole run, in a row or not;
 * one more than `failureLimit` fails it. A rate of NaN fulfils no success condition.
 *
 * @see argoproj/argo-rollouts 9f8d111, analysis/analysis.go
 */
export function createArgoLike(
  { minimumSuccess, failureLimit }: ArgoParameters = { minimumSuccess: 0.99, failureLimit: 3 },
): Rule {
  return (minutes) => {
    let failed = 0
    for (const [index, { canary }] of minutes.entries()) {
      if (failsCheck(canary, minimumSuccess)) failed += 1
      if (failed > failureLimit) return index + 1
    }
    return null
  }
}
