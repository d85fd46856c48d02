import type { Bucket, ComparisonFixed, Stratum } from './comparison.ts'
import { capitalAt } from './restarts.ts'

/** What a share that is too low may be, of the configured one. */
export const silentShares = [0, 1 / 4, 1 / 2] as const
/** Up to this part of the configured share the canary counts as without traffic, up to the other as with too little. */
const stillSilent = 1 / 4
const stillLow = 3 / 4

/**
 * The capital that starts at one bucket in the test for silence. It never ends, whatever the plan: a canary may lose its
 * traffic in an hour that was added to it, and weighed against the good time before that would take a third of it to tell.
 */
export function silenceCapitalAt({ bucketSeconds }: Pick<ComparisonFixed, 'bucketSeconds'>, index: number): number {
  return capitalAt({ release: 0.8, later: 0.2 }, { bucketSeconds, plannedBuckets: null }, index)
}

/**
 * ln of the factors for "the canary gets less than its configured share", one for each lower share q:
 * (q/w)^nB · ((1−q)/(1−w))^nA. Nothing where the share is not known, or is all of the traffic.
 */
export function logSilenceFactors({ strata, weight }: Bucket): readonly number[] {
  if (weight === null || weight <= 0 || weight >= 100) return silentShares.map(() => 0)
  const share = weight / 100
  const onCanary = strata.reduce((sum, { canary }) => sum + canary.requests, 0)
  const onStable = strata.reduce((sum, { stable }) => sum + stable.requests, 0)
  return silentShares.map((part) => {
    const onSilent = onCanary === 0 ? 0 : onCanary * Math.log(part)
    return onSilent + onStable * (Math.log1p(-share * part) - Math.log1p(-share))
  })
}

/** True where the canary's requests are so few of what its weight promises that nothing can be judged on them. */
export function isSilent(counts: Stratum, weight: number | null): boolean {
  return hasAtMost(stillSilent, counts, weight)
}

/**
 * True where the canary still gets clearly less than its weight promises. The evidence for it outlasts the want: after
 * five minutes of silence it takes a quarter of an hour to fade.
 */
export function isLow(counts: Stratum, weight: number | null): boolean {
  return hasAtMost(stillLow, counts, weight)
}

function hasAtMost(part: number, { stable, canary }: Stratum, weight: number | null): boolean {
  const requests = stable.requests + canary.requests
  if (weight === null || requests === 0) return canary.requests === 0
  return canary.requests / requests <= (part * weight) / 100
}
