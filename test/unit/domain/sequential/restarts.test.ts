import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { capitalAt } from '../../../../shared/domain/sequential/restarts.ts'

const usual = { release: 0.8, later: 0.2 }
const bucketSeconds = fc.constantFrom(10, 60)

function sumOf(fixed: { bucketSeconds: number; plannedBuckets: number | null }, buckets: number, restarts = usual) {
  let sum = 0
  for (let index = 0; index < buckets; index++) sum += capitalAt(restarts, fixed, index)
  return sum
}

describe('the capital that starts at a bucket', () => {
  it('never adds up to more than there is, however long it takes', () => {
    const planned = fc.option(fc.integer({ min: 0, max: 1500 }))
    const shares = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(bucketSeconds, planned, shares, (seconds, plannedBuckets, release) => {
        const restarts = { release, later: 1 - release }
        expect(sumOf({ bucketSeconds: seconds, plannedBuckets }, 3000, restarts)).toBeLessThanOrEqual(1 + 1e-12)
      }),
    )
  })

  it.each([
    { plannedBuckets: 60, bucketSeconds: 60 },
    { plannedBuckets: 2, bucketSeconds: 60 },
    { plannedBuckets: 360, bucketSeconds: 10 },
    { plannedBuckets: 7, bucketSeconds: 10 },
  ])('is spent by the end of a plan: $plannedBuckets buckets of $bucketSeconds s', (fixed) => {
    expect(sumOf(fixed, fixed.plannedBuckets)).toBeCloseTo(1, 12)
    expect(capitalAt(usual, fixed, fixed.plannedBuckets + 60)).toBe(0)
  })

  it.each([
    { plannedBuckets: 0, bucketSeconds: 60 },
    { plannedBuckets: 1, bucketSeconds: 60 },
    { plannedBuckets: 6, bucketSeconds: 10 },
  ])('is all at the release in a plan of a minute: $plannedBuckets buckets of $bucketSeconds s', (fixed) => {
    expect(sumOf(fixed, 1000)).toBe(0.8)
  })

  it('is spread over the first bucket of each later minute', () => {
    const starts = Array.from({ length: 20 }, (_, index) =>
      capitalAt(usual, { bucketSeconds: 10, plannedBuckets: 18 }, index),
    )
    expect(starts).toEqual(starts.map((_, index) => (index === 0 ? 0.8 : index === 6 || index === 12 ? 0.1 : 0)))
  })

  it.each([60, 10])('gets ever smaller where the end is not known, buckets of %d s', (seconds) => {
    const fixed = { bucketSeconds: seconds, plannedBuckets: null }
    const each = Array.from({ length: 50 }, (_, minute) => capitalAt(usual, fixed, (minute * 60) / seconds))
    for (let minute = 1; minute < 50; minute++) {
      expect(each[minute]).toBeGreaterThan(0)
      expect(each[minute]).toBeLessThan(each[minute - 1] ?? 0)
    }
    expect(sumOf(fixed, 2_000_000)).toBeLessThan(1)
  })

  it('never starts again without capital for it', () => {
    const restarts = { release: 1, later: 0 }
    for (const plannedBuckets of [null, 60]) expect(sumOf({ bucketSeconds: 60, plannedBuckets }, 500, restarts)).toBe(1)
  })
})
