import type { Stratum } from '../sequential/comparison.ts'
import { logAdd, logSum } from '../sequential/log-math.ts'
import type { Alternatives } from './alternatives.ts'
import { type Increments, reachedBy, toIncrements, twice } from './chain.ts'
import { spreadOf } from './spread.ts'

/** What is detected is detected with this probability at least. */
export const detectionProbability = 0.9
/** Its quantile of the normal distribution. */
const quantile = 1.2816
/** Longer steps are followed in so many groups of buckets. */
const groupsAtMost = 60

/** One step of a plan as a comparison sees it. Requests are per bucket, and need not be whole. */
export interface DetectionStep {
  readonly alternatives: Alternatives
  readonly requests: { readonly stable: number; readonly canary: number }
  /** Of stable, fraction above 0 and below 1. */
  readonly baselineRate: number
  /** What the canary's rate is set against: the baseline, or the limit that stands in for it. */
  readonly reference: number
  /** Capital on each alternative when the step begins. */
  readonly start: readonly number[]
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
  if (!isMaterial(step, rate)) return null
  const { base, doublings } = groupingOf(step)
  const size = base * 2 ** doublings
  const added = inGroups(step.added, size)
  const { index, gain } = strongest(step, { rate, added, size })
  let increments = incrementsOf(step, { rate, index, size: base })
  for (let done = 0; done < doublings; done++) increments = twice(increments)
  const reached = reachedBy({
    start: Math.log(step.start[index] as number),
    added: added.map((capital) => Math.log(capital / step.alternatives.count)),
    increments,
    limit: step.logLimit - gain,
  })
  const first = reached.findIndex((probability) => probability >= detectionProbability)
  return first === -1 ? null : (first + 1) * size
}

/** Enough bad requests, and far enough above the baseline: what a failure needs beside the evidence. */
function isMaterial({ requests, added, minErrors, materiality, reference }: DetectionStep, rate: number): boolean {
  if (rate - reference < materiality) return false
  const chances = spreadOf(requests.canary * added.length * rate, { requests: null, pointsADeviation: 4 })
  const enough = chances.filter(({ count }) => count >= minErrors)
  return enough.reduce((sum, { probability }) => sum + probability, 0) >= detectionProbability
}

/** Buckets that are taken for one: `base` where one has too few requests, doubled until a long step costs no more. */
function groupingOf({ added, alternatives, requests, phi }: DetectionStep) {
  const wanted = Math.ceil((alternatives.fewestRequests * phi) / requests.canary)
  const base = Math.max(1, Math.min(wanted, added.length))
  const doublings = Math.ceil(Math.log2(Math.max(1, added.length / base / groupsAtMost)))
  return { base, doublings }
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

function incrementsOf(
  step: DetectionStep,
  { rate, index, size }: { readonly rate: number; readonly index: number; readonly size: number },
): Increments {
  const { spread, log } = step.alternatives
  const requests = effective(step, size)
  const cap = capOf(step, size)
  const canary = spread('canary', requests.canary, rate)
  const stable = spread('stable', requests.stable, step.baselineRate)
  return toIncrements(
    stable.chances.flatMap((below) =>
      canary.chances.map(({ count, probability }): readonly [number, number] => {
        const counts = {
          stable: { requests: stable.requests, bad: below.count },
          canary: { requests: canary.requests, bad: count },
        }
        return [Math.min(log(index, counts), cap), probability * below.probability]
      }),
    ),
  )
}
