import { availableTargets, type GroupHealth, neededHealthy } from './capacity.ts'

/** Counts of one side over the routes concerned, or `unknown` where the provider could not be asked. */
export type SideHealth = Pick<GroupHealth, 'total' | 'healthy' | 'unknown'> | 'unknown'

export interface SafeSplitFacts {
  /** Live share of the canary, percent; null when all weights are 0. */
  readonly canaryPercent: number | null
  readonly stable: SideHealth
  readonly canary: SideHealth
  /** False once stable's slot no longer holds the trusted revision: scaled down, or already used for the next release. */
  readonly stableHoldsTrusted: boolean
  /** Healthy targets with which stable carried the whole traffic before the first shift; absent when not noted. */
  readonly stableHealthyBefore?: number
}

/** Where traffic belongs, with a sentence that says what speaks against it. `ask`: only a person can weigh this. */
export interface SafeSplit {
  readonly side: 'stable' | 'canary' | 'ask'
  readonly reason: string
}

/**
 * Where traffic belongs if we stop now. Everyone asks here: rollback, abort, check.
 *
 * Stable by default, also when its health cannot be told: a rollback needs nothing but the snapshot. It is not stable
 * where that would be an outage: its slot no longer holds the trusted revision, or it has too few healthy targets for
 * what would come back while the canary still serves. If neither side can serve, stable is still the one we know.
 */
export function safeSplit(facts: SafeSplitFacts): SafeSplit {
  if (!facts.stableHoldsTrusted) return withoutTrusted(facts.canary)
  if (facts.canaryPercent === 0) return { side: 'stable', reason: 'all traffic is on stable already' }
  if (facts.stable === 'unknown') return { side: 'stable', reason: 'the health of stable is unknown; it is trusted' }
  const needed = neededOnStable(facts)
  const available = availableTargets(facts.stable)
  const counts = `stable has ${available} of ${facts.stable.total} targets healthy and needs ${needed}`
  if (available >= needed) return { side: 'stable', reason: counts }
  if (facts.canary === 'unknown') return { side: 'ask', reason: `${counts}; the health of the canary is unknown` }
  const onCanary = availableTargets(facts.canary)
  if (onCanary === 0) return { side: 'stable', reason: `${counts}, but the canary has no healthy target at all` }
  return { side: 'ask', reason: `${counts}, while the canary has ${onCanary} of ${facts.canary.total} healthy` }
}

function withoutTrusted(canary: SideHealth): SafeSplit {
  const lost = "stable's slot no longer holds the trusted revision"
  if (canary === 'unknown') return { side: 'canary', reason: `${lost}; the health of the canary is unknown` }
  if (availableTargets(canary) > 0) return { side: 'canary', reason: lost }
  return { side: 'ask', reason: `${lost}, and the canary has no healthy target` }
}

/**
 * Only the share that comes back is weighed: at 10 % stable carries the other 90 % already, and asking a person there
 * would leave users on a bad canary. What carried everything before the first shift is always enough.
 */
function neededOnStable(facts: SafeSplitFacts): number {
  const onCanary = facts.canary === 'unknown' ? 0 : availableTargets(facts.canary)
  const needed = neededHealthy({ sharePercent: facts.canaryPercent ?? 100, otherHealthy: onCanary })
  return Math.max(1, Math.min(needed, facts.stableHealthyBefore ?? needed))
}
