import { logAboveLimit } from './absolute-limit.ts'
import { hasBaseline } from './baseline.ts'
import type { Bucket, ComparisonState, RecentCounts, ShareSum, SideCounts, Stratum } from './comparison.ts'
import { logMean } from './log-math.ts'
import { observedShare } from './rate-ratio.ts'

/** Shares whose logits round to the same fiftieth count as one: the ends of the sequence move by less than 0.1 %. */
const logitSteps = 50

export const noCounts: Stratum = { stable: { requests: 0, bad: 0 }, canary: { requests: 0, bad: 0 } }

export const noIncident: ComparisonState['incident'] = { canary: 0, stable: 0 }

export function add(a: Stratum, b: Stratum): Stratum {
  return { stable: addSide(a.stable, b.stable), canary: addSide(a.canary, b.canary) }
}

function addSide(a: SideCounts, b: SideCounts): SideCounts {
  return { requests: a.requests + b.requests, bad: a.bad + b.bad }
}

/** Counts since the mean evidence last stood at nothing: roughly since the fault began, if there is one. */
export function addRecent(recent: RecentCounts, counts: Stratum, log: number): RecentCounts {
  const sum = recent.log + log
  return sum > 0 ? { log: sum, counts: add(recent.counts, counts) } : { log: 0, counts: noCounts }
}

/** Bad requests by the share observed where they fell: all that a sequence of the ratio needs, in bounded space. */
export function addShares(shares: ComparisonState['shares'], { strata, weight }: Bucket): ComparisonState['shares'] {
  let next: Record<string, ShareSum> | null = null
  for (const stratum of strata) {
    const bad = stratum.stable.bad + stratum.canary.bad
    if (bad === 0 || stratum.canary.requests === 0 || !hasBaseline(stratum, weight)) continue
    const share = observedShare(stratum)
    const key = String(Math.round(Math.log(share / (1 - share)) * logitSteps))
    next ??= { ...shares }
    const { bad: before, weighted, onCanary } = next[key] ?? { bad: 0, weighted: 0, onCanary: 0 }
    next[key] = {
      bad: before + bad,
      weighted: weighted + share * bad,
      onCanary: onCanary + stratum.canary.bad,
    }
  }
  return next ?? shares
}

/**
 * ln of the evidence that a side's rate is above the limit, floored at 0 and bounded above, so that it both begins and
 * ends within few buckets: for telling an incident, not for deciding.
 */
export function followIncident(log: number, counts: SideCounts, options: { limit: number; phi: number; top: number }) {
  const factors = logAboveLimit(counts, options.limit).map((factor) => factor / options.phi)
  return Math.max(0, Math.min(log + logMean(factors), options.top))
}
