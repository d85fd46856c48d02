import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Bucket,
  findCountProblems,
  largestCount,
  type SideCounts,
} from '../../../../shared/domain/sequential-test.ts'
import { aBucket, aStratum } from '../../../support/comparison.ts'

const whole = 'must be a whole number from 0 to 1000000000000000'

function withCanary(canary: Partial<Record<keyof SideCounts, unknown>>): Bucket {
  return { strata: [{ stable: { requests: 9, bad: 1 }, canary: canary as unknown as SideCounts }], weight: 10 }
}

describe('counts from outside', () => {
  it.each([
    { requests: 0, bad: 0 },
    { requests: 1, bad: 0 },
    { requests: 1, bad: 1 },
    { requests: largestCount, bad: 0 },
    { requests: largestCount, bad: largestCount },
  ])('may be $bad of $requests', (canary) => {
    expect(findCountProblems(withCanary(canary), 'buckets[0]')).toEqual([])
  })

  it.each<[unknown, string]>([
    [-1, 'negative'],
    [0.5, 'in parts'],
    [Number.NaN, 'no number'],
    [Number.POSITIVE_INFINITY, 'without end'],
    [largestCount + 2, 'too many'],
    [undefined, 'missing'],
    [null, 'null'],
    ['12', 'a text'],
  ])('must not be %s: %s', (count) => {
    const at = 'buckets[0].canary'
    expect(findCountProblems(withCanary({ requests: count, bad: 0 }), 'buckets[0]')).toEqual([
      { path: `${at}.requests`, message: whole },
    ])
    expect(findCountProblems(withCanary({ requests: 10, bad: count }), 'buckets[0]')).toEqual([
      { path: `${at}.bad`, message: whole },
    ])
    expect(findCountProblems(withCanary({ requests: count, bad: count }), 'buckets[0]')).toHaveLength(2)
  })

  it('must not have more bad requests than requests', () => {
    expect(findCountProblems(withCanary({ requests: 3, bad: 4 }), 'b')).toEqual([
      { path: 'b.canary.bad', message: 'must not exceed the 3 requests' },
    ])
  })

  it('are found by route where there are several', () => {
    const strata = [aStratum([1, 1, 0, 0]), aStratum([1, -1, 0, 0]), aStratum([1, 1, 2, 0])]
    expect(findCountProblems({ strata, weight: null }, 'b').map(({ path }) => path)).toEqual([
      'b.strata[1].stable.requests',
      'b.strata[2].canary.bad',
    ])
  })

  it.each([null, 0, 0.1, 100])('may have a weight of %s', (weight) => {
    expect(findCountProblems(aBucket([1, 1, 0, 0], weight), 'b')).toEqual([])
  })

  it.each([-0.1, 100.1, Number.NaN, Number.POSITIVE_INFINITY])('must not have a weight of %s', (weight) => {
    expect(findCountProblems(aBucket([1, 1, 0, 0], weight), 'b')).toEqual([
      { path: 'b.weight', message: 'must be a percentage from 0 to 100' },
    ])
  })

  it('are right wherever they are whole, in range, and not more bad than all', () => {
    const side = fc
      .tuple(fc.maxSafeNat(), fc.maxSafeNat())
      .map(([a, b]) => [Math.max(a, b) % largestCount, Math.min(a, b)] as const)
      .map(([requests, bad]) => ({ requests, bad: Math.min(requests, bad) }))
    const strata = fc.array(fc.record({ stable: side, canary: side }), { maxLength: 4 })
    fc.assert(
      fc.property(strata, (routes) => {
        expect(findCountProblems({ strata: routes, weight: 50 }, '')).toEqual([])
      }),
    )
  })
})
