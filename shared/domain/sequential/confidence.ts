import type { ComparisonState, Estimate, SideCounts } from './comparison.ts'
import { bisect, logBeta, logMean } from './log-math.ts'

/** Level of every sequence that is shown: 95 %. */
export const sequenceAlpha = 0.05

/**
 * A confidence sequence of one rate: { p : B(x+½, n−x+½)/B(½, ½) < p^x (1−p)^(n−x) / alpha }. It covers the rate at all
 * times at once with probability 1 − alpha. Counts are divided by the dispersion.
 *
 * @see Robbins, Statistical Methods Related to the Law of the Iterated Logarithm, 1970: mixture with Beta(½, ½)
 */
export function rateSequence({ requests, bad }: SideCounts, phi: number, alpha = sequenceAlpha): Estimate {
  if (requests === 0) return { estimate: null, low: null, high: null }
  const [n, x] = [requests / phi, bad / phi]
  const needed = logBeta(x + 0.5, n - x + 0.5) - logBeta(0.5, 0.5) + Math.log(alpha)
  const holds = (rate: number) => logLikelihood(x, rate) + logLikelihood(n - x, 1 - rate) > needed
  const estimate = bad / requests
  return {
    estimate,
    low: bad === 0 ? 0 : bisect(0, estimate, (rate) => !holds(rate)),
    high: bad === requests ? 1 : bisect(estimate, 1, holds),
  }
}

/** count · ln p, where 0 · ln 0 is 0. */
function logLikelihood(count: number, probability: number): number {
  return count === 0 ? 0 : count * Math.log(probability)
}

/** Ratios of the prior: 41 from 1/100 to 100, equally far apart in their logarithm. */
const priorLogs = Array.from({ length: 41 }, (_, index) => Math.log(100) * (index / 20 - 1))
/** Beyond this, in ln, an end counts as open. */
const widest = Math.log(1e9)

/**
 * A confidence sequence of the rate ratio, canary to stable: { r : mean over the prior of L(r_j) < L(r) / alpha }.
 * ln L is concave in ln r, so this is an interval, found by halving on either side of the likeliest ratio.
 */
export function ratioSequence(shares: ComparisonState['shares'], phi: number, alpha = sequenceAlpha): Estimate {
  const groups = Object.values(shares).map(({ bad, weighted }) => ({ bad, share: weighted / bad }))
  const all = groups.reduce((sum, { bad }) => sum + bad, 0)
  if (all === 0) return { estimate: null, low: null, high: null }
  const onCanary = Object.values(shares).reduce((sum, one) => sum + one.onCanary, 0)
  const logLikelihoodAt = (log: number) =>
    (onCanary * log - groups.reduce((sum, { bad, share }) => sum + bad * Math.log1p(share * Math.expm1(log)), 0)) / phi
  const slopeAt = (log: number) =>
    onCanary -
    groups.reduce((sum, { bad, share }) => {
      const lifted = share * Math.exp(log)
      return sum + (bad * lifted) / (1 - share + lifted)
    }, 0)
  const needed = logMean(priorLogs.map(logLikelihoodAt)) + Math.log(alpha)
  const holds = (log: number) => logLikelihoodAt(log) > needed
  const best = bisect(-widest, widest, (log) => slopeAt(log) > 0)
  return {
    estimate: onCanary === 0 ? 0 : onCanary === all ? null : Math.exp(best),
    low: holds(-widest) ? 0 : Math.exp(bisect(-widest, best, (log) => !holds(log))),
    high: holds(widest) ? null : Math.exp(bisect(best, widest, holds)),
  }
}
