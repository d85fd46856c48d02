import { limitMultiples } from '../sequential/absolute-limit.ts'
import { strategyLimits } from '../strategy.ts'
import { bakeFor, type Course, detectionStep, limitAt, type StepStart, usableBuckets } from './course.ts'
import { bucketsUntilDetected } from './step.ts'

/** The regression that a step which detects nothing should at least detect. */
const wantedRatio = 10
const weights = [1, 2, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50]

/** What would let a step detect a regression that matters. */
export interface Remedy {
  /** The canary's rate in that regression, fraction. */
  readonly rate: number
  /** At the step's weight; null: no bake within the limits. */
  readonly bakeSeconds: number | null
  /** With the step's bake, percent up to 50; null: none. */
  readonly weight: number | null
}

export function remedyFor(course: Course, start: StepStart): Remedy {
  const { effectiveWeight, bakeSeconds } = start.step
  const rate = rateToDetect(course, start)
  const detects = (weight: number, buckets: number) =>
    bucketsUntilDetected(detectionStep(course, start, { weight, buckets }), rate) !== null
  const buckets = usableBuckets(course, start, bakeSeconds)
  const most = usableBuckets(course, start, strategyLimits.maxBakeSeconds)
  const enough = fewestBuckets(buckets, most, (tried) => detects(effectiveWeight, tried))
  return {
    rate,
    bakeSeconds: enough === null ? null : bakeFor(course, start, enough),
    weight: weights.find((weight) => weight > effectiveWeight && detects(weight, buckets)) ?? null,
  }
}

/** Ten times the baseline; more where that does not matter yet, or could not stand out from the limit. */
function rateToDetect(course: Course, start: StepStart): number {
  const { parameters, traffic } = course
  const { baselineRate } = traffic
  const standsAlone = start.step.effectiveWeight >= 100
  const least = standsAlone ? limitAt(course, start) * limitMultiples[0] : baselineRate + parameters.materiality
  return Math.min(1, Math.max(baselineRate * wantedRatio, least))
}

/** Doubled until it is enough, then halved back to about a twentieth. */
function fewestBuckets(from: number, to: number, isEnough: (buckets: number) => boolean): number | null {
  let [few, enough] = [from, from]
  do {
    few = enough
    enough = Math.min(2 * enough, to)
    if (enough === few) return null
  } while (!isEnough(enough))
  while (enough - few > Math.max(1, few / 20)) {
    const middle = Math.floor((few + enough) / 2)
    if (isEnough(middle)) enough = middle
    else few = middle
  }
  return enough
}
