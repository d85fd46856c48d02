import { ValidationError } from '../../shared/domain/errors.ts'
import {
  type BaselineHistory,
  type Bucket,
  type ComparisonFixed,
  type ComparisonParameters,
  isTestableRate,
  largestCount,
  rateRule,
  type SideCounts,
  type Stratum,
} from '../../shared/domain/sequential-test.ts'
import { FieldReader, type Fields, isObject } from './field-reader.ts'

/** Counts of one deployment, as a user writes them. */
export interface CountsDocument {
  /** What a caller knows its document by; undefined: nothing. Repeated in the answer, so nothing that could be nested. */
  readonly id: string | number | undefined
  readonly bucketSeconds: number
  readonly plannedBuckets: number | null
  readonly history: BaselineHistory | null
  /** What was fixed before the first bucket; null: it follows from the history. */
  readonly fixed: Pick<ComparisonFixed, 'phi' | 'cap' | 'p0' | 'knowsNormalRate'> | null
  readonly buckets: readonly Bucket[]
}

/** More than a week of ten seconds each. */
const mostBuckets = 100_000
const mostRoutes = 100

const documentFields = [
  'bucketSeconds',
  'plannedBuckets',
  'history',
  'historyRequests',
  'fixed',
  'buckets',
  'id',
  'note',
]
/** The last three as the API lists buckets: they say where one lies, and are not looked at. */
const bucketFields = ['stable', 'canary', 'strata', 'weight', 'at', 'note', 'startAt', 'endAt', 'step']
const stratumFields = ['stable', 'canary']
/** `bad` is whatever the gate measures, as the API lists it. */
const sideFields = ['requests', 'errors', 'slow', 'bad']
const fixedFields = ['phi', 'cap', 'p0', 'knowsNormalRate']

/** What is read, and which of the counts is the bad one. */
interface Reading {
  readonly reader: FieldReader
  readonly measure: ComparisonParameters['measure']
}

/**
 * Reads counts.
 *
 * @param value - Any value: it comes from outside.
 * @param measure - Which count is needed: `errors` or `slow`. The other is not looked at.
 * @param what - Names it in the summary: `counts.json`.
 * @throws {ValidationError} With up to 20 problems and their paths.
 */
export function readCountsDocument(
  value: unknown,
  measure: ComparisonParameters['measure'],
  what: string,
): CountsDocument {
  const reader = new FieldReader()
  const document = readDocument({ reader, measure }, value)
  if (reader.problems.length > 0) throw new ValidationError(`${what} cannot be judged`, reader.problems)
  return document
}

function readDocument(reading: Reading, value: unknown): CountsDocument {
  const { reader } = reading
  const { id, bucketSeconds = 60, plannedBuckets, fixed, buckets, ...rest } = reader.object(value, '', documentFields)
  return {
    id: isAbsent(id) ? undefined : reader.label(id, 'id'),
    bucketSeconds: reader.whole(bucketSeconds, 'bucketSeconds', 1, 3600),
    plannedBuckets: isAbsent(plannedBuckets) ? null : reader.whole(plannedBuckets, 'plannedBuckets', 1, 1_000_000),
    history: readHistory(reading, rest),
    fixed: isAbsent(fixed) ? null : readFixed(reader, fixed),
    // Nothing else is missed in a document that is none.
    buckets: isObject(value)
      ? reader.list(buckets, 'buckets', { most: mostBuckets, read: (one, path) => readBucket(reading, one, path) })
      : [],
  }
}

function readHistory({ reader, measure }: Reading, { history, historyRequests }: Fields): BaselineHistory | null {
  if (isAbsent(history)) {
    if (!isAbsent(historyRequests)) reader.note('historyRequests', 'needs "history" beside it')
    return null
  }
  const read = (one: unknown, path: string) => reader.whole(one, path, 0, largestCount)
  const bad = reader.list(history, 'history', { most: mostBuckets, read })
  if (isAbsent(historyRequests)) return { bad, requests: null }
  const requests = reader.whole(historyRequests, 'historyRequests', 0, Number.MAX_SAFE_INTEGER)
  const sum = bad.reduce((total, one) => total + one, 0)
  if (requests < sum) reader.note('historyRequests', `must not be below the ${sum} ${measure} in "history"`)
  return { bad, requests }
}

function readFixed(reader: FieldReader, value: unknown): CountsDocument['fixed'] {
  const { phi, cap, p0, knowsNormalRate } = reader.object(value, 'fixed', fixedFields)
  if (typeof knowsNormalRate !== 'boolean') reader.note('fixed.knowsNormalRate', 'must be true or false')
  return {
    phi: reader.number(phi, 'fixed.phi', 'must be a number, 1 or more', (one) => one >= 1),
    cap: cap === null ? null : reader.number(cap, 'fixed.cap', 'must be above 1, or null', (one) => one > 1),
    p0: reader.number(p0, 'fixed.p0', rateRule, isTestableRate),
    knowsNormalRate: knowsNormalRate === true,
  }
}

function readBucket(reading: Reading, value: unknown, path: string): Bucket {
  const { reader } = reading
  const fields = reader.object(value, path, bucketFields)
  if (!isObject(value)) return { strata: [], weight: null }
  const { weight } = fields
  const isShare = (one: number) => one >= 0 && one <= 100
  return {
    strata: fields.strata === undefined ? [readStratum(reading, fields, path)] : readStrata(reading, fields, path),
    weight: isAbsent(weight)
      ? null
      : reader.number(weight, `${path}.weight`, 'must be a percentage from 0 to 100', isShare),
  }
}

function readStrata(reading: Reading, { strata, stable, canary }: Fields, path: string): readonly Stratum[] {
  const { reader } = reading
  const at = `${path}.strata`
  if (stable !== undefined || canary !== undefined) reader.note(at, 'must not stand beside "stable" and "canary"')
  if (Array.isArray(strata) && strata.length === 0) reader.note(at, 'must have at least one entry')
  const read = (one: unknown, each: string) => readStratum(reading, reader.object(one, each, stratumFields), each)
  return reader.list(strata, at, { most: mostRoutes, read })
}

function readStratum(reading: Reading, { stable, canary }: Fields, path: string): Stratum {
  return { stable: readSide(reading, stable, `${path}.stable`), canary: readSide(reading, canary, `${path}.canary`) }
}

function readSide({ reader, measure }: Reading, value: unknown, path: string): SideCounts {
  const fields = reader.object(value, path, sideFields)
  if (!isObject(value)) return { requests: 0, bad: 0 }
  const before = reader.problems.length
  const requests = reader.whole(fields.requests, `${path}.requests`, 0, largestCount)
  const field = fields[measure] === undefined && fields.bad !== undefined ? 'bad' : measure
  const bad = reader.whole(fields[field], `${path}.${field}`, 0, largestCount)
  if (bad > requests && reader.problems.length === before)
    reader.note(`${path}.${field}`, `must not exceed the ${requests} requests`)
  return { requests, bad }
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null
}
