import { settledAfterSeconds, slowWarmUpSeconds } from '../gates/compare-buckets.ts'
import { freshStartSeconds } from '../gates/fresh-starts.ts'
import type { Plan, Step } from '../plan.ts'
import type { SideCounts } from '../sequential/comparison.ts'
import { toPhi } from '../sequential/dispersion.ts'
import { limitFor } from '../sequential/limit.ts'
import { capitalAt } from '../sequential/restarts.ts'
import { type ComparisonFixed, type ComparisonParameters, fixComparison, logLimit } from '../sequential-test.ts'
import { alternativesOf } from './alternatives.ts'
import { type Held, nothingHeld } from './chain.ts'
import { type DetectionStep, heldAfterStep, quantile } from './step.ts'
import type { ExpectedTraffic } from './traffic.ts'

const minutesOfHistory = 1440

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
  const plannedBuckets = Math.ceil(freshStartSeconds(plan) / bucketSeconds)
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
  /** What stable had beside the canary before. */
  readonly stable: SideCounts
  /** Capital on each ratio of the grid, in the mean of its logarithm, and as it may turn out. */
  readonly capital: readonly number[]
  readonly held: (ratio: number) => Held
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
  let next: Omit<StepStart, 'step'> = {
    index: 0,
    stable: { requests: 0, bad: 0 },
    capital: course.parameters.grid.map(() => 0),
    held: () => nothingHeld,
  }
  for (const step of steps) {
    const start = { step, ...next }
    starts.push(start)
    // What is not settled by the end of the step is taken in during the next.
    const buckets = usableBuckets(course, start, step.bakeSeconds + settledAfterSeconds)
    if (step.effectiveWeight < 100 && buckets > 0) next = afterStep(course, start, buckets)
  }
  return starts
}

function afterStep(course: Course, start: StepStart, buckets: number): Omit<StepStart, 'step'> {
  const passed = detectionStep(course, start, { weight: start.step.effectiveWeight, buckets })
  const found = new Map<number, Held>()
  const requests = start.stable.requests + passed.requests.stable * buckets
  return {
    index: start.index + buckets,
    stable: { requests, bad: requests * passed.baselineRate },
    capital: throughStep(course, start, buckets),
    // Few alternatives are ever asked for.
    held: (ratio) => {
      const held = found.get(ratio) ?? heldAfterStep(passed, ratio)
      found.set(ratio, held)
      return held
    },
  }
}

function throughStep(course: Course, { step, index, capital }: StepStart, buckets: number): readonly number[] {
  const { parameters, fixed, traffic } = course
  const requests = requestsABucket(course, step.effectiveWeight)
  const { growth, count } = alternativesOf(parameters, fixed.p0, step.effectiveWeight)
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

/**
 * What the canary is held to at 100 %, where there is no stable beside it: where it depends on what stable was beside it
 * before, that as unkind as it may be for the wanted probability.
 */
export function limitAt({ fixed }: Course, { stable }: StepStart): number {
  const bad = Math.min(stable.requests, stable.bad + quantile * Math.sqrt(stable.bad * fixed.phi))
  return limitFor(fixed, { stable: { ...stable, bad }, canary: stable })
}

/** One step as the detection takes it. */
export function detectionStep(
  course: Course,
  start: StepStart,
  { weight, buckets }: { readonly weight: number; readonly buckets: number },
): DetectionStep {
  const { parameters, fixed, traffic } = course
  const limit = limitAt(course, start)
  const alternatives = alternativesOf(parameters, limit, weight)
  return {
    alternatives,
    requests: requestsABucket(course, weight),
    baselineRate: traffic.baselineRate,
    reference: weight < 100 ? traffic.baselineRate * parameters.tolerance : limit,
    // The test against a limit begins with the first bucket that has no baseline.
    start: weight < 100 ? start.capital : Array.from({ length: alternatives.count }, () => 0),
    held: weight < 100 ? start.held : () => nothingHeld,
    added: Array.from({ length: buckets }, (_, bucket) => capitalAt(parameters.restarts, fixed, start.index + bucket)),
    logLimit: logLimit(parameters),
    phi: fixed.phi,
    cap: fixed.cap,
    minErrors: parameters.minErrors,
    materiality: parameters.materiality,
  }
}
