import type { SideCounts } from '../../shared/domain/sequential-test.ts'

/** Requests and bad ones as chance has them; the same for the same seed. */
export function createRandom(seed: number) {
  let state = seed

  /** Mulberry32: 0 up to below 1. */
  function next(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  /** Normal above 100, by products of uniforms below. */
  function poisson(mean: number): number {
    if (mean > 100) {
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
      return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal))
    }
    const least = Math.exp(-mean)
    let count = 0
    for (let product = next(); product > least; product *= next()) count++
    return count
  }

  function binomial(trials: number, rate: number): number {
    if (rate < 0.02) return Math.min(trials, poisson(trials * rate))
    let count = 0
    for (let trial = 0; trial < trials; trial++) if (next() < rate) count++
    return count
  }

  /** One side in one bucket with so many requests on average. */
  function side(requestsOnAverage: number, rate: number): SideCounts {
    const requests = poisson(requestsOnAverage)
    return { requests, bad: binomial(requests, rate) }
  }

  return { next, side }
}
