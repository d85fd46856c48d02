import {
  addBucket,
  type ComparisonFixed,
  type ComparisonParameters,
  describeComparison,
  readComparison,
  startComparison,
} from '../sequential-test.ts'
import { bucketsToSettle, type PendingBucket, type SettledBucket } from './compare-buckets.ts'
import {
  type CompareGate,
  type ComparisonMemory,
  emptyMemory,
  type GateMemory,
  type Judgement,
  type LookContext,
  type Outcome,
  type Verdict,
} from './gate.ts'
import { countsAsMiss, instantOf, memoryFor, toJudgement } from './judgement.ts'
import { isAnotherMinute } from './windows.ts'

/** What one look at a compare gate brought. */
export type ComparisonSample =
  | {
      readonly status: 'complete'
      readonly fixed: ComparisonFixed
      /** Windows that were settled by this look, oldest first: kept buckets, and windows without usable data. */
      readonly settled: readonly SettledWindow[]
      readonly pending: readonly PendingBucket[]
      readonly source: string
    }
  | { readonly status: 'error'; readonly reason: string; readonly source: string }

export type SettledWindow =
  | { readonly type: 'bucket'; readonly bucket: SettledBucket }
  | { readonly type: 'missing'; readonly endMs: number; readonly reason: string }

/** A gate with its part of the alpha that several compare gates share. */
export interface SharedGate {
  readonly gate: CompareGate
  /** Above 0, at most 1. */
  readonly share: number
}

/**
 * The parameters of a gate's own test. Among several gates each keeps its share of alpha: the weighted mean of their
 * evidence reaches 1/alpha whenever one of them reaches 1/(share · alpha), and sometimes before (`shareAlpha`).
 */
export function ownParameters({ gate, share }: SharedGate): ComparisonParameters {
  return { ...gate, alpha: gate.alpha * share }
}

/**
 * Takes in the settled windows and says what the comparison says: `fail` once the evidence reached its limit, `no-data`
 * while the canary provably gets no traffic or a window has no usable counts, `error` when the source fails, else `pass`.
 *
 * The comparison goes on through all steps; only what a step needs in order to end is counted anew in each. With
 * `atStepEnd: "prove"` it needs the proof, too.
 */
export function judgeCompare(
  shared: SharedGate,
  sample: ComparisonSample,
  earlier: GateMemory,
  look: LookContext,
): Judgement {
  if (isRunning(earlier) && isBehind(earlier, look)) return conclude(shared, earlier, sample.source)
  const before = enterStep(earlier, look)
  if (sample.status === 'error') return judgeFailedReading(shared, sample, before, look)
  const begun = { ...before, comparison: before.comparison ?? begin(shared, sample.fixed, look) }
  const memory = sample.settled.reduce((now, window) => takeIn(shared, now, window, look), begun)
  return conclude(shared, { ...memory, comparison: { ...memory.comparison, pending: sample.pending } }, sample.source)
}

/** A memory in which the comparison has begun. */
export type RunningMemory = GateMemory & { readonly comparison: ComparisonMemory }

export function isRunning(memory: GateMemory): memory is RunningMemory {
  return memory.comparison !== undefined
}

/** True for a look that began in a step which another looker has left since: it must neither settle nor count anything. */
export function isBehind({ comparison }: GateMemory, look: LookContext): boolean {
  return comparison !== undefined && look.settledAtMs < comparison.stepSettledAtMs
}

/**
 * Another step, or the same one written again, counts its own buckets and misses. The comparison itself goes on, with the
 * windows of the step before that are not settled yet, and never goes back behind what it has judged.
 */
function enterStep(earlier: GateMemory, look: LookContext): GateMemory {
  const { comparison, judgedUntilMs } = earlier
  if (comparison === undefined) return memoryFor(earlier, look)
  if (earlier.step === look.step && comparison.stepSettledAtMs === look.settledAtMs) return earlier
  const entered = { bucketsInStep: 0, missing: null, stepSettledAtMs: look.settledAtMs }
  return { ...emptyMemory(look.step), judgedUntilMs, comparison: { ...comparison, ...entered } }
}

function begin(shared: SharedGate, fixed: ComparisonFixed, look: LookContext): ComparisonMemory {
  return {
    fixed,
    state: startComparison(ownParameters(shared)),
    pending: [],
    stepSettledAtMs: look.settledAtMs,
    bucketsInStep: 0,
    missing: null,
    failedAtMs: null,
  }
}

function takeIn(shared: SharedGate, memory: RunningMemory, window: SettledWindow, look: LookContext): RunningMemory {
  const { comparison } = memory
  const endMs = window.type === 'bucket' ? window.bucket.endMs : window.endMs
  // Two lookers may have settled the same window: it is used once.
  if (endMs <= memory.judgedUntilMs) return memory
  const oneMore = memory.misses + (countsAsMiss(shared.gate, look, endMs) ? 1 : 0)
  if (window.type === 'missing')
    return { ...memory, judgedUntilMs: endMs, misses: oneMore, comparison: { ...comparison, missing: window.reason } }
  const parameters = ownParameters(shared)
  const state = addBucket(parameters, comparison.fixed, comparison.state, window.bucket)
  const isSilent = readComparison(parameters, state).verdict === 'no-data'
  const { startMs, strata } = window.bucket
  const counts = startMs >= look.settledAtMs && strata.some(({ canary }) => canary.requests > 0)
  return {
    ...memory,
    judgedUntilMs: endMs,
    misses: isSilent ? oneMore : 0,
    comparison: {
      ...comparison,
      state,
      missing: null,
      bucketsInStep: comparison.bucketsInStep + (counts ? 1 : 0),
      failedAtMs: comparison.failedAtMs ?? (state.failedAt === null ? null : endMs),
    },
  }
}

/** What a memory says: the same again where a look brought nothing. */
export function conclude(shared: SharedGate, memory: RunningMemory, source: string): Judgement {
  const { comparison } = memory
  const {
    verdict: said,
    reason,
    ...numbers
  } = describeComparison(ownParameters(shared), comparison.fixed, comparison.state)
  const outcome = outcomeOf(comparison, said)
  const isProven = shared.gate.atStepEnd === 'advance' || numbers.proven
  const settled = comparison.bucketsInStep >= bucketsToSettle && numbers.dataState !== 'incident' && isProven
  const evidence = { ...numbers, ...fixedEvidence(shared, memory), source }
  return toJudgement(shared.gate, { verdict: { outcome, reason: sentence(), evidence }, memory, settled })

  function sentence(): string {
    if (outcome === 'no-data')
      return comparison.missing === null ? reason : `${comparison.missing} (${lastSpan(memory)})`
    if (outcome === 'fail' && comparison.byMean)
      return `${reason}; with the other compare gates ${Number(comparison.byMean.meanE.toPrecision(3))} : 1 in all`
    return outcome === 'pass' && !isProven ? `not proven yet: ${reason}` : reason
  }
}

/** The window that was judged last: a source may be whole again when somebody reads why a release was rolled back. */
function lastSpan({ judgedUntilMs, comparison }: RunningMemory): string {
  return `${instantOf(judgedUntilMs - comparison.fixed.bucketSeconds * 1000)} to ${instantOf(judgedUntilMs)}`
}

/** What has failed stays failed: the release was judged, and later minutes do not acquit it. */
function outcomeOf({ failedAtMs, missing }: ComparisonMemory, said: 'pass' | 'fail' | 'no-data'): Outcome {
  if (failedAtMs !== null) return 'fail'
  return missing === null ? said : 'no-data'
}

/** What the numbers were made with and from; all of it is needed to recompute them. */
function fixedEvidence({ gate, share }: SharedGate, memory: RunningMemory): Verdict['evidence'] {
  const { fixed, state, bucketsInStep, byMean } = memory.comparison
  return {
    measure: gate.measure,
    alpha: gate.alpha,
    limit: 1 / (gate.alpha * share),
    ...(share < 1 && { share }),
    ...fixed,
    buckets: state.buckets,
    bucketsInStep,
    misses: memory.misses,
    ...(memory.judgedUntilMs > 0 && { judgedUntil: instantOf(memory.judgedUntilMs) }),
    ...byMean,
  }
}

/**
 * A source that fails is `error`, and counts as a window without data once a minute. What has failed stays failed, with
 * the numbers that it failed by: whoever acts on it only now must be able to name them.
 */
function judgeFailedReading(
  shared: SharedGate,
  reading: Extract<ComparisonSample, { status: 'error' }>,
  before: GateMemory,
  look: LookContext,
): Judgement {
  const { gate } = shared
  const counts = countsAsMiss(gate, look, look.nowMs) && isAnotherMinute(look.nowMs, before.missedAtMs ?? 0)
  const memory = counts ? { ...before, misses: before.misses + 1, missedAtMs: look.nowMs } : before
  if (isRunning(memory) && memory.comparison.failedAtMs !== null) return conclude(shared, memory, reading.source)
  const reason = `${gate.measure} could not be compared: ${reading.reason}`
  const evidence = { misses: memory.misses, lookedAt: instantOf(look.nowMs), source: reading.source }
  return toJudgement(gate, { verdict: { outcome: 'error', reason, evidence }, memory, settled: false })
}
