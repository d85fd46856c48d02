import { describe, expect, it } from 'vitest'
import { hasMaterialDifference, readComparison } from '../../../../shared/domain/sequential-test.ts'
import { aBucket, aStratum, bareFixed, bareParameters, type Counts, follow } from '../../../support/comparison.ts'

const fixed = bareFixed({ p0: 0.005 })
const nothing: Counts = [0, 0, 0, 0]

function isMaterial(totals: Counts, recent: Counts = nothing, overrides = {}) {
  const parameters = bareParameters({ minErrors: 3, materiality: 0.0005, ...overrides })
  const state = { totals: aStratum(totals), recent: { log: 0, counts: aStratum(recent) } }
  return hasMaterialDifference(parameters, fixed, state)
}

describe('a difference that matters', () => {
  it.each<{ name: string; totals: Counts; recent?: Counts; expected: boolean }>([
    { name: 'enough over all buckets', totals: [10_000, 10_000, 25, 20], expected: true },
    { name: 'a little too small', totals: [10_000, 10_000, 24, 20], expected: false },
    { name: 'none at all', totals: [10_000, 10_000, 20, 20], expected: false },
    { name: 'the other way round', totals: [10_000, 10_000, 3, 90], expected: false },
    { name: 'enough since it began', totals: [10_000, 10_000, 24, 20], recent: [100, 100, 4, 0], expected: true },
    { name: 'nobody there', totals: nothing, expected: false },
    { name: 'enough above the limit, alone', totals: [10_000, 0, 56, 0], expected: true },
    { name: 'too little above the limit, alone', totals: [10_000, 0, 54, 0], expected: false },
    { name: 'too few bad requests', totals: [10, 10, 2, 0], expected: false },
  ])('is $expected for $name', ({ totals, recent, expected }) => {
    expect(isMaterial(totals, recent)).toBe(expected)
  })

  it('may be nothing', () => {
    expect(isMaterial(nothing, nothing, { minErrors: 0, materiality: 0 })).toBe(true)
  })

  it('is needed for a failure, however strong the evidence', () => {
    const parameters = bareParameters({ materiality: 0.0005 })
    const small = aBucket([10_000_000, 10_000_000, 4000, 1000], 50)
    const [state] = follow([small], parameters, fixed)
    expect(state && readComparison(parameters, state)).toMatchObject({
      verdict: 'pass',
      failedAt: null,
      e: expect.any(Number),
    })
    expect(state?.logE).toBeGreaterThan(100)
  })

  it('counts from where the fault began: hours before it do not hide it', () => {
    const parameters = bareParameters({ minErrors: 3, materiality: 0.0005, restarts: { release: 0.8, later: 0.2 } })
    const good = Array(59).fill(aBucket([10_000, 90_000, 0, 9], 10))
    const bad = aBucket([100, 900, 30, 0], 10)
    const states = follow([...good, bad], parameters, bareFixed({ plannedBuckets: 60 }))
    expect(states.at(-1)).toMatchObject({ failedAt: 59, recent: { counts: aStratum([100, 900, 30, 0]) } })
    const { canary, stable } = states.at(-1)?.totals ?? aStratum(nothing)
    expect(canary.bad / canary.requests - stable.bad / stable.requests).toBeLessThan(0.0005)
  })

  it('begins anew where the evidence falls back to nothing', () => {
    const [bad, good] = [aBucket([100, 900, 2, 0], 10), aBucket([100, 900, 0, 200], 10)]
    const states = follow([bad, bad, good, bad])
    expect(states.map(({ recent }) => recent.counts.canary.bad)).toEqual([2, 4, 0, 2])
  })
})
