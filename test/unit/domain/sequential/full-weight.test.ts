import { describe, expect, it } from 'vitest'
import { describeComparison } from '../../../../shared/domain/sequential-test.ts'
import { aBucket, bareFixed, bareParameters, type Counts, follow } from '../../../support/comparison.ts'

const parameters = bareParameters({ restarts: { release: 0.8, later: 0.2 }, minErrors: 3, materiality: 0.0005 })
const fixed = bareFixed({ cap: 64, p0: 0.005, knowsNormalRate: true })

/** What is said after these buckets, each with its weight. */
function said(...buckets: readonly (readonly [counts: Counts, weight: number])[]) {
  const state = follow(
    buckets.map(([counts, weight]) => aBucket(counts, weight)),
    parameters,
    fixed,
  ).at(-1)
  if (state === undefined) throw new Error('no bucket')
  return describeComparison(parameters, fixed, state)
}

describe('a canary that has all of the traffic', () => {
  const bad = [[1000, 0, 50, 0], 100] as const

  it('fails against the limit', () => {
    expect(said(bad, bad)).toMatchObject({ verdict: 'fail', failedAt: 1 })
  })

  it('fails whatever happens to the last connections to stable', () => {
    const withRemainder = [[1000, 2, 50, 1], 100] as const
    const result = said(withRemainder, withRemainder)
    expect(result).toMatchObject({ verdict: 'fail', failedAt: 1 })
    expect(result.totals.stable).toEqual({ requests: 0, bad: 0 })
    expect(result.reason).toMatch(/^canary errors 100 of 2,000 \(5 %\) against a limit of 0.5 %; evidence/)
  })

  it('is compared over its whole way there with what stable was beside it', () => {
    const half = [[1000, 1000, 1, 1], 50] as const
    const alone = [[2000, 5, 2, 5], 100] as const
    expect(said(half, alone).totals).toEqual({
      stable: { requests: 1000, bad: 1 },
      canary: { requests: 3000, bad: 3 },
    })
  })

  it('has no incident in both versions any more', () => {
    const incident = [[1000, 1000, 50, 50], 50] as const
    expect(said(incident, incident).dataState).toBe('incident')
    expect(said(incident, incident, [[2000, 3, 4, 0], 100]).dataState).toBe('ok')
  })

  it('no longer gets less than its share', () => {
    const silent = [[0, 100, 0, 0], 10] as const
    expect(said(silent, silent).dataState).toBe('no-canary-traffic')
    expect(said(silent, silent, [[1000, 10, 1, 0], 100]).dataState).toBe('ok')
    expect(said(silent, silent, [[500, 510, 1, 0], 100]).dataState).toBe('low-canary-traffic')
    expect(said(silent, silent, [[100, 900, 1, 0], 100]).dataState).toBe('no-canary-traffic')
  })

  it('has thin data only where it has few requests itself', () => {
    const result = said([[30, 0, 0, 0], 100])
    expect(result.dataState).toBe('ok')
    expect(result.rates.canary.estimate).toBe(0)
    expect(said([[29, 0, 0, 0], 100]).dataState).toBe('thin')
  })

  it('without a request of its own is told what there was', () => {
    const result = said([[0, 80, 0, 0], 100])
    expect(result).toMatchObject({ verdict: 'no-data', dataState: 'no-canary-traffic' })
    expect(result.reason).toBe(
      'no canary traffic: 0 of 80 requests in the newest bucket at a weight of 100 %; evidence 1 : 1 that its share is lower',
    )
    expect(said([[0, 0, 0, 0], 100]).reason).toBe('neither side has had a request')
  })

  it('may be as bad as stable was beside it, whatever the day before was like', () => {
    const beside = Array.from({ length: 20 }, () => [[100, 900, 2, 18], 10] as const)
    const alone = Array.from({ length: 20 }, () => [[1000, 0, 20, 0], 100] as const)
    expect(said(...beside, ...alone).verdict).toBe('pass')
    const worse = Array.from({ length: 5 }, () => [[1000, 0, 100, 0], 100] as const)
    expect(said(...beside, ...worse).verdict).toBe('fail')
  })

  it('is held to what was fixed where stable was better than that', () => {
    const beside = Array.from({ length: 20 }, () => [[100, 900, 0, 0], 10] as const)
    const alone = Array.from({ length: 5 }, () => [[1000, 0, 20, 0], 100] as const)
    expect(said(...beside, ...alone).verdict).toBe('fail')
  })
})
