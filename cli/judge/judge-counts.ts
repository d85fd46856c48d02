import {
  addBucket,
  type ComparisonFixed,
  type ComparisonParameters,
  type ComparisonState,
  describeComparison,
  fixComparison,
  readComparison,
  startComparison,
} from '../../shared/domain/sequential-test.ts'
import type { CountsDocument } from './counts-document.ts'

/** What the gate says about a document of counts, with the numbers that it says so on. All of them are finite. */
export interface Judged extends Pick<ReturnType<typeof describeComparison>, JudgedField> {
  readonly phi: number
  readonly cap: number | null
  readonly p0: number
}

type JudgedField =
  | 'verdict'
  | 'reason'
  | 'e'
  | 'eSup'
  | 'logE'
  | 'failedAt'
  | 'proven'
  | 'provenAt'
  | 'ratio'
  | 'rates'
  | 'dataState'

/** What the gate said after one bucket. */
export interface TraceLine extends Pick<Judged, 'e' | 'eSup' | 'verdict' | 'proven' | 'dataState'> {
  /** Zero-based. */
  readonly bucket: number
}

/** Judges all buckets, one after the other. What failed stays failed, while the evidence goes on. */
export function judgeCounts(parameters: ComparisonParameters, document: CountsDocument): Judged {
  const fixed = fixedOf(parameters, document)
  let state = startComparison(parameters)
  for (const bucket of document.buckets) state = addBucket(parameters, fixed, state, bucket)
  return conclude(parameters, fixed, state)
}

/** The same, with what it would have said after each bucket. */
export function traceCounts(
  parameters: ComparisonParameters,
  document: CountsDocument,
): { readonly judged: Judged; readonly trace: readonly TraceLine[] } {
  const fixed = fixedOf(parameters, document)
  let state = startComparison(parameters)
  const trace = document.buckets.map((bucket, index) => {
    state = addBucket(parameters, fixed, state, bucket)
    const { e, eSup, verdict, proven, dataState } = readComparison(parameters, state)
    return { bucket: index, e, eSup, verdict, proven, dataState }
  })
  return { judged: conclude(parameters, fixed, state), trace }
}

function fixedOf(parameters: ComparisonParameters, document: CountsDocument): ComparisonFixed {
  const { bucketSeconds, plannedBuckets, fixed } = document
  return fixed === null ? fixComparison(parameters, document) : { bucketSeconds, plannedBuckets, ...fixed }
}

function conclude(parameters: ComparisonParameters, fixed: ComparisonFixed, state: ComparisonState): Judged {
  const said = describeComparison(parameters, fixed, state)
  const { verdict, reason, e, eSup, logE, failedAt, proven, provenAt, ratio, rates, dataState } = said
  const { phi, cap, p0 } = fixed
  return { verdict, reason, e, eSup, failedAt, proven, provenAt, ratio, rates, phi, cap, dataState, p0, logE }
}
