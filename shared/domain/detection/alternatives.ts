import { limitMultiples, logAboveLimit } from '../sequential/absolute-limit.ts'
import type { ComparisonParameters, SideCounts, Stratum } from '../sequential/comparison.ts'
import { logExactFactor } from '../sequential/exact-conditional.ts'
import { logRateRatioFactor } from '../sequential/rate-ratio.ts'
import { spreadOf } from './spread.ts'

/** What a comparison weighs "no worse" against, and how the counts of a bucket come about. */
export interface Alternatives {
  readonly count: number
  /** ln of the factor of one alternative, for counts as `spread` has them. */
  readonly log: (index: number, counts: Stratum) => number
  /** The same for means, which need not be whole. */
  readonly growth: (index: number, means: Stratum) => number
  /** How the bad requests of one side spread. */
  readonly spread: (side: 'stable' | 'canary', requests: number, rate: number) => readonly SideChance[]
}

/** Counts that one side may have, with their probability. */
export interface SideChance {
  readonly counts: SideCounts
  readonly probability: number
}

/** The canary's counts decide more, and at 100 % alone. */
const pointsADeviation = { stable: 2, canary: 4 } as const

/**
 * @param limit - What a canary without a baseline is held to, fraction.
 * @param weight - Share of the canary, percent: at 100 there is no baseline beside it.
 */
export function alternativesOf(
  { grid, tolerance, measure }: ComparisonParameters,
  limit: number,
  weight: number,
): Alternatives {
  if (weight >= 100) {
    const log = (index: number, { canary }: Stratum) => logAboveLimit(canary, limit)[index] as number
    return { count: limitMultiples.length, log, growth: log, spread: rareSpread }
  }
  const factor = measure === 'slow' ? logExactFactor : logRateRatioFactor
  const log = (index: number, counts: Stratum) => factor(counts, grid[index] as number, tolerance)
  const count = grid.length
  if (measure === 'errors') return { count, log, growth: log, spread: rareSpread }
  const growth = (index: number, means: Stratum) => scaled(means, (counts) => log(index, counts))
  return { count, log, growth, spread: wholeSpread }
}

function rareSpread(side: 'stable' | 'canary', requests: number, rate: number): readonly SideChance[] {
  const options = { requests: null, pointsADeviation: pointsADeviation[side] }
  return spreadOf(requests * rate, options).map(({ count, probability }) => ({
    counts: { requests, bad: count },
    probability,
  }))
}

/** So many may be rounded. */
const manyRequests = 50

/**
 * The exact form counts ways to draw: whole numbers, never more bad requests than there are. Of 2.3 requests it is 2 or 3,
 * as often as makes 2.3.
 */
function wholeSpread(side: 'stable' | 'canary', requests: number, rate: number): readonly SideChance[] {
  if (requests >= manyRequests) return drawn(side, { requests: Math.round(requests), rate, probability: 1 })
  const fewer = Math.floor(requests)
  const more = requests - fewer
  return [
    ...drawn(side, { requests: fewer, rate, probability: 1 - more }),
    ...drawn(side, { requests: fewer + 1, rate, probability: more }),
  ]
}

function drawn(
  side: 'stable' | 'canary',
  { requests, rate, probability }: { readonly requests: number; readonly rate: number; readonly probability: number },
): readonly SideChance[] {
  if (requests === 0) return [{ counts: { requests, bad: 0 }, probability }]
  return spreadOf(requests * rate, { requests, pointsADeviation: pointsADeviation[side] }).map((chance) => ({
    counts: { requests, bad: Math.min(requests, Math.max(0, Math.round(chance.count))) },
    probability: probability * chance.probability,
  }))
}

/** So many that rounding to whole requests does not matter, and few enough for the exact form. */
const scaledBad = 4000

/** The exact form grows in proportion to the counts: it is asked for many times as many, and divided again. */
function scaled(means: Stratum, log: (counts: Stratum) => number): number {
  const scale = scaledBad / (means.stable.bad + means.canary.bad)
  const times = ({ requests, bad }: SideCounts) => ({
    requests: Math.round(requests * scale),
    bad: Math.round(bad * scale),
  })
  return log({ stable: times(means.stable), canary: times(means.canary) }) / scale
}
