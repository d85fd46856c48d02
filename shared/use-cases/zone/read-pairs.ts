import { comparePairs, pairKey, type RecordSet, type WeightedPair } from '../../domain/record-set.ts'
import type { RecordPage, RecordStart } from '../../ports/hosted-zones.ts'

type ReadPage = (from: RecordStart) => Promise<RecordPage>

/**
 * All record sets of each pair's name and type, by `pairKey`. Reads a page where the first missing pair begins, takes
 * everybody from it who is wholly on it, and goes on at the next who is missing: neighbours share a page, and what lies
 * between is passed over. An order other than Route 53's costs requests, never a wrong answer.
 */
export async function readPairs(
  pairs: readonly WeightedPair[],
  readPage: ReadPage,
): Promise<ReadonlyMap<string, readonly RecordSet[]>> {
  const found = new Map<string, readonly RecordSet[]>()
  const missing = new Map([...pairs].sort(comparePairs).map((pair) => [pairKey(pair), pair]))
  for (const [key, pair] of missing) {
    if (found.has(key)) continue
    const page = await readPage({ name: pair.name, type: pair.type })
    const groups = groupRecords(page.records)
    const last = [...groups.keys()].at(-1)
    for (const [other, records] of groups) {
      const isWhole = other !== last || page.next === null
      if (isWhole && missing.has(other)) found.set(other, records)
    }
    if (!found.has(key)) found.set(key, await readRest(key, page, readPage))
  }
  return found
}

/** The records of a group that begins on `first` and may go on over the pages behind it. */
async function readRest(key: string, first: RecordPage, readPage: ReadPage): Promise<readonly RecordSet[]> {
  const records: RecordSet[] = []
  for (let page = first; ; page = await readPage(page.next)) {
    const own = page.records.filter((record) => pairKey(record) === key)
    records.push(...own)
    const last = page.records.at(-1)
    if (page.next === null || last === undefined || pairKey(last) !== key) return records
  }
}

function groupRecords(records: readonly RecordSet[]): ReadonlyMap<string, readonly RecordSet[]> {
  const groups = new Map<string, RecordSet[]>()
  for (const record of records) {
    const group = groups.get(pairKey(record))
    if (group) group.push(record)
    else groups.set(pairKey(record), [record])
  }
  return groups
}
