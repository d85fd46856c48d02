import { type Problem, ValidationError } from '../../shared/domain/errors.ts'
import { readCountsDocument } from './counts-document.ts'
import { FieldReader, type Fields, isObject } from './field-reader.ts'
import { readGateFile } from './gate-file.ts'
import { type Judged, judgeCounts } from './judge-counts.ts'

/** What a verdict's evidence says, and what its own counts come to. */
export interface Replayed {
  readonly agrees: boolean
  /** One for each field that is in the evidence. */
  readonly fields: readonly ReplayedField[]
  readonly judged: Judged
}

export interface ReplayedField {
  readonly field: 'verdict' | 'e' | 'eSup' | 'failedAt'
  readonly recorded: string | number | null
  readonly recomputed: string | number | null
  readonly agrees: boolean
}

/** Another machine's logarithm may differ in its last digit, which adds up over the buckets. */
const tolerance = 1e-9

/**
 * Judges again what a verdict was made on: an event of type `verdict`, or a gate's newest report, whose evidence holds
 * `replay`, the gate's parameters and its counts.
 *
 * @param value - Any value: it comes from outside.
 * @throws {ValidationError} If it is no such event, or its evidence is not whole.
 */
export function replayEvent(value: unknown, what: string): Replayed {
  const { evidence, replay, ...event } = readEvent(value, what)
  // Failed together with other gates: the limit was lowered by what they said, which is not among these counts.
  const together = typeof evidence.meanE === 'number'
  const gate = together && isObject(replay.gate) ? { ...replay.gate, alpha: 0.5 } : replay.gate
  const { parameters } = readGateFile(gate, `evidence.replay.gate of ${what}`)
  const document = readCountsDocument(replay.data, parameters.measure, `evidence.replay.data of ${what}`)
  const judged = judgeCounts(parameters, document)
  const reaches = judged.e >= Number(evidence.limit) ? 'fail' : 'pass'
  const fields = [
    compareVerdict(event.verdict, together ? reaches : judged.verdict),
    compare('e', evidence.e, judged.e),
    ...(evidence.eSup === undefined ? [] : [compare('eSup', evidence.eSup, judged.eSup)]),
    ...(together ? [] : [compare('failedAt', evidence.failedAt, judged.failedAt)]),
  ]
  return { agrees: fields.every(({ agrees }) => agrees), fields, judged }
}

function readEvent(value: unknown, what: string) {
  const evidence = isObject(value) ? value.evidence : undefined
  const replay = isObject(evidence) ? evidence.replay : undefined
  if (!isObject(value) || !isObject(evidence) || !isObject(replay))
    throw new ValidationError(`${what} cannot be judged again: it has no evidence.replay, which compare gates keep`)
  const problems = findProblems(value, evidence)
  if (problems.length > 0) throw new ValidationError(`${what} cannot be judged again`, problems)
  return { evidence, replay, verdict: value.verdict }
}

function findProblems({ verdict }: Fields, { e, eSup, failedAt }: Fields): readonly Problem[] {
  const reader = new FieldReader()
  const isEvidence = (one: number) => one >= 0
  if (typeof verdict !== 'string') reader.note('verdict', 'must be the word of the verdict')
  reader.number(e, 'evidence.e', 'must be a number, 0 or more', isEvidence)
  if (eSup !== undefined) reader.number(eSup, 'evidence.eSup', 'must be a number, 0 or more', isEvidence)
  if (failedAt !== null) reader.whole(failedAt, 'evidence.failedAt', 0, Number.MAX_SAFE_INTEGER)
  return reader.problems
}

/**
 * The same event with its buckets, which it leaves to the API where they are too many for it.
 *
 * @param read - Answers a path of the API.
 */
export async function withBuckets(event: unknown, read: (path: string) => Promise<Fields>): Promise<unknown> {
  const evidence = isObject(event) ? event.evidence : undefined
  const replay = isObject(evidence) ? evidence.replay : undefined
  if (!isObject(event) || !isObject(evidence) || !isObject(replay)) return event
  const { bucketsAt, data } = replay
  if (typeof bucketsAt !== 'string' || !isObject(data) || data.buckets !== undefined) return event
  // The verdict was made on the first so many; the comparison may have gone on since.
  const most = typeof evidence.buckets === 'number' ? evidence.buckets : Number.POSITIVE_INFINITY
  const buckets = await readBuckets(bucketsAt, most, read)
  return { ...event, evidence: { ...evidence, replay: { ...replay, data: { ...data, buckets } } } }
}

async function readBuckets(
  path: string,
  most: number,
  read: (path: string) => Promise<Fields>,
): Promise<readonly unknown[]> {
  const buckets: unknown[] = []
  let cursor: unknown = null
  do {
    const page = await read(cursor === null ? path : `${path}&cursor=${encodeURIComponent(String(cursor))}`)
    if (!Array.isArray(page.items)) break
    buckets.push(...page.items)
    cursor = page.nextCursor ?? null
  } while (cursor !== null && buckets.length < most)
  return buckets.slice(0, most)
}

/** A window without counts, or a source that failed, is `no-data` or `error`, and leaves no bucket behind. */
function compareVerdict(recorded: unknown, recomputed: string): ReplayedField {
  const field = compare('verdict', recorded, recomputed)
  const isOfSource = (recorded === 'no-data' || recorded === 'error') && recomputed === 'pass'
  return { ...field, agrees: field.agrees || isOfSource }
}

function compare(field: ReplayedField['field'], recorded: unknown, recomputed: string | number | null): ReplayedField {
  const known = recorded as ReplayedField['recorded']
  return { field, recorded: known, recomputed, agrees: isAlike(known, recomputed) }
}

function isAlike(a: ReplayedField['recorded'], b: ReplayedField['recorded']): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b
  return a === b || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b))
}

export function showReplayed({ agrees, fields, judged }: Replayed): string {
  const lines = fields.map(
    ({ field, recorded, recomputed, agrees: same }) =>
      `  ${field.padEnd(8)}  ${same ? 'agrees' : 'DIFFERS'}  recorded ${recorded}, recomputed ${recomputed}`,
  )
  const heading = agrees ? 'the evidence gives the same verdict again' : 'the evidence does NOT give what was recorded'
  return [`${heading}: ${judged.reason}`, '', ...lines, ''].join('\n')
}
