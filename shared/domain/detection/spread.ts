/** A count that may come out, with its probability. */
export interface Chance {
  readonly count: number
  readonly probability: number
}

/** Above this standard deviation a count is spread like a normal variable. */
const normalAbove = 6
const deviationsEachSide = 4
const negligible = 1e-7

/**
 * How a count spreads around its mean: Poisson where `requests` is null, otherwise binomial among so many requests
 * (a whole number). Large counts come as points of the normal distribution that need not be whole.
 *
 * @param mean - 0 or more; with `requests` at most that.
 * @param options.pointsADeviation - How finely the normal distribution is divided.
 */
export function spreadOf(
  mean: number,
  options: { readonly requests: number | null; readonly pointsADeviation: number },
): readonly Chance[] {
  const { requests, pointsADeviation } = options
  const rate = requests === null ? 0 : mean / requests
  const deviation = Math.sqrt(mean * (1 - rate))
  return deviation > normalAbove
    ? normalSpread(mean, deviation, pointsADeviation)
    : toShares(exactSpread(mean, requests, rate))
}

function normalSpread(mean: number, deviation: number, pointsADeviation: number): readonly Chance[] {
  const side = deviationsEachSide * pointsADeviation
  const points = Array.from({ length: 2 * side + 1 }, (_, index) => (index - side) / pointsADeviation)
  return toShares(points.map((z) => ({ count: mean + z * deviation, probability: Math.exp((-z * z) / 2) })))
}

/** By the ratio of neighbouring probabilities, from the mean outward: from 0 on a large count would underflow. */
function exactSpread(mean: number, requests: number | null, rate: number): readonly Chance[] {
  const ratioAbove = (k: number) =>
    requests === null ? mean / (k + 1) : ((requests - k) / (k + 1)) * (rate / (1 - rate))
  const centre = Math.floor(mean)
  const chances: Chance[] = [{ count: centre, probability: 1 }]
  for (let [count, probability] = [centre, 1]; count !== requests; ) {
    probability *= ratioAbove(count)
    if (probability < negligible) break
    chances.push({ count: ++count, probability })
  }
  for (let [count, probability] = [centre, 1]; count > 0; ) {
    probability /= ratioAbove(--count)
    if (probability < negligible) break
    chances.push({ count, probability })
  }
  return chances
}

function toShares(chances: readonly Chance[]): readonly Chance[] {
  const sum = chances.reduce((total, { probability }) => total + probability, 0)
  return chances.map(({ count, probability }) => ({ count, probability: probability / sum }))
}
