import { estimateDispersion } from '../../../shared/domain/sequential/dispersion.ts'
import {
  addBucket,
  type ComparisonFixed,
  type ComparisonParameters,
  type ComparisonState,
  describeComparison,
  fixComparison,
  readComparison,
  type SideCounts,
  type Stratum,
  startComparison,
} from '../../../shared/domain/sequential-test.ts'
import { createRandom } from './random.ts'
import { type Split, splitMinute, worsen } from './split.ts'

/** A minute of a service's traffic, both slots together, one entry a route. */
export interface Minute {
  readonly startMs: number
  readonly routes: readonly SideCounts[]
}

export interface BacktestOptions {
  readonly parameters: ComparisonParameters
  /** Share of the pretend canary, percent, above 0 and below 100. */
  readonly weight: number
  readonly windowMinutes: number
  /** Where the first window begins, and where the last must have ended. */
  readonly fromMs: number
  readonly toMs: number
  /** How often each window is divided anew. */
  readonly splits: number
  readonly seed: number
}

/** What a gate would have done to a healthy service. A trial is one window, divided once. */
export interface Backtest {
  /** Minutes of all windows with traffic and without. */
  readonly minutes: { readonly found: number; readonly missing: number }
  /** Of the bad requests of all minutes; null where there was none. */
  readonly dispersion: number | null
  readonly windows: { readonly judged: number; readonly skipped: number }
  readonly trials: number
  readonly rolledBack: {
    readonly trials: number
    /** Of all trials; null where there was none. */
    readonly rate: number | null
    readonly windows: readonly RolledBackWindow[]
  }
  /** Trials that ended as `no-data`. */
  readonly noData: number
  readonly regressions: readonly CaughtRegression[]
}

export interface RolledBackWindow {
  readonly startMs: number
  readonly endMs: number
  /** In how many of its splits. */
  readonly trials: number
  /** Of the first of them, when it failed. */
  readonly failedAtMs: number
  readonly reason: string
}

/** How soon a canary with so many times as many bad requests would have been caught. */
export interface CaughtRegression {
  readonly times: number
  readonly trials: number
  readonly caught: number
  /** Buckets from the release to the rollback; null where half or more of the trials end without one. */
  readonly medianBuckets: number | null
}

const minuteMs = 60_000
const historyMs = 24 * 60 * minuteMs
const regressions = [2, 5, 10] as const
/** A median needs fewer trials than a rate near 1 %. */
const regressionShare = 4

/** One window after the other, each judged on a pretend canary with the 24 h before it as its history. */
export function runBacktest(minutes: readonly Minute[], options: BacktestOptions): Backtest {
  const dispersion = estimateDispersion(minutes.map(badOf))
  const split = { share: options.weight / 100, dispersion: dispersion ?? 1 }
  const windows = cutWindows(minutes, options)
  const judged = windows.filter((window) => window.minutes.length > 0)
  const trials = judged.map((window) => tryWindow(window, split, options))
  const rolledBack = trials.flatMap(({ rolledBack: one }) => (one === null ? [] : [one]))
  const found = judged.reduce((sum, window) => sum + window.minutes.length, 0)
  const count = judged.length * options.splits
  const failed = rolledBack.reduce((sum, window) => sum + window.trials, 0)
  return {
    minutes: { found, missing: windows.length * options.windowMinutes - found },
    dispersion,
    windows: { judged: judged.length, skipped: windows.length - judged.length },
    trials: count,
    rolledBack: { trials: failed, rate: count === 0 ? null : failed / count, windows: rolledBack },
    noData: trials.reduce((sum, trial) => sum + trial.noData, 0),
    regressions: regressions.map((times) => tryRegression(judged, { ...split, times }, options)),
  }
}

interface WindowOfMinutes {
  readonly startMs: number
  readonly endMs: number
  readonly minutes: readonly Minute[]
  readonly fixed: ComparisonFixed
}

function cutWindows(minutes: readonly Minute[], options: BacktestOptions): readonly WindowOfMinutes[] {
  const { parameters, windowMinutes, fromMs, toMs } = options
  const windows: WindowOfMinutes[] = []
  const between = createSlices(minutes)
  for (let startMs = fromMs; startMs + windowMinutes * minuteMs <= toMs; startMs += windowMinutes * minuteMs) {
    const endMs = startMs + windowMinutes * minuteMs
    const before = between(startMs - historyMs, startMs)
    const requests = before.flatMap(({ routes }) => routes).reduce((sum, route) => sum + route.requests, 0)
    const history = before.length === 0 ? null : { bad: before.map(badOf), requests }
    const fixed = fixComparison(parameters, { bucketSeconds: 60, plannedBuckets: windowMinutes, history })
    windows.push({ startMs, endMs, minutes: between(startMs, endMs), fixed })
  }
  return windows
}

/** Slices of minutes in order, found by halving. */
function createSlices(minutes: readonly Minute[]) {
  const firstFrom = (atMs: number): number => {
    let [low, high] = [0, minutes.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((minutes[middle] as Minute).startMs < atMs) low = middle + 1
      else high = middle
    }
    return low
  }
  return (fromMs: number, toMs: number) => minutes.slice(firstFrom(fromMs), firstFrom(toMs))
}

function tryWindow(window: WindowOfMinutes, split: Split, { parameters, splits, seed, weight }: BacktestOptions) {
  let [trials, noData] = [0, 0]
  let first: Omit<RolledBackWindow, 'trials'> | null = null
  for (let attempt = 0; attempt < splits; attempt++) {
    const random = createRandom(`${seed}/${window.startMs}/${attempt}`)
    const draw = (route: SideCounts) => splitMinute(random, route, split)
    const { state, failedAtMs } = follow(window, { parameters, weight, draw })
    if (failedAtMs !== null) trials++
    else if (readComparison(parameters, state).verdict === 'no-data') noData++
    if (failedAtMs === null || first !== null) continue
    const { reason } = describeComparison(parameters, window.fixed, state)
    first = { startMs: window.startMs, endMs: window.endMs, failedAtMs, reason }
  }
  return { noData, rolledBack: first === null ? null : { ...first, trials } }
}

function tryRegression(
  windows: readonly WindowOfMinutes[],
  split: Split & { readonly times: number },
  { parameters, splits, seed, weight }: BacktestOptions,
): CaughtRegression {
  const each = Math.ceil(splits / regressionShare)
  const buckets: number[] = []
  for (const window of windows) {
    for (let attempt = 0; attempt < each; attempt++) {
      const random = createRandom(`${seed}/${window.startMs}/${attempt}/${split.times}`)
      const draw = (route: SideCounts) => worsen(random, splitMinute(random, route, split), split)
      const { failedAtMs } = follow(window, { parameters, weight, draw })
      buckets.push(failedAtMs === null ? Number.POSITIVE_INFINITY : (failedAtMs - window.startMs) / minuteMs)
    }
  }
  const median = buckets.toSorted((a, b) => a - b)[Math.floor(buckets.length / 2)]
  return {
    times: split.times,
    trials: buckets.length,
    caught: buckets.filter((one) => Number.isFinite(one)).length,
    medianBuckets: median !== undefined && Number.isFinite(median) ? median : null,
  }
}

/** Goes through a window until it fails. `failedAtMs` is the end of the minute in which it did. */
function follow(
  { minutes, fixed }: WindowOfMinutes,
  trial: {
    readonly parameters: ComparisonParameters
    readonly weight: number
    readonly draw: (route: SideCounts) => Stratum
  },
): { readonly state: ComparisonState; readonly failedAtMs: number | null } {
  const { parameters, weight, draw } = trial
  let state = startComparison(parameters)
  for (const { startMs, routes } of minutes) {
    state = addBucket(parameters, fixed, state, { strata: routes.map(draw), weight })
    if (state.failedAt !== null) return { state, failedAtMs: startMs + minuteMs }
  }
  return { state, failedAtMs: null }
}

function badOf({ routes }: Minute): number {
  return routes.reduce((sum, { bad }) => sum + bad, 0)
}
