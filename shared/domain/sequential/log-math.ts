/** ln(e^a + e^b) without leaving log space. */
export function logAdd(a: number, b: number): number {
  const [high, low] = a > b ? [a, b] : [b, a]
  return low === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(low - high))
}

/** ln of the sum of e^value, and of e^other; minus infinity for none. Null is the logarithm of nothing. */
export function logSum(values: readonly (number | null)[], other = Number.NEGATIVE_INFINITY): number {
  let high = other
  for (const value of values) if (value !== null && value > high) high = value
  if (high === Number.NEGATIVE_INFINITY) return high
  let sum = Math.exp(other - high)
  for (const value of values) if (value !== null) sum += Math.exp(value - high)
  return high + Math.log(sum)
}

export function logMean(values: readonly number[]): number {
  return logSum(values) - Math.log(values.length)
}

/** e^value, at most the largest double: an answer must stay a number on the wire. */
export function expFinite(value: number): number {
  return Math.min(Math.exp(value), Number.MAX_VALUE)
}

/**
 * ln Γ(x) for x > 0, to about 15 digits: Stirling's series, after moving x above 15 by Γ(x+1) = x·Γ(x).
 *
 * @see NIST Digital Library of Mathematical Functions, 5.11.1 and 5.5.1
 */
export function logGamma(x: number): number {
  let shift = 0
  let at = x
  while (at < 15) {
    shift += Math.log(at)
    at += 1
  }
  const square = 1 / (at * at)
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188))))) / at
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift
}

/** ln B(a, b) for a, b > 0. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}

/**
 * Where `isBelow` turns false between `low` (true) and `high` (false): halved until the doubles are neighbours.
 */
export function bisect(low: number, high: number, isBelow: (at: number) => boolean): number {
  let [below, above] = [low, high]
  for (let round = 0; round < 200; round++) {
    const middle = below + (above - below) / 2
    if (middle === below || middle === above) break
    if (isBelow(middle)) below = middle
    else above = middle
  }
  return above
}
