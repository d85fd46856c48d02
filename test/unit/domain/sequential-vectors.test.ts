import { describe, expect, it } from 'vitest'
import { logAboveLimit, logRateFactor } from '../../../shared/domain/sequential/absolute-limit.ts'
import { rateSequence, ratioSequence } from '../../../shared/domain/sequential/confidence.ts'
import { logExactFactor } from '../../../shared/domain/sequential/exact-conditional.ts'
import { logBeta, logGamma, logMean } from '../../../shared/domain/sequential/log-math.ts'
import { logRateRatioFactor } from '../../../shared/domain/sequential/rate-ratio.ts'
import { readComparison } from '../../../shared/domain/sequential-test.ts'
import { aBucket, aStratum, bareFixed, bareParameters, type Counts, follow } from '../../support/comparison.ts'

// Vectors computed outside this project: exact rational arithmetic (V1, V8, V10) or two implementations in agreement.
const series = {
  a: [
    [100, 900, 0, 1],
    [100, 900, 1, 0],
    [100, 900, 2, 1],
  ],
  b: [
    [50, 950, 1, 0],
    [50, 950, 1, 0],
    [50, 950, 1, 0],
  ],
  c: Array.from({ length: 5 }, () => [100, 900, 0, 3]),
} as unknown as Record<'a' | 'b' | 'c', Counts[]>

/** Agreement to `digits` significant digits. */
function expectDigits(actual: number, expected: number, digits = 12) {
  expect(Math.abs(actual / expected - 1)).toBeLessThan(10 ** (1 - digits))
}

function evidence(counts: readonly Counts[], restarts: { release: number; later: number }): number[] {
  const parameters = bareParameters({ restarts })
  const states = follow(
    counts.map((one) => aBucket(one)),
    parameters,
    bareFixed({ plannedBuckets: counts.length }),
  )
  return states.map((state) => readComparison(parameters, state).e)
}

describe('published vectors', () => {
  it.each([
    { x: 0, y: 0, share: 0.1, e: 1 },
    { x: 1, y: 0, share: 0.1, e: 5 },
    { x: 3, y: 2, share: 0.1, e: 5000 / 243 },
    { x: 5, y: 10, share: 0.05, e: 111.234270403936 },
  ])('V1: a Beta mixture on a fixed split, $x and $y at $share', ({ x, y, share, e }) => {
    expectDigits(Math.exp(logBeta(1 + x, 1 + y) - x * Math.log(share) - y * Math.log(1 - share)), e)
  })

  it.each([
    { name: 'a', e: [0.611937153463, 1.8902771721, 16.9307348228] },
    { name: 'b', e: [6.60146975789, 72.933529601, 1001.99730502] },
    { name: 'c', e: [0.388815946574, 0.257134035224, 0.18771675075, 0.143673622929, 0.113115506405] },
  ] as const)('V2: the grid without restarts, series $name', ({ name, e }) => {
    const found = evidence(series[name], { release: 1, later: 0 })
    e.forEach((expected, index) => {
      expectDigits(found[index] ?? Number.NaN, expected)
    })
  })

  it.each([
    { name: 'a', e: [0.68954972277, 2.06147829956, 18.8992580928] },
    { name: 'b', e: [5.48117580631, 59.1069706566, 809.551343952] },
    { name: 'c', e: [0.511052757259, 0.375148025508, 0.28247089969, 0.206622234971, 0.139359422898] },
  ] as const)('V3: the grid with restarts, series $name', ({ name, e }) => {
    const found = evidence(series[name], { release: 0.8, later: 0.2 })
    e.forEach((expected, index) => {
      expectDigits(found[index] ?? Number.NaN, expected)
    })
  })

  it.each([
    { requests: 100, bad: 0, e: 0.094640985982058 },
    { requests: 100, bad: 3, e: 1.34323040232513 },
    { requests: 100, bad: 6, e: 119.254543230012 },
  ])('V4: one side against a limit, $bad of $requests', ({ e, ...counts }) => {
    expectDigits(Math.exp(logMean(logAboveLimit(counts, 0.01))), e, 14)
    const parameters = bareParameters()
    const [state] = follow([aBucket([counts.requests, 0, counts.bad, 0], 100)], parameters, bareFixed({ p0: 0.01 }))
    expectDigits(state ? readComparison(parameters, state).e : Number.NaN, e, 13)
  })

  it.each([
    { requests: 300, bad: 0, pMax: 0.01, e: 11.6401703990523 },
    { requests: 460, bad: 0, pMax: 0.01, e: 47.8505648630606 },
    { requests: 600, bad: 0, pMax: 0.005, e: 11.5562814089356 },
    { requests: 1000, bad: 1, pMax: 0.005, e: 6.61581602282408 },
  ])('V5: promote early, the absolute part, $bad of $requests at $pMax', ({ pMax, e, ...counts }) => {
    const factors = [0.02, 0.2, 0.5].map((part) => logRateFactor(counts, pMax * part, pMax))
    expectDigits(Math.exp(logMean(factors)), e, 14)
  })

  it.each([
    { onCanary: 10, onStable: 90, bad: 5, mean: 0.816936784523004 },
    { onCanary: 100, onStable: 900, bad: 20, mean: 0.683431491661692 },
    { onCanary: 50, onStable: 50, bad: 40, mean: 0.000914222582368133 },
    { onCanary: 5, onStable: 5, bad: 9, mean: 0.0119425889333692 },
  ])('V8: the mean factor of ratio 10 under "no worse", $bad bad', ({ onCanary, onStable, bad, mean }) => {
    const logChoose = (n: number, k: number) => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
    let sum = 0
    for (let k = Math.max(0, bad - onStable); k <= Math.min(bad, onCanary); k++) {
      const h = logChoose(onCanary, k) + logChoose(onStable, bad - k) - logChoose(onCanary + onStable, bad)
      sum += Math.exp(h + logRateRatioFactor(aStratum([onCanary, onStable, k, bad - k]), 10, 1))
    }
    expectDigits(sum, mean, 12)
  })

  it.each([
    { counts: [10, 90, 2, 3], odds: 2, factor: 2.50218728416927 },
    { counts: [100, 900, 10, 45], odds: 2, factor: 6.03520189147553 },
    { counts: [50, 50, 30, 20], odds: 1.5, factor: 4.52340929630679 },
    { counts: [5, 5, 5, 4], odds: 3, factor: 1.5 },
    { counts: [100, 900, 0, 0], odds: 5, factor: 1 },
  ] as const)('V10: the exact conditional factor of odds $odds', ({ counts, odds, factor }) => {
    expectDigits(Math.exp(logExactFactor(aStratum(counts), odds, 1)), factor, 13)
  })

  it.each([
    { requests: 100, bad: 0, alpha: 0.05, low: 0, high: 0.0570285976388 },
    { requests: 1000, bad: 0, alpha: 0.05, low: 0, high: 0.00699750252143 },
    { requests: 1000, bad: 1, alpha: 0.05, low: 4.46397404871e-7, high: 0.00997474726475 },
    { requests: 1000, bad: 10, alpha: 0.05, low: 0.0024064682836, high: 0.0261644303765 },
    { requests: 10_000, bad: 10, alpha: 0.01, low: 0.000169646289371, high: 0.00306047226069 },
  ])('V11: a confidence sequence of a rate, $bad of $requests', ({ alpha, low, high, ...counts }) => {
    const found = rateSequence(counts, 1, alpha)
    if (low === 0) expect(found.low).toBe(0)
    else expectDigits(found.low ?? Number.NaN, low)
    expectDigits(found.high ?? Number.NaN, high)
  })

  it.each([
    { counts: [[100, 900, 1, 9]], alpha: 0.05, mle: 1, low: 0.005280285652, high: 10.18858118 },
    { counts: [[1000, 9000, 20, 60]], alpha: 0.05, mle: 3, low: 1.161781362, high: 6.813786891 },
    {
      counts: [
        [500, 9500, 2, 8],
        [1000, 9000, 6, 7],
      ],
      alpha: 0.01,
      mle: 6.5,
      low: 1.019100637,
      high: 31.64034288,
    },
  ] as { counts: Counts[]; alpha: number; mle: number; low: number; high: number }[])(
    'V12: a confidence sequence of the rate ratio around $mle',
    ({ counts, alpha, mle, low, high }) => {
      const state = follow(counts.map((one) => aBucket(one))).at(-1)
      const found = ratioSequence(state?.shares ?? {}, 1, alpha)
      expect(found.estimate?.toPrecision(2)).toBe(mle.toPrecision(2))
      expectDigits(found.low ?? Number.NaN, low, 10)
      expectDigits(found.high ?? Number.NaN, high, 10)
    },
  )

  it('the zero-error rule: canary errors, with none on stable, until 100 : 1', () => {
    const needed = [1, 5, 10, 25, 50].map((weight) => {
      const parameters = bareParameters({ restarts: { release: 0.8, later: 0.2 } })
      const one = aBucket([weight, 100 - weight, 1, 0])
      return 1 + (follow(Array(20).fill(one), parameters, bareFixed()).at(-1)?.failedAt ?? Number.NaN)
    })
    expect(needed).toEqual([2, 3, 3, 5, 9])
  })
})

describe('outside implementations', () => {
  const logDirichlet = (alphas: readonly number[]) =>
    alphas.reduce((sum, alpha) => sum + logGamma(alpha), 0) - logGamma(alphas.reduce((sum, alpha) => sum + alpha, 0))
  const logE = (priors: readonly number[], theta: readonly number[], counts: readonly number[]) =>
    logDirichlet(priors.map((prior, index) => prior + (counts[index] ?? 0))) -
    logDirichlet(priors) -
    counts.reduce((sum, count, index) => sum + count * Math.log(theta[index] ?? 0), 0)

  it('agrees with savvi on its example of a multinomial test', () => {
    expectDigits(Math.exp(-logE([80, 20], [0.8, 0.2], [148, 62])), 0.0455796317592)
  })

  it('agrees with ssrm on its test of a sample ratio', () => {
    expectDigits(logE([1, 1, 1], [0.4, 0.4, 0.2], [60, 63, 32]), -4.18381398236767)
  })
})
