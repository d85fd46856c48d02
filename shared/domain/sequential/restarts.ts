import type { ComparisonFixed, ComparisonParameters } from './comparison.ts'

/** Keeps Σ c / (n (1 + ln n)²) over n = 2, 3, … below 1: the sum without c is at most 0.765. */
const openEnded = 1.3

/**
 * The capital that starts at one bucket: `release` at the first, `later` spread over the first bucket of each later
 * minute of the plan, so that a fault which begins late is not weighed against the good time before it. Without a plan
 * the later ones get ever smaller. All of them together stay within `release + later`.
 *
 * @param index - Zero-based index of the bucket.
 * @see Shin, Ramdas & Rinaldo, E-detectors, for starts at every moment; here with a budget, so that it stays an e-process
 */
export function capitalAt(
  { release, later }: ComparisonParameters['restarts'],
  { bucketSeconds, plannedBuckets }: Pick<ComparisonFixed, 'bucketSeconds' | 'plannedBuckets'>,
  index: number,
): number {
  if (index === 0) return release
  const bucketsAMinute = Math.max(1, Math.round(60 / bucketSeconds))
  if (later === 0 || index % bucketsAMinute !== 0) return 0
  const minute = index / bucketsAMinute
  if (plannedBuckets === null) return (later * openEnded) / ((minute + 1) * (1 + Math.log(minute + 1)) ** 2)
  const laterMinutes = Math.ceil(plannedBuckets / bucketsAMinute) - 1
  return minute <= laterMinutes ? later / laterMinutes : 0
}
