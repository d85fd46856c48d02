/**
 * The standard normal quantile, by Newton's method from 0.
 *
 * @param probability - Above 1e-9 and below 1 − 1e-9: where the series below keeps its precision.
 */
export function normalQuantile(probability: number): number {
  let at = 0
  for (let round = 0; round < 100; round++) {
    const move = (probability - normalProbability(at)) / normalDensity(at)
    // Far out the density is so small that a full step would leave the axis.
    at += Math.max(-1, Math.min(1, move))
    if (Math.abs(move) < 1e-15) break
  }
  return at
}

/** @see NIST Digital Library of Mathematical Functions, 7.6.2 */
function normalProbability(at: number): number {
  let [sum, term] = [at, at]
  for (let odd = 3; Math.abs(term) > Math.abs(sum) * 1e-17; odd += 2) {
    term *= (at * at) / odd
    sum += term
  }
  return 0.5 + normalDensity(at) * sum
}

function normalDensity(at: number): number {
  return Math.exp((-at * at) / 2) / Math.sqrt(2 * Math.PI)
}
