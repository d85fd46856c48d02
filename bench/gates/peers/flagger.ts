import type { Rule } from './minute.ts'
import { failsCheck } from './success-check.ts'

export interface FlaggerParameters {
  /** `thresholdRange.min` of `request-success-rate`, fraction. Default 0.99. */
  readonly minimumSuccess: number
  /** `analysis.threshold`: failed checks until rollback. Default 5. */
  readonly threshold: number
}

/**
 * Flagger with `interval: 1m`. A tick first looks at the failed checks so far, rolls back if there are enough, and only
 * then checks the last interval: so the rollback comes one interval after the last failure. Good checks forgive nothing.
 *
 * @see fluxcd/flagger 15bd6ad, pkg/controller/scheduler.go and scheduler_metrics.go
 */
export function createFlaggerLike(
  { minimumSuccess, threshold }: FlaggerParameters = { minimumSuccess: 0.99, threshold: 5 },
): Rule {
  return (minutes) => {
    let failedChecks = 0
    for (const [index, { canary }] of minutes.entries()) {
      if (failedChecks >= threshold) return index + 1
      if (failsCheck(canary, minimumSuccess)) failedChecks += 1
    }
    return null
  }
}
