import type { Stratum } from '../sequential/comparison.ts'
import { logAdd, logSum } from '../sequential/log-math.ts'
import type { Alternatives } from './alternatives.ts'
import { type Chain, type Held, heldAfter, reachedBy, toIncrements, twice } from './chain.ts'
import { spreadOf } from './spread.ts'

/** What is detected is detected with this probability at least. */
export const detectionProbability = 0.9
/** Its quantile of the normal distribution. */
export const quantile = 1.2816
/** Longer steps are followed in so many groups of buckets. */
const groupsAtMost = 60
const fewGroups = 12
const fineNats = 0.05
/** Changes a probability by less than a hundredth where many groups add up. */
const coarseNats = 0.2

/** One step of a plan as a comparison sees it. Requests are per bucket, and need not be whole. */
export interface DetectionStep {
  readonly alternatives: Alternatives
  readonly requests: { readonly stable: number; readonly canary: number }
  /** Of stable, fraction above 0 and below 1. */
  readonly baselineRate: number
  /** What the canary's rate is set against: the baseline, or the limit that stands in for it. */
  readonly reference: number
  /** Capital on each alternative when the step begins, in the mean of its logarithm, and as it may turn out. */
  readonly start: readonly number[]
  readonly held: (alternative: number) => Held
  /** Capital that begins to work with each usable bucket of the step, on all alternatives together. */
  readonly added: readonly number[]
  /** ln of the evidence that is enough. */
  readonly logLimit: number
  readonly phi: number
  readonly cap: number | null
  readonly minErrors: number
  readonly materiality: number
}

/** Buckets until a canary that is bad at `rate` from the step's start on has failed, with the wanted probability; or null. */
export function bucketsUntilDetected(step: DetectionStep, rate: number): number | null {
  if (!isMaterial(step, rate, step.added.length)) return null
  const grouping = groupingOf(step)
  const { size } = grouping
  const added = inGroups(step.added, size)
  const { index, gain } = strongest(step, { rate, added, size })
  const reached = reachedBy({ ...chainOf(step, { rate, index, grouping, added }), limit: step.logLimit - gain })
  const convinced = reached.findIndex((probability) => probability >= detectionProbability) + 1
  if (convinced === 0) return null
  for (let groups = convinced; groups <= added.length; groups++)
    if (isMaterial(step, rate, groups * size)) return groups * size
  return null
}

/** What is at work on one alternative after the step, where the canary is no worse in it. */
export function heldAfterStep(step: DetectionStep, index: number): Held {
  const grouping = groupingOf(step)
  const added = inGroups(step.added, grouping.size)
  return heldAfter(chainOf(step, { rate: step.baselineRate, index, grouping, added }))
}

interface Path {
  readonly rate: number
  /** Of the alternative. */
  readonly index: number
  readonly grouping: Grouping
  /** Capital that begins to work with each group. */
  readonly added: readonly number[]
}

function chainOf(step: DetectionStep, { rate, index, grouping, added }: Path): Chain {
  const width = cellWidth(step.cap, added.length)
  let increments = toIncrements(width, incrementsOf(step, rate, index))
  for (let done = 0; done < grouping.doublings; done++) increments = twice(increments)
  return {
    start: step.held(index),
    added: added.map((capital) => Math.log(capital / step.alternatives.count)),
    increments,
    limit: step.logLimit,
  }
}

/**
 * Width of a cell of evidence, nats: fine where few groups decide, and the cap a whole number of cells, as in short steps
 * everything hangs on how many buckets reach it.
 */
function cellWidth(cap: number | null, groups: number): number {
  const wanted = groups <= fewGroups ? fineNats : coarseNats
  if (cap === null) return wanted
  return Math.max(fineNats, Math.log(cap) / Math.ceil(Math.log(cap) / wanted))
}

/**
 * What a failure needs beside the evidence: enough bad requests, and a measured rate that is far enough above the baseline,
 * even where chance is as unkind as it may be for the wanted probability.
 */
function isMaterial(
  { requests, phi, minErrors, materiality, reference }: DetectionStep,
  rate: number,
  buckets: number,
): boolean {
  const canaryRequests = requests.canary * buckets
  const bad = canaryRequests * rate
  if (bad - quantile * Math.sqrt(bad * phi) < canaryRequests * (reference + materiality)) return false
  const enough = spreadOf(bad, { requests: null, pointsADeviation: 4 }).filter(({ count }) => count >= minErrors)
  return enough.reduce((sum, { probability }) => sum + probability, 0) >= detectionProbability
}

/** Buckets that are taken for one, a power of two: so a long step costs no more. */
interface Grouping {
  readonly doublings: number
  readonly size: number
}

function groupingOf({ added }: DetectionStep): Grouping {
  const doublings = Math.ceil(Math.log2(Math.max(1, added.length / groupsAtMost)))
  return { doublings, size: 2 ** doublings }
}

function inGroups(values: readonly number[], size: number): readonly number[] {
  return Array.from({ length: Math.floor(values.length / size) }, (_, group) =>
    values.slice(group * size, (group + 1) * size).reduce((sum, value) => sum + value, 0),
  )
}

/** What bursts leave of the requests: events that are dispersed carry as much less information. */
function effective({ requests, phi }: DetectionStep, buckets: number): DetectionStep['requests'] {
  return { stable: (requests.stable * buckets) / phi, canary: (requests.canary * buckets) / phi }
}

function capOf({ cap }: DetectionStep, buckets: number): number {
  return cap === null ? Number.POSITIVE_INFINITY : buckets * Math.log(cap)
}

/**
 * The alternative that gathers most, and what the others add to it (ln), where chance is as unkind as it may be for the
 * wanted probability.
 */
function strongest(
  step: DetectionStep,
  { rate, added, size }: { readonly rate: number; readonly added: readonly number[]; readonly size: number },
) {
  const requests = effective(step, size)
  const mean = requests.canary * rate
  const unkind = Math.max(0, mean - quantile * Math.sqrt(mean / added.length))
  const means: Stratum = {
    stable: { requests: requests.stable, bad: requests.stable * step.baselineRate },
    canary: { requests: requests.canary, bad: unkind },
  }
  const shares = added.map((more) => Math.log(more / step.start.length))
  const logs = step.start.map((start, index) => {
    const grown = Math.min(step.alternatives.growth(index, means), capOf(step, size))
    return shares.reduce((log, share) => logAdd(log, share) + grown, Math.log(start))
  })
  const most = Math.max(...logs)
  return { index: logs.indexOf(most), gain: logSum(logs) - most }
}

/** What one bucket may add, with probabilities. */
function incrementsOf(step: DetectionStep, rate: number, index: number): readonly (readonly [number, number])[] {
  const { spread, log } = step.alternatives
  const requests = effective(step, 1)
  const cap = capOf(step, 1)
  const canary = spread('canary', requests.canary, rate)
  const stable = spread('stable', requests.stable, step.baselineRate)
  return stable.flatMap((below) =>
    canary.map(({ counts, probability }): readonly [number, number] => [
      Math.min(log(index, { stable: below.counts, canary: counts }), cap),
      probability * below.probability,
    ]),
  )
}
