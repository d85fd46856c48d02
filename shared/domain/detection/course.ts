import { settledAfterSeconds } from '../gates/compare-buckets.ts'
import type { Plan, Step } from '../plan.ts'
import { toPhi } from '../sequential/dispersion.ts'
import { capitalAt } from '../sequential/restarts.ts'
import { type ComparisonFixed, type ComparisonParameters, fixComparison } from '../sequential-test.ts'
import { alternativesOf } from './alternatives.ts'
import type { DetectionStep } from './step.ts'
import type { ExpectedTraffic } from './traffic.ts'

const minutesOfHistory = 1440
/** Of the first step, where slow requests are compared: the first minute of a release is slow for reasons of its own. */
const slowWarmUpSeconds = 60

/** What is the same for all steps of one comparison. */
export interface Course {
  readonly parameters: ComparisonParameters
  readonly fixed: ComparisonFixed
  readonly traffic: ExpectedTraffic
}

/** @param parameters - Of the gate's own test: `alpha` is its share. */
export function courseOf(
  parameters: ComparisonParameters,
  {
    plan,
    bucketSeconds,
    traffic,
  }: { readonly plan: Plan; readonly bucketSeconds: number; readonly traffic: ExpectedTraffic },
): Course {
  const { requestsPerMinute, baselineRate, dispersion } = traffic
  const phi = parameters.phi === 'history' ? toPhi(dispersion) : parameters.phi
  // The day before, as it would look if it had been like what is known.
  const history = {
    bad: Array.from({ length: minutesOfHistory }, () => requestsPerMinute * baselineRate),
    requests: requestsPerMinute * minutesOfHistory,
  }
  const plannedBuckets = Math.ceil(plan.minimumSeconds / bucketSeconds)
  return {
    parameters,
    fixed: fixComparison({ ...parameters, phi }, { bucketSeconds, plannedBuckets, history }),
    traffic,
  }
}

/** Where a comparison stands when a step begins. */
export interface StepStart {
  readonly step: Step
  /** Buckets taken in before. */
  readonly index: number
  /** Capital on each ratio of the grid. */
  readonly capital: readonly number[]
}

/**
 * Buckets of a step that count before its bake ends: wholly inside the step, which may begin anywhere in a bucket, and
 * settled by its end.
 */
export function usableBuckets(course: Course, start: StepStart, bakeSeconds: number): number {
  const { bucketSeconds } = course.fixed
  return Math.max(0, Math.floor((bakeSeconds - warmUpOf(course, start) - settledAfterSeconds) / bucketSeconds) - 1)
}

/** The shortest bake with so many usable buckets, seconds. */
export const bakeFor = secondsUntil

/** From the step's start until so many buckets of it are settled. */
export function secondsUntil(course: Course, start: StepStart, buckets: number): number {
  return warmUpOf(course, start) + (buckets + 1) * course.fixed.bucketSeconds + settledAfterSeconds
}

function warmUpOf({ parameters }: Course, { index }: StepStart): number {
  return parameters.measure === 'slow' && index === 0 ? slowWarmUpSeconds : 0
}

/**
 * How the capital runs through steps in which the canary is no worse: what was put to work at the release shrinks, so a
 * fault that begins later has to be found with what is left and what starts then.
 */
export function startsOf(course: Course, steps: readonly Step[]): readonly StepStart[] {
  const starts: StepStart[] = []
  let [index, capital]: [number, readonly number[]] = [0, course.parameters.grid.map(() => 0)]
  for (const step of steps) {
    const start = { step, index, capital }
    starts.push(start)
    if (step.effectiveWeight >= 100) continue
    const buckets = usableBuckets(course, start, step.bakeSeconds)
    capital = throughStep(course, start, buckets)
    index += buckets
  }
  return starts
}

function throughStep(course: Course, { step, index, capital }: StepStart, buckets: number): readonly number[] {
  const { parameters, fixed, traffic } = course
  const requests = requestsABucket(course, step.effectiveWeight)
  const { growth, count } = alternativesOf(parameters, fixed, step.effectiveWeight)
  const means = {
    stable: { requests: requests.stable, bad: requests.stable * traffic.baselineRate },
    canary: { requests: requests.canary, bad: requests.canary * traffic.baselineRate },
  }
  const factors = capital.map((_, ratio) => Math.exp(growth(ratio, means) / fixed.phi))
  let now = capital
  for (let bucket = 0; bucket < buckets; bucket++) {
    const added = capitalAt(parameters.restarts, fixed, index + bucket) / count
    now = now.map((held, ratio) => (held + added) * (factors[ratio] as number))
  }
  return now
}

function requestsABucket({ fixed, traffic }: Course, weight: number): DetectionStep['requests'] {
  const all = (traffic.requestsPerMinute * fixed.bucketSeconds) / 60
  return { stable: all * (1 - weight / 100), canary: (all * weight) / 100 }
}

/** One step as the detection takes it. */
export function detectionStep(
  course: Course,
  { index, capital }: StepStart,
  { weight, buckets }: { readonly weight: number; readonly buckets: number },
): DetectionStep {
  const { parameters, fixed, traffic } = course
  const alternatives = alternativesOf(parameters, fixed, weight)
  return {
    alternatives,
    requests: requestsABucket(course, weight),
    baselineRate: traffic.baselineRate,
    reference: weight < 100 ? traffic.baselineRate * parameters.tolerance : fixed.p0,
    // The test against a limit begins with the first bucket that has no baseline.
    start: weight < 100 ? capital : Array.from({ length: alternatives.count }, () => 0),
    added: Array.from({ length: buckets }, (_, bucket) => capitalAt(parameters.restarts, fixed, index + bucket)),
    logLimit: -Math.log(parameters.alpha),
    phi: fixed.phi,
    cap: fixed.cap,
    minErrors: parameters.minErrors,
    materiality: parameters.materiality,
  }
}
