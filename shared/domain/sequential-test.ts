import { limitMultiples } from './sequential/absolute-limit.ts'
import { hasAllTraffic, hasBaseline, withoutRemainder } from './sequential/baseline.ts'
import type {
  Bucket,
  ComparisonFixed,
  ComparisonParameters,
  ComparisonState,
  Stratum,
} from './sequential/comparison.ts'
import { factorsOf } from './sequential/evidence.ts'
import { limitFor } from './sequential/limit.ts'
import { logAdd, logMean, logSum } from './sequential/log-math.ts'
import { logPromotionFactors, promotionParts } from './sequential/promotion.ts'
import { capitalAt } from './sequential/restarts.ts'
import { logDoubt, logLimit } from './sequential/result.ts'
import { add, addRecent, addShares, followIncident, noCounts, noIncident } from './sequential/running.ts'
import { logSilenceFactors, silenceCapitalAt, silentShares } from './sequential/silence.ts'

export type * from './sequential/comparison.ts'
export { findCountProblems, largestCount } from './sequential/counts.ts'
export { findParameterProblems, isTestableRate, rateRule } from './sequential/parameter-problems.ts'
export { type BaselineHistory, completeParameters, defaultParameters, fixComparison } from './sequential/parameters.ts'
export { describeComparison, logLimit, readComparison } from './sequential/result.ts'

/**
 * The canary against stable, bucket by bucket: an e-process for "the canary's rate of bad requests is at most `tolerance`
 * times stable's in every bucket". It reaches 1/alpha at any time at all with a probability of at most alpha (Ville's
 * inequality), however often anyone looks, whatever the weights, the rates and the time that the deployment takes.
 *
 * It is a mixture over ratios and over moments at which a fault may begin. What has not been put to work yet counts as 1.
 *
 * @see Ville, Étude critique de la notion de collectif, 1939; Ramdas, Grünwald, Vovk & Shafer, Game-theoretic statistics
 *   and safe anytime-valid inference, arXiv 2210.01948; docs/comparison.md
 */
export function startComparison(parameters: ComparisonParameters): ComparisonState {
  return {
    buckets: 0,
    compared: 0,
    capital: [...parameters.grid, ...limitMultiples].map(() => null),
    spent: 0,
    logE: 0,
    logESup: 0,
    failedAt: null,
    promotion: Array.from({ length: promotionParts }, () => -Math.log(promotionParts)),
    provenAt: null,
    silence: silentShares.map(() => null),
    silenceSpent: 0,
    logSilence: 0,
    recent: { log: 0, counts: noCounts },
    incident: noIncident,
    totals: noCounts,
    shares: {},
    newest: null,
  }
}

/** Takes in the next bucket: once, in order, never revised. `bucket` has been checked (`findCountProblems`). */
export function addBucket(
  parameters: ComparisonParameters,
  fixed: ComparisonFixed,
  state: ComparisonState,
  bucket: Bucket,
): ComparisonState {
  const counts = bucket.strata.reduce(add, noCounts)
  const started = capitalAt(parameters.restarts, fixed, state.buckets)
  const spent = state.spent + started
  const { logs, startsOn, compares } = factorsOf(parameters, fixed, state.totals, bucket)
  const ratios = parameters.grid.length
  const [from, to] = startsOn === 'ratios' ? [0, ratios] : [ratios, logs.length]
  const capital = grow(state.capital, { logs, from, to, started })
  const startedOnSilence = silenceCapitalAt(fixed, state.buckets)
  const silenceSpent = state.silenceSpent + startedOnSilence
  const silence = grow(state.silence, {
    logs: logSilenceFactors(bucket),
    from: 0,
    to: silentShares.length,
    started: startedOnSilence,
  })
  const logE = logWithReserve(capital, spent)
  const compared = withoutRemainder(counts, bucket.weight)
  const totals = add(state.totals, compared)
  const recent = addRecent(state.recent, compared, logMean(logs.slice(from, to)))
  const promotion = promote(parameters, fixed, state.promotion, bucket)
  const fails = logE >= logLimit(parameters) && hasMaterialDifference(parameters, fixed, { totals, recent })
  const proves = logSum(promotion) >= -Math.log(parameters.beta) && logE < logDoubt
  return {
    buckets: state.buckets + 1,
    compared: state.compared + (compares ? 1 : 0),
    capital,
    spent,
    logE,
    logESup: Math.max(state.logESup, logE),
    failedAt: state.failedAt ?? (fails ? state.buckets : null),
    promotion,
    provenAt: state.provenAt ?? (proves ? state.buckets : null),
    silence,
    silenceSpent,
    logSilence: logWithReserve(silence, silenceSpent),
    recent,
    incident: followBoth(parameters, fixed, state.incident, bucket, counts),
    totals,
    shares: addShares(state.shares, bucket),
    newest: { ...counts, weight: bucket.weight },
  }
}

/** (M + what starts now) · f, in logs. */
function grow(
  capital: readonly (number | null)[],
  step: { readonly logs: readonly number[]; readonly from: number; readonly to: number; readonly started: number },
): readonly (number | null)[] {
  const { logs, from, to, started } = step
  const start = started > 0 ? Math.log(started / (to - from)) : Number.NEGATIVE_INFINITY
  const grown: (number | null)[] = []
  for (let index = 0; index < capital.length; index++) {
    const has = capital[index] ?? Number.NEGATIVE_INFINITY
    const working = index >= from && index < to ? logAdd(has, start) : has
    const after = working + (logs[index] as number)
    grown.push(after === Number.NEGATIVE_INFINITY ? null : after)
  }
  return grown
}

/** ln of the capital at work and of what has not started yet. */
function logWithReserve(capital: readonly (number | null)[], spent: number): number {
  const reserve = 1 - spent
  return logSum(capital, reserve > 0 ? Math.log(reserve) : Number.NEGATIVE_INFINITY)
}

function promote(
  parameters: ComparisonParameters,
  { phi }: ComparisonFixed,
  before: readonly number[],
  { strata, weight }: Bucket,
): readonly number[] {
  const logs = [...before]
  for (const stratum of strata) {
    const factors = logPromotionFactors(parameters, stratum, weight)
    for (let part = 0; part < logs.length; part++) logs[part] = (logs[part] as number) + (factors[part] as number) / phi
  }
  return logs
}

/**
 * True where there are enough bad requests, and the canary's rate is far enough above stable's, over all buckets or
 * since the fault seems to have begun: a difference that nobody would mind rolls nothing back. A further condition can
 * only lower the probability of a false rollback.
 */
export function hasMaterialDifference(
  { minErrors, materiality }: ComparisonParameters,
  fixed: ComparisonFixed,
  { totals, recent }: Pick<ComparisonState, 'totals' | 'recent'>,
): boolean {
  const difference = ({ stable, canary }: Stratum) =>
    canary.requests === 0
      ? 0
      : canary.bad / canary.requests - (stable.requests === 0 ? limitFor(fixed, totals) : stable.bad / stable.requests)
  return totals.canary.bad >= minErrors && Math.max(difference(totals), difference(recent.counts)) >= materiality
}

/**
 * Both sides above the limit at once is an incident, not a regression; without a known normal rate nobody can tell. A
 * minute without stable changes nothing; once the canary has all of the traffic there are no two sides any more.
 */
function followBoth(
  { alpha }: ComparisonParameters,
  { p0, phi, knowsNormalRate }: ComparisonFixed,
  before: ComparisonState['incident'],
  { weight }: Bucket,
  counts: Stratum,
): ComparisonState['incident'] {
  if (hasAllTraffic(weight)) return noIncident
  if (!knowsNormalRate || !hasBaseline(counts, weight)) return before
  const options = { limit: p0, phi, top: -2 * Math.log(alpha) }
  return {
    canary: followIncident(before.canary, counts.canary, options),
    stable: followIncident(before.stable, counts.stable, options),
  }
}
