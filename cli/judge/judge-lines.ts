import { ValidationError } from '../../shared/domain/errors.ts'
import type { ComparisonParameters } from '../../shared/domain/sequential-test.ts'
import { readCountsDocument } from './counts-document.ts'
import { type Judged, judgeCounts, type TraceLine, traceCounts } from './judge-counts.ts'
import { parseJson } from './read-input.ts'

/** A longer line is not kept in memory. Characters. */
export const longestLine = 64 * 1024 * 1024

/** One line of a stream, numbered from 1; null where it is too long to be kept. */
export interface Line {
  readonly number: number
  readonly text: string | null
}

/** Cuts a stream into lines; keeps no more than one of them. Blank ones are counted and left out. */
export async function* toLines(chunks: AsyncIterable<string>, longest = longestLine): AsyncGenerator<Line> {
  let [number, rest, isTooLong] = [1, '', false]
  for await (const chunk of chunks) {
    let from = 0
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', from)) {
      const text = rest + chunk.slice(from, end)
      if (isTooLong || text.length > longest) yield { number, text: null }
      else if (text.trim() !== '') yield { number, text }
      ;[number, rest, isTooLong, from] = [number + 1, '', false, end + 1]
    }
    if (!isTooLong) rest += chunk.slice(from)
    if (rest.length > longest) [rest, isTooLong] = ['', true]
  }
  if (isTooLong) yield { number, text: null }
  else if (rest.trim() !== '') yield { number, text: rest }
}

/** A judgement, with its trace where that was asked for; or what is wrong with the line. */
export type LineResult =
  | (Judged & { readonly line: number; readonly id?: string | number; readonly trace?: readonly TraceLine[] })
  | { readonly line: number; readonly error: string }

/** What one line of a stream comes to. */
export function judgeLine(
  parameters: ComparisonParameters,
  { number, text }: Line,
  options: { readonly trace: boolean },
): LineResult {
  try {
    if (text === null) throw new ValidationError(`is longer than ${longestLine} characters`)
    const document = readCountsDocument(parseJson(text, 'the line'), parameters.measure, 'the line')
    const { id } = document
    const known = { line: number, ...(id !== undefined && { id }) }
    if (!options.trace) return { ...known, ...judgeCounts(parameters, document) }
    const { judged, trace } = traceCounts(parameters, document)
    return { ...known, ...judged, trace }
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error
    return { line: number, error: [error.message, ...describeProblems(error)].join(': ') }
  }
}

function describeProblems({ problems }: ValidationError): readonly string[] {
  return problems.length === 0 ? [] : [problems.map(({ path, message }) => `${path} ${message}`.trim()).join('; ')]
}
