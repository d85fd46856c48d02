/** A source of uniform numbers, at least 0 and below 1, with 53 random bits. */
export type Random = () => number

/**
 * The stream of random numbers that belongs to a name: the same name gives the same numbers on every machine, and another
 * one unrelated numbers. So a run of a cell does not depend on which process simulates it, nor on the cells before it.
 *
 * @see Blackman & Vigna, Scrambled linear pseudorandom number generators, 2021 (xoshiro128**), seeded by MurmurHash3's mixer
 */
export function createRandom(name: string): Random {
  let [a, b, c, d] = seedOf(name)
  const next = () => {
    const scrambled = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const kept = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= kept
    d = rotate(d, 11)
    return scrambled
  }
  return () => ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992
}

/** A standard normal number of a uniform source, by the method of Box & Muller. */
export function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

function seedOf(name: string): [number, number, number, number] {
  let hash = 2_166_136_261
  for (let index = 0; index < name.length; index++) hash = mix(hash ^ name.charCodeAt(index))
  const words = [1, 2, 3, 4].map((word) => mix(hash + Math.imul(word, 0x9e3779b9)))
  const [a = 1, b = 2, c = 3, d = 4] = words
  return [a, b, c, d]
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
