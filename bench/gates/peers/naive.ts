import { logGamma } from '../../../shared/domain/sequential/log-math.ts'
import type { Rule } from './minute.ts'

export interface NaiveParameters {
  /** The canary's share of traffic (fraction) as first configured; it is not told of later weights. */
  readonly share: number
  /** A p-value below this rolls back, uncorrected for the other looks. */
  readonly level: number
}

/**
 * What one might write in an afternoon: each minute, of all errors so far, did more fall on the canary than its share
 * explains? Each test is exact, for one look; looking every minute is what breaks its promise.
 */
export function createNaive({ share, level }: NaiveParameters): Rule {
  return (minutes) => {
    let [onCanary, onBoth] = [0, 0]
    for (const [index, { stable, canary }] of minutes.entries()) {
      onCanary += canary.bad
      onBoth += canary.bad + stable.bad
      if (binomialTail(onCanary, onBoth, share) < level) return index + 1
    }
    return null
  }
}

/** P(X ≥ `least`) for X binomial with `trials` trials of probability `share`. */
export function binomialTail(least: number, trials: number, share: number): number {
  if (least <= 0) return 1
  if (least > trials) return 0
  const logFirst =
    logGamma(trials + 1) -
    logGamma(least + 1) -
    logGamma(trials - least + 1) +
    least * Math.log(share) +
    (trials - least) * Math.log1p(-share)
  // The terms above `least` relative to its own, so that only one logarithm is taken.
  let [sum, term] = [1, 1]
  for (let count = least; count < trials; count++) {
    term *= ((trials - count) / (count + 1)) * (share / (1 - share))
    sum += term
    if (term < sum * 1e-16) break
  }
  return Math.min(1, Math.exp(logFirst) * sum)
}
