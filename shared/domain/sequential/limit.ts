import type { ComparisonFixed, SideCounts, Stratum } from './comparison.ts'
import { rateSequence } from './confidence.ts'

/** A service whose every request was bad has no rate above it left to test against. */
const highestLimit = 1 - 1e-9

/** The rate that a side with these counts has at most: the upper end of a 99 % confidence sequence. 0 for none. */
export function usualRate(counts: SideCounts, phi: number): number {
  return Math.min(rateSequence(counts, phi, 0.01).high ?? 0, highestLimit)
}

/**
 * The limit that stands in for a baseline in the next bucket: the one fixed before the release; or what stable was used to
 * beside the canary, where that is surely more, or nothing is known of the day before. A canary no worse than stable was
 * must not fail for that.
 *
 * @param before - All counts up to that bucket: what it holds itself must not choose what it is tested against.
 */
export function limitFor(
  { p0, phi, knowsNormalRate }: Pick<ComparisonFixed, 'p0' | 'phi' | 'knowsNormalRate'>,
  { stable }: Stratum,
): number {
  const { low, high } = rateSequence(stable, phi, 0.01)
  const isSurelyMore = !knowsNormalRate || (low ?? 0) > p0
  return isSurelyMore ? Math.max(p0, Math.min(high ?? 0, highestLimit)) : p0
}
