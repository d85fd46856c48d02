import {
  bakeFor,
  type Course,
  courseOf,
  detectionStep,
  type StepStart,
  secondsUntil,
  startsOf,
  usableBuckets,
} from './detection/course.ts'
import { badRequestsNeeded } from './detection/growth.ts'
import { type Remedy, remedyFor } from './detection/remedy.ts'
import { bucketsUntilDetected } from './detection/step.ts'
import type { ExpectedTraffic } from './detection/traffic.ts'
import { bucketsToSettle } from './gates/compare-buckets.ts'
import type { Plan } from './plan.ts'
import type { ComparisonParameters } from './sequential-test.ts'

export { badRequestsNeeded } from './detection/growth.ts'
export { detectionProbability } from './detection/step.ts'
export { type ExpectedTraffic, expectedRate } from './detection/traffic.ts'

/** The smallest regression that a comparison would detect within one step, if it begins with the step. */
export interface DetectedRegression {
  /** Of the canary's rate to stable's. */
  readonly ratio: number
  /** The canary's rate, fraction. */
  readonly rate: number
  /** From the start of the step until the verdict. */
  readonly seconds: number
  /** Bad canary requests until then. */
  readonly failedRequests: number
}

/** Why a step detects nothing that is worth the name, and what would help. */
export type Shortfall =
  | { readonly type: 'too-short'; readonly neededSeconds: number }
  | {
      readonly type: 'too-small'
      readonly requestsPerMinute: number
      /** What would let it detect a regression that matters; `ratio`: of that, to the baseline. */
      readonly remedy: Remedy & { readonly ratio: number }
      /** Bad canary requests of that regression within the step. */
      readonly badRequests: number
      /** What it takes on average to prove it; null where there is no baseline beside the canary. */
      readonly badRequestsNeeded: number | null
    }

export interface StepDetection {
  /** Zero-based. */
  readonly step: number
  /** Percent. */
  readonly weight: number
  readonly bakeSeconds: number
  /** Null: nothing would be detected. */
  readonly detected: DetectedRegression | null
  /** Null where what is detected is small enough. */
  readonly shortfall: Shortfall | null
}

/** Regressions beyond this ratio that are also above this rate are not looked for. */
const mostRatio = 1000
const mostRate = 0.1
/** A step that detects only what is beyond both of these might as well detect nothing. */
const usefulRatio = 100
const usefulRate = 0.01
/** Halvings of the ratio's logarithm: to about half a per cent. */
const halvings = 11

export interface DetectionInput {
  /** Of the gate's own test: `alpha` is its share. */
  readonly parameters: ComparisonParameters
  readonly bucketSeconds: number
  readonly plan: Plan
  readonly traffic: ExpectedTraffic
}

/**
 * For each step of a plan, the smallest regression beginning with the step that a comparison detects before the step's
 * bake is over, with a probability of 0.9. A regression that was there before is detected earlier, or at a smaller size.
 *
 * At 100 % there is no baseline beside the canary: there it is the rate that stands out from the limit.
 */
export function detectByStep(input: DetectionInput): readonly StepDetection[] {
  const course = courseOf(input.parameters, input)
  return startsOf(course, input.plan.steps).map((start, step) => {
    const { weight, bakeSeconds } = start.step
    return { step, weight, bakeSeconds, ...detectIn(course, start) }
  })
}

function detectIn(course: Course, start: StepStart): Pick<StepDetection, 'detected' | 'shortfall'> {
  const { effectiveWeight, bakeSeconds } = start.step
  const buckets = usableBuckets(course, start, bakeSeconds)
  if (buckets < bucketsToSettle) {
    const neededSeconds = bakeFor(course, start, bucketsToSettle)
    return { detected: null, shortfall: { type: 'too-short', neededSeconds } }
  }
  const detected = smallestIn(course, start, buckets)
  if (detected !== null && (detected.ratio <= usefulRatio || detected.rate <= usefulRate))
    return { detected, shortfall: null }
  return { detected, shortfall: shortfallOf(course, start, { weight: effectiveWeight, buckets }) }
}

function smallestIn(course: Course, start: StepStart, buckets: number): DetectedRegression | null {
  const { baselineRate, requestsPerMinute } = course.traffic
  const weight = start.step.effectiveWeight
  const step = detectionStep(course, start, { weight, buckets })
  const found = smallest(baselineRate, (rate) => bucketsUntilDetected(step, rate))
  if (found === null) return null
  const seconds = secondsUntil(course, start, found.buckets)
  return {
    ratio: rounded(found.rate / baselineRate),
    rate: rounded(found.rate),
    seconds,
    failedRequests: Math.ceil((requestsPerMinute * weight * seconds * found.rate) / 6000),
  }
}

/** The smallest rate above the baseline that is detected, and within how many buckets; null where not even the highest is. */
function smallest(baselineRate: number, bucketsUntil: (rate: number) => number | null) {
  const highest = Math.min(1, Math.max(baselineRate * mostRatio, mostRate))
  let [below, above] = [Math.log(baselineRate), Math.log(highest)]
  let buckets = bucketsUntil(highest)
  if (buckets === null) return null
  for (let round = 0; round < halvings; round++) {
    const middle = (below + above) / 2
    const found = bucketsUntil(Math.exp(middle))
    if (found === null) below = middle
    else [above, buckets] = [middle, found]
  }
  return { rate: Math.exp(above), buckets }
}

function shortfallOf(
  course: Course,
  start: StepStart,
  { weight, buckets }: { readonly weight: number; readonly buckets: number },
): Shortfall {
  const { parameters, fixed, traffic } = course
  const { requestsPerMinute, baselineRate } = traffic
  const remedy = remedyFor(course, start)
  const ratio = remedy.rate / baselineRate
  return {
    type: 'too-small',
    requestsPerMinute,
    remedy: { ...remedy, ratio },
    badRequests: (buckets * requestsPerMinute * fixed.bucketSeconds * weight * remedy.rate) / 6000,
    badRequestsNeeded: weight < 100 ? badRequestsNeeded(parameters, weight, ratio) : null,
  }
}

/** To three digits. */
function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
