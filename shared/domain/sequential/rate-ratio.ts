import type { Stratum } from './comparison.ts'

/** The canary's share of the requests that arrived, 0–1; 0 where there were none. */
export function observedShare({ stable, canary }: Stratum): number {
  const requests = stable.requests + canary.requests
  return requests === 0 ? 0 : canary.requests / requests
}

/**
 * ln of the rate-ratio factor of one stratum: how much likelier its bad requests are if the canary's rate is `ratio`
 * times stable's than if it is `reference` times.
 *
 * ln f = x·ln(r/r0) − m·[ln(1 + w(r−1)) − ln(1 + w(r0−1))], x of m bad requests on the canary, w the share observed.
 * For r > r0 its mean is at most 1 while the canary's rate is at most r0 times stable's, whatever the rates and
 * however they change; for r < r0 while it is at least that.
 *
 * @see Lindon & Malek, Anytime-Valid Inference for Multinomial Count Data, NeurIPS 2022, for the fixed share; with the
 *   share of each bucket the bound follows from 1 + p(s−1) ≤ exp(p(s−1)) (docs/comparison.md)
 */
export function logRateRatioFactor(stratum: Stratum, ratio: number, reference: number): number {
  const bad = stratum.stable.bad + stratum.canary.bad
  if (bad === 0) return 0
  const share = observedShare(stratum)
  const lift = Math.log1p(share * (ratio - 1)) - (reference === 1 ? 0 : Math.log1p(share * (reference - 1)))
  return stratum.canary.bad * Math.log(ratio / reference) - bad * lift
}
