import type { Stratum } from './comparison.ts'
import { logRateRatioFactor } from './rate-ratio.ts'

/** Up to so many bad requests in a bucket the exact form is used; above, the rate-ratio form, its conservative limit. */
export const exactUpTo = 10_000

/**
 * ln of the exact conditional factor of one stratum, for events that need not be rare: ψ^x / E[ψ^X] over the odds ratio
 * `ratio`, against `reference`. Given the number of bad requests, X is hypergeometric while both sides are alike, so
 * under the reference its mean is exactly 1.
 *
 * @see Turner, Ly & Grünwald, Generic E-variables for exact sequential k-sample tests, arXiv 2106.02693, for the setting;
 *   Fisher's noncentral hypergeometric distribution for the denominator
 */
export function logExactFactor(stratum: Stratum, ratio: number, reference: number): number {
  const bad = stratum.stable.bad + stratum.canary.bad
  if (bad === 0 || stratum.canary.requests === 0 || stratum.stable.requests === 0) return 0
  if (bad > exactUpTo) return logRateRatioFactor(stratum, ratio, reference)
  const centre = modeOf(stratum)
  const above = stratum.canary.bad - centre
  return (
    above * Math.log(ratio / reference) - (logMoment(stratum, centre, ratio) - logMoment(stratum, centre, reference))
  )
}

/** The likeliest number of bad canary requests where both sides are alike. */
function modeOf({ stable, canary }: Stratum): number {
  const bad = stable.bad + canary.bad
  return Math.floor(((bad + 1) * (canary.requests + 1)) / (stable.requests + canary.requests + 2))
}

/** Terms below this share of the sum no longer change a double. */
const negligible = 1e-18
const tooLarge = 1e200

/**
 * ln Σ h(k)/h(centre) · ψ^(k−centre), walked outward from the centre by h(k+1)/h(k) and rescaled before it overflows.
 * For ψ ≥ 1 the terms fall below the centre; above it they rise to the mode under ψ first.
 */
function logMoment(stratum: Stratum, centre: number, ratio: number): number {
  const bad = stratum.stable.bad + stratum.canary.bad
  const { requests: onCanary } = stratum.canary
  const { requests: onStable } = stratum.stable
  const step = (k: number) => ((onCanary - k) / (k + 1)) * ((bad - k) / (onStable - bad + k + 1)) * ratio
  let [sum, term, logScale] = [1, 1, 0]
  for (let k = centre; k < Math.min(bad, onCanary); k++) {
    const growth = step(k)
    term *= growth
    sum += term
    if (growth < 1 && term < sum * negligible) break
    if (sum > tooLarge) {
      term /= tooLarge
      sum /= tooLarge
      logScale += Math.log(tooLarge)
    }
  }
  term = Math.exp(-logScale)
  for (let k = centre - 1; k >= Math.max(0, bad - onStable); k--) {
    term /= step(k)
    sum += term
    if (term < sum * negligible) break
  }
  return Math.log(sum) + logScale
}
