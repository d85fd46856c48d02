import type { Minute } from './peers/minute.ts'
import { type CountSampler, createBursts, createPoisson } from './poisson.ts'
import type { Random } from './random.ts'

/** What a service and its release are like; minutes count from the first shift. */
export interface Scenario {
  /** Requests a minute to both versions together. */
  readonly perMinute: number
  /** The canary's weight, percent, from each minute on. */
  readonly weights: readonly From[]
  /** Error rate of the old version, fraction, from each minute on; the first is what is normal for the service. */
  readonly stable: readonly From[]
  readonly canary: readonly From[]
  /** Mean length of an error burst, 1 or more; 1: errors are independent. A burst stays in one arm and one bucket. */
  readonly burst: number
}

export interface From {
  readonly minute: number
  readonly value: number
}

/** Ten seconds, or a minute, of a deployment. */
export interface Interval extends Minute {
  /** The canary's configured weight, percent. */
  readonly weight: number
}

/** One simulated deployment, and the day before it. */
export interface Run {
  /** Of 10 s each. */
  readonly buckets: readonly Interval[]
  readonly minutes: readonly Interval[]
  /** The day before: bad requests by the minute, and all requests. Independent of the deployment. */
  readonly history: { readonly bad: readonly number[]; readonly requests: number }
}

export const plannedMinutes = 60
export const bucketsAMinute = 6
const historyMinutes = 24 * 60

/**
 * Prepares the draws of one scenario. Requests arrive as Poisson processes, one for each arm, and fail independently, or
 * in bursts that leave the mean rate as it is. The day before has the same bursts, all its traffic on the old version.
 */
export function createTraffic(scenario: Scenario): (random: Random) => Run {
  const poisson = memoize(createPoisson)
  const bad = scenario.burst === 1 ? poisson : memoize((mean) => createBursts(mean, scenario.burst))
  const draw = (random: Random, requests: number, rate: number) => {
    const failed = bad(requests * rate)(random)
    return { requests: failed + poisson(requests * (1 - rate))(random), bad: failed }
  }
  const atBucket = Array.from({ length: plannedMinutes * bucketsAMinute }, (_, index) => {
    const at = (values: readonly From[]) => valueAt(values, index / bucketsAMinute)
    const weight = at(scenario.weights)
    const onCanary = (scenario.perMinute / bucketsAMinute) * (weight / 100)
    const onStable = scenario.perMinute / bucketsAMinute - onCanary
    return { weight, onCanary, onStable, stableRate: at(scenario.stable), canaryRate: at(scenario.canary) }
  })
  const badAMinute = bad(scenario.perMinute * valueAt(scenario.stable, 0))
  return (random) => {
    const buckets = atBucket.map(({ weight, onCanary, onStable, stableRate, canaryRate }) => ({
      weight,
      stable: draw(random, onStable, stableRate),
      canary: draw(random, onCanary, canaryRate),
      cohort: draw(random, onCanary, stableRate),
    }))
    const history = Array.from({ length: historyMinutes }, () => badAMinute(random))
    return {
      buckets,
      minutes: toMinutes(buckets),
      history: { bad: history, requests: scenario.perMinute * historyMinutes },
    }
  }
}

function valueAt(values: readonly From[], minute: number): number {
  const current = values.findLast((value) => value.minute <= minute)
  if (current === undefined) throw new RangeError(`the scenario says nothing about minute ${minute}`)
  return current.value
}

function toMinutes(buckets: readonly Interval[]): readonly Interval[] {
  return Array.from({ length: buckets.length / bucketsAMinute }, (_, minute) =>
    buckets.slice(minute * bucketsAMinute, (minute + 1) * bucketsAMinute).reduce(add),
  )
}

function add(one: Interval, other: Interval): Interval {
  const side = (name: 'stable' | 'canary' | 'cohort') => ({
    requests: one[name].requests + other[name].requests,
    bad: one[name].bad + other[name].bad,
  })
  return { weight: one.weight, stable: side('stable'), canary: side('canary'), cohort: side('cohort') }
}

function memoize(create: (mean: number) => CountSampler): (mean: number) => CountSampler {
  const known = new Map<number, CountSampler>()
  return (mean) => {
    const found = known.get(mean) ?? create(mean)
    known.set(mean, found)
    return found
  }
}
