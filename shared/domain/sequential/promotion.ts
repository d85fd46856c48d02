import { logRateFactor } from './absolute-limit.ts'
import { hasBaseline } from './baseline.ts'
import type { ComparisonParameters, Stratum } from './comparison.ts'
import { logRateRatioFactor } from './rate-ratio.ts'

/** How the canary may really stand to stable, where it is to be proven below `rho` times. */
const ratios = [0.5, 1, 1.25] as const
/** How it may stand to `pMax`. */
const fractions = [0.02, 0.2, 0.5] as const

export const promotionParts = ratios.length + fractions.length

/**
 * ln of the factors of the non-inferiority test for one stratum, against "the canary's rate is at least
 * max(rho × stable's, pMax)": under that each has a mean of at most 1. Half of the capital is on the ratio, half on the
 * limit.
 *
 * @see the mirrored form of the rate-ratio and of the absolute test (rate-ratio.ts, absolute-limit.ts)
 */
export function logPromotionFactors(
  { rho, pMax }: Pick<ComparisonParameters, 'rho' | 'pMax'>,
  stratum: Stratum,
  weight: number | null,
): readonly number[] {
  const compares = hasBaseline(stratum, weight)
  const logs: number[] = []
  for (const ratio of ratios) logs.push(compares ? logRateRatioFactor(stratum, ratio, rho) : 0)
  for (const fraction of fractions) logs.push(logRateFactor(stratum.canary, pMax * fraction, pMax))
  return logs
}
