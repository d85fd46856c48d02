import { pairKey, recordsOf } from './record-set.ts'
import type { ZoneChange } from './zone-change.ts'

/** @see Amazon Route 53 developer guide, quotas: maximums on ChangeResourceRecordSets requests */
const mostElements = 1000
const mostCharacters = 32_000
/** Route 53 counts an UPSERT as a deletion and a creation. */
const perUpsert = 2

/** What one request carries, and what has to wait for the next. */
export interface ZoneBatch<Change extends ZoneChange> {
  readonly batch: readonly Change[]
  readonly rest: readonly Change[]
}

/** The first of `changes` that fit into one request, in their order. Both records of a pair always travel together. */
export function nextBatch<Change extends ZoneChange>(changes: readonly Change[]): ZoneBatch<Change> {
  let [elements, characters, count] = [0, 0, 0]
  for (const change of changes) {
    const size = sizeOf(change)
    elements += size.elements
    characters += size.characters
    // A change that is too large by itself is sent by itself: Route 53 says why it does not take it.
    if (count > 0 && (elements > mostElements || characters > mostCharacters)) break
    count++
  }
  return { batch: changes.slice(0, count), rest: changes.slice(count) }
}

/**
 * The first change of each pair of records. The later ones wait: what they expect was compared before the first was sent.
 */
export function firstOfEachPair<Change extends ZoneChange>(changes: readonly Change[]): readonly Change[] {
  const seen = new Set<string>()
  return changes.filter(({ pair }) => {
    const isFirst = !seen.has(pairKey(pair))
    seen.add(pairKey(pair))
    return isFirst
  })
}

/** Two halves of a batch that Route 53 does not take: the good half goes through, the bad one is halved again. */
export function halves<Change>(batch: readonly Change[]): readonly [readonly Change[], readonly Change[]] {
  const middle = Math.ceil(batch.length / 2)
  return [batch.slice(0, middle), batch.slice(middle)]
}

function sizeOf({ target }: ZoneChange): { readonly elements: number; readonly characters: number } {
  const records = recordsOf(target)
  return {
    elements: perUpsert * records.reduce((sum, { elements }) => sum + elements, 0),
    characters: perUpsert * records.reduce((sum, { valueCharacters }) => sum + valueCharacters, 0),
  }
}
