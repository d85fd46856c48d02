import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { comparePairs, pairKey, type RecordSet, type WeightedPair } from '../../../../shared/domain/record-set.ts'
import type { RecordStart } from '../../../../shared/ports/hosted-zones.ts'
import { readPairs } from '../../../../shared/use-cases/zone/read-pairs.ts'
import { aPairOfRecords, appPair, aRecord } from '../../../support/record-sets.ts'

const pairOf = (name: string, type = 'A'): WeightedPair => ({ ...appPair, name: `${name}.example.com`, type })
const pairs = (count: number) =>
  Array.from({ length: count }, (_, index) => pairOf(`n${String(index).padStart(4, '0')}`))

const byLabels = (a: RecordStart, b: RecordStart) =>
  comparePairs({ name: a.name, type: a.type ?? '' }, { name: b.name, type: b.type ?? '' })

/** A zone of records, read in pages; counts the requests. Default: in Route 53's order. */
function aZoneOf(records: readonly RecordSet[], pageSize: number, order = byLabels) {
  const compare = (a: RecordStart, b: RecordStart) =>
    order(a, b) || (a.setIdentifier ?? '').localeCompare(b.setIdentifier ?? '')
  const startOf = ({ name, type, setIdentifier }: RecordSet): RecordStart => ({
    ...{ name, type },
    ...(setIdentifier !== null && { setIdentifier }),
  })
  const sorted = [...records].sort((a, b) => compare(startOf(a), startOf(b)))
  const zone = { requests: 0, readPage }
  async function readPage(from: RecordStart) {
    zone.requests++
    const begin = sorted.findIndex((record) => compare(startOf(record), from) >= 0)
    const rest = begin === -1 ? [] : sorted.slice(begin)
    const next = rest[pageSize]
    return { records: rest.slice(0, pageSize), next: next ? startOf(next) : null }
  }
  return zone
}

describe('readPairs', () => {
  it.each([
    ['one pair of a large zone with one request', 1000, [500], 1],
    ['1,000 pairs of a zone of 2,000 records in 7 pages', 1000, null, 7],
    ['neighbours together', 1000, [10, 11, 12, 60], 1],
    ['what lies far apart, passing over what is between', 1000, [10, 900], 2],
  ])('reads %s', async (_, size, wanted, requests) => {
    const all = pairs(size)
    const zone = aZoneOf(
      all.flatMap((pair) => aPairOfRecords(undefined, pair)),
      300,
    )
    const asked = wanted === null ? all : wanted.flatMap((index) => all[index] ?? [])
    const found = await readPairs(asked, zone.readPage)
    expect(new Set(found.keys())).toEqual(new Set(asked.map(pairKey)))
    for (const pair of asked) expect(found.get(pairKey(pair))).toEqual(aPairOfRecords(undefined, pair))
    expect(zone.requests).toBe(requests)
  })

  it('finds nothing of a pair that is not there, and the others all the same', async () => {
    const [first = appPair, gone = appPair, last = appPair] = pairs(3)
    const zone = aZoneOf(
      [first, last].flatMap((pair) => aPairOfRecords(undefined, pair)),
      300,
    )
    const found = await readPairs([last, gone, first], zone.readPage)
    expect(found.get(pairKey(gone))).toEqual([])
    expect(found.get(pairKey(last))).toHaveLength(2)
  })

  it('reads a group whole that lies on several pages', async () => {
    const records = Array.from({ length: 100 }, (_, index) => aRecord({ setIdentifier: `side-${1000 + index}` }))
    const zone = aZoneOf([...records, aRecord({ type: 'AAAA' })], 7)
    expect((await readPairs([appPair], zone.readPage)).get(pairKey(appPair))).toEqual(records)
    expect(zone.requests).toBe(15)
  })

  it('is right whatever the pages, also where Route 53 sorts by something else than guessed', async () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-c]{1,2}(\.[a-c]){0,1}$/), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(names, fc.integer({ min: 1, max: 9 }), fc.boolean(), async (all, pageSize, isPlain) => {
        const there = all.slice(0, Math.ceil(all.length / 2)).map((name) => pairOf(name))
        const order = isPlain ? byLabels : (a: RecordStart, b: RecordStart) => -byLabels(a, b)
        const records = there.flatMap((pair) => aPairOfRecords(undefined, pair))
        const zone = aZoneOf(records, pageSize, order)
        const found = await readPairs(
          all.map((name) => pairOf(name)),
          zone.readPage,
        )
        for (const pair of all.map((name) => pairOf(name))) {
          const expected = records.filter((record) => record.name === pair.name)
          expect(new Set(found.get(pairKey(pair)))).toEqual(new Set(expected))
        }
      }),
    )
  })
})
