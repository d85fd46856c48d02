import { describe, expect, it } from 'vitest'
import { logSilenceFactors } from '../../../../shared/domain/sequential/silence.ts'
import {
  defaultParameters,
  logLimit,
  readComparison,
  startComparison,
} from '../../../../shared/domain/sequential-test.ts'
import { aBucket, aStratum, bareFixed, type Counts, follow } from '../../../support/comparison.ts'
import { exactMean, ofRate } from '../../../support/exact-mean.ts'

const parameters = defaultParameters('errors')

function statesAfter(...buckets: readonly (readonly [counts: Counts, weight: number | null])[]) {
  const states = follow(
    buckets.map(([counts, weight]) => aBucket(counts, weight)),
    parameters,
    bareFixed(),
  )
  return states.map((state) => readComparison(parameters, state))
}

const healthy = [[100, 900, 0, 0], 10] as const

describe('a canary without traffic', () => {
  it('is proven by some 55 requests at a weight of 10 %', () => {
    const provenBy = (requests: number) => {
      const [state] = follow([aBucket([0, requests, 0, 0], 10)], parameters, bareFixed())
      return (state?.logSilence ?? 0) >= logLimit(parameters)
    }
    expect(provenBy(50)).toBe(false)
    expect(provenBy(56)).toBe(true)
  })

  it('is no data, until its traffic is back', () => {
    const silent = [[0, 1000, 0, 0], 10] as const
    const found = statesAfter(healthy, silent, silent, healthy)
    expect(found.map(({ verdict }) => verdict)).toEqual(['pass', 'no-data', 'no-data', 'pass'])
    expect(found.map(({ dataState }) => dataState)).toEqual(['ok', 'no-canary-traffic', 'no-canary-traffic', 'ok'])
  })

  it('is still without it at a quarter of its share, and has too little at half', () => {
    const [, quarter] = statesAfter(healthy, [[250, 9750, 0, 0], 10])
    expect(quarter).toMatchObject({ verdict: 'no-data', dataState: 'no-canary-traffic' })
    const [, half] = statesAfter(healthy, [[500, 9500, 0, 0], 10])
    expect(half).toMatchObject({ verdict: 'pass', dataState: 'low-canary-traffic' })
    const [, whole] = statesAfter(healthy, [[1000, 9000, 0, 0], 10])
    expect(whole).toMatchObject({ verdict: 'pass', dataState: 'ok' })
  })

  it.each([1, 10, 60, null])('is told within minutes after an hour, in a plan of %s', (plannedBuckets) => {
    const hour = Array.from({ length: 60 }, () => aBucket([100, 900, 0, 0], 10))
    const silent = [aBucket([0, 1000, 0, 0], 10), aBucket([0, 1000, 0, 0], 10)]
    for (const restarts of [parameters.restarts, { release: 1, later: 0 }]) {
      const own = { ...parameters, restarts }
      const state = follow([...hour, ...silent], own, bareFixed({ plannedBuckets })).at(-1) ?? startComparison(own)
      expect(readComparison(own, state)).toMatchObject({ verdict: 'no-data', dataState: 'no-canary-traffic' })
    }
  })

  it('stays without it where nobody has any', () => {
    const found = statesAfter(healthy, [[0, 1000, 0, 0], 10], [[0, 0, 0, 0], 10])
    expect(found.at(-1)).toMatchObject({ verdict: 'no-data', dataState: 'no-canary-traffic' })
  })

  it('is not proven by a night in which nobody has any', () => {
    const night = Array.from({ length: 30 }, () => [[0, 0, 0, 0], 10] as const)
    expect(statesAfter(healthy, ...night).at(-1)).toMatchObject({ verdict: 'pass', dataState: 'ok' })
  })

  it('is no data until its first request', () => {
    expect(statesAfter([[0, 3, 0, 0], 10])[0]).toMatchObject({ verdict: 'no-data', dataState: 'no-canary-traffic' })
    expect(statesAfter([[0, 3, 0, 0], null])[0]).toMatchObject({ verdict: 'no-data' })
    expect(readComparison(parameters, startComparison(parameters)).verdict).toBe('no-data')
  })

  it('that had failed has failed', () => {
    const bad = [[100, 900, 20, 0], 10] as const
    expect(statesAfter(bad, bad, [[0, 9000, 0, 0], 10]).at(-1)).toMatchObject({
      verdict: 'fail',
      dataState: 'no-canary-traffic',
    })
  })

  it.each([null, 0, 100])('is nothing that a weight of %s tells', (weight) => {
    expect(logSilenceFactors(aBucket([1, 99, 0, 0], weight))).toEqual([0, 0, 0])
    expect(statesAfter(healthy, [[0, 10_000, 0, 0], weight]).at(-1)).toMatchObject({ verdict: 'pass' })
  })

  it('has a mean of at most 1 while the share is at least the configured one', () => {
    // Each request goes to the canary or not: here a "bad" request of one side is one on the canary.
    for (const weight of [0.1, 5, 10, 50, 90])
      for (const share of [weight / 100, Math.min(1, weight / 80)])
        for (const part of [0, 1, 2]) {
          const logFactor = ({ canary: { requests, bad } }: ReturnType<typeof aStratum>) =>
            logSilenceFactors(aBucket([bad, requests - bad, 0, 0], weight))[part] ?? 0
          expect(exactMean({ stable: [], canary: ofRate(25, share) }, logFactor)).toBeLessThanOrEqual(1 + 1e-12)
        }
  })

  it('is told over all routes together', () => {
    const [both, one] = [aStratum([3, 40, 0, 0]), aStratum([1, 60, 0, 0])]
    expect(logSilenceFactors({ strata: [both, one], weight: 10 })).toEqual(
      logSilenceFactors(aBucket([4, 100, 0, 0], 10)),
    )
  })
})
