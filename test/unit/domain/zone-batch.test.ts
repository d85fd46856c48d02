import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toPairState } from '../../../shared/domain/record-set.ts'
import { firstOfEachPair, halves, nextBatch } from '../../../shared/domain/zone-batch.ts'
import type { ZoneChange } from '../../../shared/domain/zone-change.ts'
import { aPairOfRecords, appPair, aZoneChange } from '../../support/record-sets.ts'

/** A change whose two records have so many elements and characters each. */
function aChangeOf(id: string, elements: number, valueCharacters: number): ZoneChange {
  const pair = { ...appPair, name: `${id}.example.com` }
  const records = aPairOfRecords(undefined, pair).map((record) => ({ ...record, elements, valueCharacters }))
  return aZoneChange({ id, pair, target: toPairState(records, pair) })
}

const many = (count: number, elements: number, characters: number) =>
  Array.from({ length: count }, (_, index) => aChangeOf(`n${index}`, elements, characters))

describe('nextBatch', () => {
  it.each([
    ['250 pairs by their elements: an UPSERT counts twice', many(260, 1, 0), 250],
    ['177 pairs of values of 45 characters', many(260, 1, 45), 177],
    ['all where they fit', many(3, 1, 9), 3],
    ['one that is too large by itself', many(2, 600, 0), 1],
    ['none of none', [], 0],
  ])('takes %s', (_, changes, size) => {
    const { batch, rest } = nextBatch(changes)
    expect(batch).toEqual(changes.slice(0, size))
    expect(rest).toEqual(changes.slice(size))
  })

  it('keeps order, loses nobody, and keeps to the limits', () => {
    const size = fc.record({
      elements: fc.integer({ min: 1, max: 250 }),
      characters: fc.integer({ min: 0, max: 8000 }),
    })
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 40 }), (sizes) => {
        const changes = sizes.map(({ elements, characters }, index) => aChangeOf(`n${index}`, elements, characters))
        const { batch, rest } = nextBatch(changes)
        expect([...batch, ...rest]).toEqual(changes)
        const sum = (of: 'elements' | 'characters') =>
          sizes.slice(0, batch.length).reduce((total, one) => total + 4 * one[of], 0)
        expect(sum('elements')).toBeLessThanOrEqual(1000)
        expect(sum('characters')).toBeLessThanOrEqual(32_000)
        const [next] = sizes.slice(batch.length)
        if (next)
          expect(sum('elements') + 4 * next.elements > 1000 || sum('characters') + 4 * next.characters > 32_000).toBe(
            true,
          )
      }),
    )
  })
})

describe('firstOfEachPair', () => {
  it('lets a second change of the same records wait', () => {
    const [first, second] = [aZoneChange({ id: '1' }), aZoneChange({ id: '2', percent: 20 })]
    const other = aZoneChange({ id: '3', pair: { ...appPair, type: 'AAAA' } })
    expect(firstOfEachPair([first, second, other])).toEqual([first, other])
  })
})

describe('halves', () => {
  it.each([
    [[1, 2, 3], [1, 2], [3]],
    [[1, 2], [1], [2]],
    [[1], [1], []],
  ])('of %j', (batch, one, other) => {
    expect(halves(batch)).toEqual([one, other])
  })
})
