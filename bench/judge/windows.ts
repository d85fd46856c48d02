import type { Bucket } from '../../shared/domain/sequential-test.ts'

export interface WindowOfCounts {
  readonly buckets: readonly Bucket[]
  /** The same, as `sluice judge` reads it. */
  readonly document: object
}

/** A thousand requests a minute, a tenth of them on the canary, the same rate of bad ones on both sides. */
export function createWindows(options: { windows: number; buckets: number; badRate: number }): WindowOfCounts[] {
  const random = createRandom(20_260_801)
  return Array.from({ length: options.windows }, () => {
    const buckets = Array.from({ length: options.buckets }, () => {
      const stable = drawSide(random, 900, options.badRate)
      const canary = drawSide(random, 100, options.badRate)
      return { strata: [{ stable, canary }], weight: 10 }
    })
    return { buckets, document: toDocument(buckets) }
  })
}

function toDocument(buckets: readonly Bucket[]) {
  const toSide = ({ requests, bad }: { requests: number; bad: number }) => ({ requests, errors: bad })
  return {
    bucketSeconds: 60,
    plannedBuckets: buckets.length,
    buckets: buckets.map(({ strata: [stratum], weight }) => ({
      ...(stratum && { stable: toSide(stratum.stable), canary: toSide(stratum.canary) }),
      weight,
    })),
  }
}

/** Requests vary as a real minute's do, so that no two buckets have quite the same share. */
function drawSide(random: () => number, requests: number, badRate: number) {
  const spread = 2 * Math.sqrt(requests)
  return { requests: Math.round(requests + spread * (2 * random() - 1)), bad: drawBad(random, requests * badRate) }
}

/** A Poisson count, by multiplying uniform numbers (Knuth): enough for small means. */
function drawBad(random: () => number, mean: number): number {
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > limit; product *= random()) count++
  return count
}

/** Linear congruential, 31 bits (MINSTD): the same windows in every run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
