import { addSums, type Distribution, type ObservationSums, sortedEntries } from './distribution.ts'

/** Distinct values a bucket keeps exactly; beyond, values are rounded to 4 significant digits. */
const maxExactValues = 5000

/** Observations to add: values with counts, or their sums. */
export type Observations =
  | { readonly values: readonly number[]; readonly counts: readonly number[] }
  | { readonly set: ObservationSums }

/** The observations of one metric and unit in time order: one bucket for each minute (or second, at high resolution). */
export class Buckets {
  /** Ascending, parallel to what `#byStart` holds. */
  #starts: number[] = []
  readonly #byStart = new Map<number, Bucket>()

  /** Ascending. */
  get starts(): readonly number[] {
    return this.#starts
  }

  get size(): number {
    return this.#starts.length
  }

  get firstStart(): number | undefined {
    return this.#starts[0]
  }

  get lastStart(): number | undefined {
    return this.#starts.at(-1)
  }

  /** @param startAt - Start of the minute or second, in milliseconds since the epoch. */
  add(startAt: number, observations: Observations): void {
    const bucket = this.#byStart.get(startAt) ?? this.#insert(startAt)
    bucket.sorted = undefined
    if ('set' in observations) bucket.set = bucket.set ? addSums(bucket.set, observations.set) : observations.set
    else
      observations.values.forEach((value, index) => {
        const key = bucket.counts.size < maxExactValues ? value : Number(value.toPrecision(4))
        bucket.counts.set(key, (bucket.counts.get(key) ?? 0) + (observations.counts[index] ?? 1))
      })
  }

  /** Every bucket that starts at or after `fromAt` and before `toAt`, ascending. */
  *between(fromAt: number, toAt: number): Generator<readonly [startAt: number, Distribution]> {
    for (let at = this.#position(fromAt); at < this.#starts.length; at++) {
      const startAt = this.#starts[at]
      if (startAt === undefined || startAt >= toAt) return
      const bucket = this.#byStart.get(startAt)
      if (!bucket) continue
      bucket.sorted ??= toDistribution(bucket)
      yield [startAt, bucket.sorted]
    }
  }

  dropBefore(at: number): void {
    const keepFrom = this.#position(at)
    for (const start of this.#starts.splice(0, keepFrom)) this.#byStart.delete(start)
  }

  /** Puts buckets of less than a minute that start before `at` together into whole minutes. */
  rollUpBefore(at: number): void {
    const fine = this.#starts.filter((start) => start < at && start % 60_000 !== 0)
    for (const start of fine) {
      const bucket = this.#byStart.get(start)
      this.#byStart.delete(start)
      if (!bucket) continue
      const minute = start - (start % 60_000)
      if (bucket.counts.size > 0)
        this.add(minute, { values: [...bucket.counts.keys()], counts: [...bucket.counts.values()] })
      if (bucket.set) this.add(minute, { set: bucket.set })
    }
    if (fine.length > 0) this.#starts = [...this.#byStart.keys()].sort((a, b) => a - b)
  }

  #insert(startAt: number): Bucket {
    const bucket: Bucket = { counts: new Map() }
    this.#byStart.set(startAt, bucket)
    this.#starts.splice(this.#position(startAt), 0, startAt)
    return bucket
  }

  /** Index of the first start at or after `at`. Data comes in order, so the search begins at the end. */
  #position(at: number): number {
    if (at > (this.#starts.at(-1) ?? Number.NEGATIVE_INFINITY)) return this.#starts.length
    let low = 0
    let high = this.#starts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#starts[middle] ?? Number.POSITIVE_INFINITY) < at) low = middle + 1
      else high = middle
    }
    return low
  }
}

interface Bucket {
  readonly counts: Map<number, number>
  set?: ObservationSums
  /** What readers get, until something is added: sorting thousands of values for every query would be waste. */
  sorted?: Distribution | undefined
}

function toDistribution({ counts, set }: Bucket): Distribution {
  return { entries: sortedEntries(counts), ...(set && { set }) }
}
