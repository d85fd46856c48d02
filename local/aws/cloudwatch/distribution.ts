/** What was observed in one stretch of time: distinct values with their counts, and sums handed in without values. */
export interface Distribution {
  /** Ascending by value; counts above 0. */
  readonly entries: readonly (readonly [value: number, count: number])[]
  /** Observations known by their sums only (StatisticValues); undefined if there are none. */
  readonly set?: ObservationSums
}

export interface ObservationSums {
  readonly sampleCount: number
  readonly sum: number
  readonly minimum: number
  readonly maximum: number
}

/** Puts several stretches together. Empty parts are left out; the result may be empty. */
export function mergeDistributions(parts: readonly Distribution[]): Distribution {
  const [only] = parts
  if (only && parts.length === 1) return only
  const counts = new Map<number, number>()
  let set: ObservationSums | undefined
  for (const part of parts) {
    for (const [value, count] of part.entries) counts.set(value, (counts.get(value) ?? 0) + count)
    if (part.set) set = set ? addSums(set, part.set) : part.set
  }
  return { entries: sortedEntries(counts), ...(set && { set }) }
}

export function sortedEntries(counts: ReadonlyMap<number, number>): (readonly [number, number])[] {
  return [...counts].filter(([, count]) => count > 0).sort(([a], [b]) => a - b)
}

export function addSums(a: ObservationSums, b: ObservationSums): ObservationSums {
  return {
    sampleCount: a.sampleCount + b.sampleCount,
    sum: a.sum + b.sum,
    minimum: Math.min(a.minimum, b.minimum),
    maximum: Math.max(a.maximum, b.maximum),
  }
}

/** Sums over everything in `distribution`; undefined if it is empty. */
export function sumsOf(distribution: Distribution): ObservationSums | undefined {
  const { entries, set } = distribution
  const first = entries[0]
  const last = entries.at(-1)
  if (!first || !last) return set
  let sampleCount = 0
  let sum = 0
  for (const [value, count] of entries) {
    sampleCount += count
    sum += value * count
  }
  const sums = { sampleCount, sum, minimum: first[0], maximum: last[0] }
  return set ? addSums(sums, set) : sums
}

/**
 * The part of a minute that has arrived while sources are still reporting: `share` of the observations, spread evenly
 * over the values, rounded down. The same input gives the same part, so a reader sees the point grow and never shrink.
 *
 * @param share - Fraction from 0 to 1.
 */
export function partOf(distribution: Distribution, share: number): Distribution {
  let seen = 0
  const entries: (readonly [number, number])[] = []
  for (const [value, count] of distribution.entries) {
    const arrived = Math.floor((seen + count) * share) - Math.floor(seen * share)
    seen += count
    if (arrived > 0) entries.push([value, arrived])
  }
  return { entries }
}
