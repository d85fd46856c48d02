/** Where the values of a function at both ends of the interval are known: they have opposite signs. */
export interface Bracket {
  readonly low: number
  readonly high: number
  readonly atLow: number
  readonly atHigh: number
}

const mostSteps = 1000

/**
 * A root by Brent's method, with the very steps of `zeroin` as R's `uniroot` takes them: on a function that jumps, where
 * it stops within the tolerance is part of the answer, and so of the verdicts that rest on it.
 *
 * @param tolerance - Absolute, in units of the argument.
 * @see Brent, Algorithms for Minimization without Derivatives, 1973, chapter 4; Forsythe, Malcolm & Moler 1977 (ZEROIN)
 */
export function findRoot(of: (at: number) => number, { low, high, atLow, atHigh }: Bracket, tolerance: number): number {
  // best: the smaller value so far; opposite: the other end of the bracket; previous: the best one before.
  let [previous, best, opposite] = [low, high, low]
  let [atPrevious, atBest, atOpposite] = [atLow, atHigh, atLow]
  for (let step = 0; step < mostSteps; step++) {
    const lastMove = best - previous
    if (Math.abs(atOpposite) < Math.abs(atBest)) {
      previous = best
      best = opposite
      opposite = previous
      atPrevious = atBest
      atBest = atOpposite
      atOpposite = atPrevious
    }
    const smallestMove = 2 * Number.EPSILON * Math.abs(best) + tolerance / 2
    const halving = (opposite - best) / 2
    if (Math.abs(halving) <= smallestMove || atBest === 0) return best
    const points = { previous, best, opposite, atPrevious, atBest, atOpposite }
    const mayInterpolate = Math.abs(lastMove) >= smallestMove && Math.abs(atPrevious) > Math.abs(atBest)
    const move = (mayInterpolate ? interpolate(points, lastMove, smallestMove) : null) ?? halving
    previous = best
    atPrevious = atBest
    best += Math.abs(move) < smallestMove ? (move > 0 ? smallestMove : -smallestMove) : move
    atBest = of(best)
    if (Math.sign(atBest) === Math.sign(atOpposite) && atBest !== 0) {
      opposite = previous
      atOpposite = atPrevious
    }
  }
  return best
}

interface Points {
  readonly previous: number
  readonly best: number
  readonly opposite: number
  readonly atPrevious: number
  readonly atBest: number
  readonly atOpposite: number
}

/** The secant's move, or the inverse parabola's through three points; null where it does not stay well inside. */
function interpolate(points: Points, lastMove: number, smallestMove: number): number | null {
  const toOpposite = points.opposite - points.best
  const overPrevious = points.atBest / points.atPrevious
  let [above, below] = [toOpposite * overPrevious, 1 - overPrevious]
  if (points.previous !== points.opposite) {
    const ends = points.atPrevious / points.atOpposite
    const overOpposite = points.atBest / points.atOpposite
    const toPrevious = points.best - points.previous
    above = overPrevious * (toOpposite * ends * (ends - overOpposite) - toPrevious * (overOpposite - 1))
    below = (ends - 1) * (overOpposite - 1) * (overPrevious - 1)
  }
  if (above > 0) below = -below
  else above = -above
  const isInside =
    above < 0.75 * toOpposite * below - Math.abs(smallestMove * below) / 2 && above < Math.abs((lastMove * below) / 2)
  return isInside ? above / below : null
}
