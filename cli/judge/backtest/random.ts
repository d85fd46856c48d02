/** A source of uniform numbers, at least 0 and below 1. */
export type Random = () => number

/**
 * The random numbers that belong to a name: the same name gives the same ones on every machine.
 *
 * @see Steele, Lea & Flood, Fast Splittable Pseudorandom Number Generators, 2014: a counter, well mixed (here 32 bits of it)
 */
export function createRandom(name: string): Random {
  let state = 2_166_136_261
  for (let index = 0; index < name.length; index++) state = mix(state ^ name.charCodeAt(index))
  return () => {
    state = (state + 0x9e3779b9) | 0
    return mix(state) / 4_294_967_296
  }
}

/** The last step of MurmurHash3: every bit of the input moves half of the bits that come out. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** From this variance on a normal number, rounded, is a binomial one for every purpose here. */
const normalFrom = 100

/**
 * How many of `trials` succeed, each with `probability`, independent of each other.
 *
 * @see Devroye, Non-Uniform Random Variate Generation, 1986, X.4.3: the waiting times between successes
 */
export function drawBinomial(random: Random, trials: number, probability: number): number {
  if (probability > 0.5) return trials - drawBinomial(random, trials, 1 - probability)
  if (trials === 0 || probability <= 0) return 0
  const mean = trials * probability
  const variance = mean * (1 - probability)
  if (variance >= normalFrom)
    return Math.min(trials, Math.max(0, Math.round(mean + Math.sqrt(variance) * drawNormal(random))))
  let successes = -1
  for (let at = 0; at <= trials; successes++) at += drawWait(random, probability)
  return successes
}

/** Trials up to and with the first success: 1, 2, 3, … with mean 1 / probability. */
export function drawWait(random: Random, probability: number): number {
  return probability >= 1 ? 1 : 1 + Math.floor(Math.log(1 - random()) / Math.log1p(-probability))
}

/** @see Box & Muller, A Note on the Generation of Random Normal Deviates, 1958 */
function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
