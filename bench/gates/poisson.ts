import type { Random } from './random.ts'

/** Draws one count. */
export type CountSampler = (random: Random) => number

/** Beyond so many standard deviations nothing is drawn: less than 1e-22 of the probability. */
const tailDeviations = 12
const smallestTail = 30

/**
 * Draws Poisson counts of one mean, by inversion: exact to a double's precision, and as fast for a mean of 10,000 as for
 * one of 0.01, because a guide table says where in the cumulative sum to begin looking.
 *
 * @param mean - 0 or more.
 * @see Devroye, Non-Uniform Random Variate Generation, 1986, III.2.4 (method of guide tables)
 */
export function createPoisson(mean: number): CountSampler {
  if (mean === 0) return () => 0
  const { from, cumulative } = cumulate(mean)
  const guide = guideTo(cumulative)
  return (random) => {
    const at = random()
    let index = guide[Math.floor(at * guide.length)] ?? 0
    while (index < cumulative.length - 1 && at >= (cumulative[index] ?? 1)) index++
    return from + index
  }
}

/** Bursts that arrive as a Poisson process and hold 1, 2, 3… events each, geometric with mean `burst`. `mean` counts events. */
export function createBursts(mean: number, burst: number): CountSampler {
  const bursts = createPoisson(mean / burst)
  const logMore = Math.log1p(-1 / burst)
  return (random) => {
    let events = 0
    for (let left = bursts(random); left > 0; left--) events += 1 + Math.floor(Math.log(1 - random()) / logMore)
    return events
  }
}

function cumulate(mean: number) {
  const width = Math.ceil(tailDeviations * Math.sqrt(mean) + smallestTail)
  const mode = Math.floor(mean)
  const from = Math.max(0, mode - width)
  const masses = new Float64Array(mode + width - from + 1)
  // Outward from the mode, relative to it: e^-mean alone would underflow.
  masses[mode - from] = 1
  for (let count = mode + 1; count <= mode + width; count++) {
    masses[count - from] = ((masses[count - from - 1] ?? 0) * mean) / count
  }
  for (let count = mode; count > from; count--) {
    masses[count - from - 1] = ((masses[count - from] ?? 0) * count) / mean
  }
  const total = masses.reduce((sum, mass) => sum + mass, 0)
  let sum = 0
  const cumulative = masses.map((mass) => {
    sum += mass / total
    return sum
  })
  return { from, cumulative }
}

/** For each of equal slices of 0–1, the first index whose cumulative sum lies above the slice's beginning. */
function guideTo(cumulative: Float64Array): Int32Array {
  const guide = new Int32Array(cumulative.length)
  let index = 0
  for (let slice = 0; slice < guide.length; slice++) {
    while (index < cumulative.length - 1 && (cumulative[index] ?? 1) <= slice / guide.length) index++
    guide[slice] = index
  }
  return guide
}
