import { logSum } from '../../shared/domain/sequential/log-math.ts'
import {
  addBucket,
  type ComparisonParameters,
  type ComparisonState,
  defaultParameters,
  fixComparison,
  startComparison,
} from '../../shared/domain/sequential-test.ts'
import type { Run } from './traffic.ts'

export interface SluiceOptions {
  readonly bucketSeconds: 10 | 60
  /** What differs from the defaults of the gate. */
  readonly parameters?: Partial<ComparisonParameters>
}

/** Minutes from the first shift until the gate says so; null: not within the deployment. */
export interface GateTimes {
  readonly failed: number | null
  readonly proven: number | null
}

/** Runs the gate's own code over a deployment until it has failed, or, if `until` says so, has proven the release. */
export function runGate(run: Run, options: SluiceOptions, until: 'failed' | 'either'): GateTimes {
  const { failedAt, provenAt } = runUntil(
    run,
    options,
    (state) => state.failedAt !== null || (until === 'either' && state.provenAt !== null),
  )
  return { failed: toMinutes(failedAt, options), proven: toMinutes(provenAt, options) }
}

/**
 * Minutes until the evidence for "good enough" alone reaches 1/beta; null: it does not. The gate also wants to have no
 * evidence against the release, but its promise must hold without that.
 */
export function runProof(run: Run, options: SluiceOptions): number | null {
  const isProven = ({ promotion }: ComparisonState) => logSum(promotion) >= -Math.log(parametersOf(options).beta)
  const state = runUntil(run, options, isProven)
  return isProven(state) ? toMinutes(state.buckets - 1, options) : null
}

function runUntil(run: Run, options: SluiceOptions, isOver: (state: ComparisonState) => boolean): ComparisonState {
  const parameters = parametersOf(options)
  const intervals = options.bucketSeconds === 10 ? run.buckets : run.minutes
  const fixed = fixComparison(parameters, {
    bucketSeconds: options.bucketSeconds,
    plannedBuckets: intervals.length,
    history: run.history,
  })
  let state = startComparison(parameters)
  for (const { stable, canary, weight } of intervals) {
    state = addBucket(parameters, fixed, state, { strata: [{ stable, canary }], weight })
    if (isOver(state)) break
  }
  return state
}

function parametersOf(options: SluiceOptions): ComparisonParameters {
  return { ...defaultParameters('errors'), ...options.parameters }
}

/** A bucket is known when it is over. */
function toMinutes(index: number | null, { bucketSeconds }: SluiceOptions): number | null {
  return index === null ? null : ((index + 1) * bucketSeconds) / 60
}
