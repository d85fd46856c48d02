import { InvariantError, ValidationError } from './errors.ts'

/** A fixed place where a version runs: a target group, a record set. The slots swap roles with each release. */
export type Slot = 'blue' | 'green'

/** What a slot is to one deployment: the trusted version, or the version on trial. */
export type Role = 'stable' | 'canary'

export const slots: readonly Slot[] = ['blue', 'green']

/** The other slot. */
export function otherSlot(slot: Slot): Slot {
  return slot === 'blue' ? 'green' : 'blue'
}

/** Raw router weights by slot. `null`: the slot is not part of the routing action at all. */
export type RawWeights = Readonly<Record<Slot, number | null>>

/** Raw router weights by role. */
export type RouterWeights = Readonly<Record<Role, number>>

/**
 * One route's routing as the provider reports it: the weights, and everything else that a write must keep.
 * Plain JSON: it is stored as the snapshot that a rollback restores.
 */
export interface RouteState {
  readonly weights: RawWeights
  /**
   * Canonical text of all that is not a weight (other actions, their order, stickiness). Two states route alike only if
   * this text is equal.
   */
  readonly settings: string
  /** What the adapter needs to put this state back. Opaque outside the adapter; never holds a secret. */
  readonly raw: unknown
  /**
   * How long clients may go on as before once a change is in place everywhere, seconds: a DNS record's TTL. Absent: they
   * follow at once.
   */
  readonly lagSeconds?: number
}

/**
 * The highest raw weight one side can have: 0–999 in an ALB action, 0–255 in a Route 53 record. A Lambda alias takes a
 * fraction, which we write in thousandths. CodeDeploy shifts whole percent.
 */
export const maxRouterWeight = { alb: 999, route53: 255, 'lambda-alias': 1000, codedeploy: 100 } as const

/**
 * A percentage in tenths, so that sums and comparisons are exact: 33.3 is 333.
 *
 * @throws {ValidationError} If `percent` is outside 0–100 or has more than one decimal.
 */
export function toTenths(percent: number): number {
  if (!isPercent(percent)) throw new ValidationError(`weight must be 0 to 100 with at most one decimal, not ${percent}`)
  return Math.round(percent * 10)
}

/** True for 0–100 with at most one decimal. Comparing with the tenth's own float allows 33.3, which is none exactly. */
export function isPercent(value: number): boolean {
  return value >= 0 && value <= 100 && Math.round(value * 10) / 10 === value
}

/**
 * The router weights that come nearest to `percent` for the canary.
 *
 * Exact at 0 and 100. In between no side ever gets 0: a share above 0 must reach the canary, and one below 100 must
 * leave something for stable. Never falls as `percent` rises. Whole percents are written as they read (90 and 10).
 *
 * @param percent - Canary share, 0–100, at most one decimal.
 * @param maxWeight - Highest weight of one side, at least 1; see `maxRouterWeight`.
 * @throws {ValidationError} If `percent` is outside 0–100 or has more than one decimal.
 */
export function toRouterWeights(percent: number, maxWeight: number): RouterWeights {
  const tenths = toTenths(percent)
  const whole = Math.min(100, maxWeight)
  if (tenths === 0) return { stable: whole, canary: 0 }
  if (tenths === 1000) return { stable: 0, canary: whole }
  const exact = tenths % 10 === 0 ? { stable: 100 - tenths / 10, canary: tenths / 10 } : perMille(tenths)
  return Math.max(exact.stable, exact.canary) <= maxWeight ? exact : nearestWeights(tenths, maxWeight)
}

function perMille(tenths: number): RouterWeights {
  return { stable: 1000 - tenths, canary: tenths }
}

/** Tries the two best partners of every canary weight. Differences are compared as fractions, never as floats. */
function nearestWeights(tenths: number, maxWeight: number): RouterWeights {
  let best: RouterWeights = { stable: 1, canary: 1 }
  for (let canary = 1; canary <= maxWeight; canary++) {
    const ideal = (canary * (1000 - tenths)) / tenths
    for (const rounded of [Math.floor(ideal), Math.ceil(ideal)]) {
      const candidate = { stable: Math.min(maxWeight, Math.max(1, rounded)), canary }
      if (missBy(candidate, tenths) * total(best) < missBy(best, tenths) * total(candidate)) best = candidate
    }
  }
  return best
}

/** How far the share is from `tenths`, times the total of the weights. */
function missBy(weights: RouterWeights, tenths: number): number {
  return Math.abs(1000 * weights.canary - tenths * total(weights))
}

function total(weights: RouterWeights): number {
  return weights.stable + weights.canary
}

/**
 * The canary share that `weights` really give, percent, rounded to three decimals.
 *
 * @throws {InvariantError} If both are 0: we never write that, and routers read it as anything from "none" to "half".
 */
export function effectivePercent(weights: RouterWeights): number {
  const percent = shareOf(weights.canary, weights.stable)
  if (percent === null) throw new InvariantError('both router weights are 0')
  return percent
}

/** The share of `canary` in live weights, percent, rounded to three decimals; null when all weights are 0. */
export function canaryPercent(raw: RawWeights, canary: Slot): number | null {
  return shareOf(raw[canary] ?? 0, raw[otherSlot(canary)] ?? 0)
}

function shareOf(part: number, rest: number): number | null {
  return part + rest === 0 ? null : Math.round((100_000 * part) / (part + rest)) / 1000
}

/** The slot that gets all traffic, or null while it is divided or nobody gets any. */
export function servingSlot(state: Pick<RouteState, 'weights'>): Slot | null {
  const blue = state.weights.blue ?? 0
  const green = state.weights.green ?? 0
  if (blue > 0 && green > 0) return null
  if (blue > 0) return 'blue'
  return green > 0 ? 'green' : null
}

/**
 * True when every slot has the same share in both; a slot that is absent counts as 0. Cross-multiplied, so 1:9 equals
 * 100:900 exactly. All weights 0 is no share at all and equals only itself.
 */
export function sameShares(a: RawWeights, b: RawWeights): boolean {
  const [blueA, greenA, blueB, greenB] = [a.blue ?? 0, a.green ?? 0, b.blue ?? 0, b.green ?? 0]
  const noneA = blueA + greenA === 0
  const noneB = blueB + greenB === 0
  if (noneA || noneB) return noneA && noneB
  return blueA * greenB === blueB * greenA
}

/** True when both states send every request the same way: equal shares, and everything else identical. */
export function sameRouting(a: RouteState, b: RouteState): boolean {
  return a.settings === b.settings && sameShares(a.weights, b.weights)
}
