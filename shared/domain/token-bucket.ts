/** A bucket that holds `most` and refills at `perSecond`, whole numbers; each request takes one. */
export interface BucketRule {
  readonly most: number
  readonly perSecond: number
}

export interface Bucket {
  /** A thousandth of a request each: what comes back in a millisecond is a whole number of them. */
  readonly thousandths: number
  /** Epoch milliseconds. */
  readonly atMs: number
}

/** Takes one. @returns The bucket afterwards, and 0, or milliseconds until there is one again. */
export function takeToken(
  { most, perSecond }: BucketRule,
  bucket: Bucket | undefined,
  nowMs: number,
): { readonly bucket: Bucket; readonly waitMs: number } {
  const { thousandths, atMs } = bucket ?? { thousandths: most * 1000, atMs: nowMs }
  // A clock that is set back refills nothing.
  const refilled = Math.min(most * 1000, thousandths + Math.max(0, nowMs - atMs) * perSecond)
  if (refilled >= 1000) return { bucket: { thousandths: refilled - 1000, atMs: nowMs }, waitMs: 0 }
  return { bucket: { thousandths: refilled, atMs: nowMs }, waitMs: Math.ceil((1000 - refilled) / perSecond) }
}
