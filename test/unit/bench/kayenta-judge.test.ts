import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findRoot } from '../../../bench/gates/peers/kayenta/brent.ts'
import { classify } from '../../../bench/gates/peers/kayenta/classify.ts'
import { effectSize } from '../../../bench/gates/peers/kayenta/effect-size.ts'
import { estimateShift } from '../../../bench/gates/peers/kayenta/mann-whitney.ts'
import { classifyByMean } from '../../../bench/gates/peers/kayenta/mean-inequality.ts'
import { defaultMetric, type MetricConfig, noEffectSize } from '../../../bench/gates/peers/kayenta/metric.ts'
import { normalQuantile } from '../../../bench/gates/peers/kayenta/normal.ts'
import { iqrDetector, kSigmaDetector } from '../../../bench/gates/peers/kayenta/outliers.ts'
import { rank } from '../../../bench/gates/peers/kayenta/ranks.ts'
import { createKayentaLike } from '../../../bench/gates/peers/kayenta/rule.ts'
import { classifyScore, type GroupedMetric, score } from '../../../bench/gates/peers/kayenta/score.ts'

const samples = (...values: readonly number[]) => Float64Array.from(values).sort()
const ramp = (from: number, count: number, step = 1) => Array.from({ length: count }, (_, index) => from + index * step)

describe('the ranks', () => {
  it('give ties their average', () => {
    // 2 and 2 share ranks 2 and 3, so the experiment has 2.5 + 4.
    expect(rank(samples(2, 5), samples(1, 2), 0)).toEqual({ rankSum: 6.5, tied: 6 })
  })

  it('are those of the shifted experiment', () => {
    expect(rank(samples(12, 15), samples(1, 2), 10)).toEqual({ rankSum: 6.5, tied: 6 })
  })

  it('add up to those of both samples', () => {
    const values = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(values, values, (one, other) => {
        const all = one.length + other.length
        const sum =
          rank(samples(...one), samples(...other), 0).rankSum + rank(samples(...other), samples(...one), 0).rankSum
        expect(sum).toBe((all * (all + 1)) / 2)
      }),
    )
  })
})

describe('the root', () => {
  const bracketOf = (of: (at: number) => number, low: number, high: number) => ({
    low,
    high,
    atLow: of(low),
    atHigh: of(high),
  })

  it.each([
    { name: 'of a line', of: (at: number) => 3 - at, low: 0, high: 10, root: 3 },
    { name: 'of a cubic', of: (at: number) => 2 - at ** 3, low: -4, high: 5, root: 2 ** (1 / 3) },
    { name: 'of an exponential', of: (at: number) => Math.exp(-at) - 0.01, low: 0, high: 50, root: Math.log(100) },
    { name: 'of a jump', of: (at: number) => (at < 1.7 ? 1 : -2), low: 0, high: 9, root: 1.7 },
  ])('$name is found within the tolerance', ({ of, low, high, root }) => {
    expect(Math.abs(findRoot(of, bracketOf(of, low, high), 1e-4) - root)).toBeLessThanOrEqual(1e-4)
  })
})

it.each([
  { probability: 0.5, quantile: 0 },
  { probability: 0.975, quantile: 1.959963984540054 },
  { probability: 0.99, quantile: 2.3263478740408408 },
  { probability: 0.0001, quantile: -3.719016485455709 },
])('the normal quantile of $probability is $quantile', ({ probability, quantile }) => {
  expect(normalQuantile(probability)).toBeCloseTo(quantile, 11)
})

describe('the shift', () => {
  it('is the median of all differences, between the ends of its interval', () => {
    const experiment = samples(3.1, 4.7, 5.2, 6.9, 8.4, 9.3, 11.6)
    const control = samples(1.2, 2.3, 3.7, 4.1, 5.8, 6.2)
    const differences = [...experiment]
      .flatMap((value) => [...control].map((other) => value - other))
      .sort((a, b) => a - b)
    const { estimate, low, high } = estimateShift(experiment, control, 0.95)
    expect(estimate).toBeGreaterThanOrEqual((differences[20] ?? 0) - 1e-4)
    expect(estimate).toBeLessThanOrEqual((differences[21] ?? 0) + 1e-4)
    expect(low).toBeLessThan(estimate)
    expect(high).toBeGreaterThan(estimate)
  })

  it('has an interval as wide as the data where there are too few of them', () => {
    expect(estimateShift(samples(7, 9), samples(1, 2), 0.98)).toMatchObject({ low: 5, high: 8 })
  })

  it('moves with the experiment', () => {
    const value = fc.integer({ min: -50, max: 50 }).map((whole) => whole / 8)
    const values = fc.uniqueArray(value, { minLength: 6, maxLength: 20 })
    fc.assert(
      fc.property(values, values, fc.integer({ min: -64, max: 64 }), (one, other, by) => {
        const before = estimateShift(samples(...one), samples(...other), 0.98)
        const after = estimateShift(samples(...one.map((at) => at + by)), samples(...other), 0.98)
        // Differences are eighths: a root lies within the tolerance of one of them, or anywhere between two where W is 0.
        expect(Math.abs(after.low - before.low - by)).toBeLessThanOrEqual(2e-4)
        expect(Math.abs(after.high - before.high - by)).toBeLessThanOrEqual(2e-4)
      }),
    )
  })
})

describe('the effect size', () => {
  it.each([
    { measure: 'meanRatio', experiment: [2, 4], control: [1, 3], effect: 1.5 },
    { measure: 'meanRatio', experiment: [0, 0], control: [1, 3], effect: Number.NaN },
    { measure: 'meanRatio', experiment: [2, 4], control: [0, 0], effect: Number.NaN },
    { measure: 'cles', experiment: [5, 6], control: [1, 2, 3], effect: 1 },
    { measure: 'cles', experiment: [1, 3], control: [2, 2], effect: 0.5 },
    { measure: 'cles', experiment: [0, 1], control: [2, 3], effect: 0 },
  ] as const)('$measure of $experiment against $control is $effect', ({ measure, experiment, control, effect }) => {
    expect(effectSize(measure, samples(...experiment), samples(...control))).toBe(effect)
  })
})

describe('outliers', () => {
  it('lie outside the fences', () => {
    expect(iqrDetector(1.5)([10, 11, 12, 13, 14, 40])).toEqual([false, false, false, false, false, true])
  })

  it('lie outside the outer percentiles too, with less sensitivity', () => {
    // The 99th percentile of these, 40 less one twentieth of the last gap, lies far above the upper fence.
    expect(iqrDetector(1.5, true)([10, 11, 12, 13, 14, 40])).toEqual([false, false, false, false, false, true])
    expect(iqrDetector(1.5, true)([10, 11, 12, 13, 40, 40])).toEqual([false, false, false, false, false, false])
  })

  it('lie beyond so many deviations', () => {
    expect(kSigmaDetector(2)([4, 5, 4, 5, 4, 5, 4, 5, 30])).toEqual([...Array(8).fill(false), true])
  })
})

describe('one metric', () => {
  const healthy = ramp(10, 12)
  const worse = ramp(40, 12)
  const judge = (experiment: readonly number[], control: readonly number[], config: Partial<MetricConfig> = {}) =>
    classify(experiment, control, { ...defaultMetric, ...config })

  it.each([
    { name: 'is High above the control', experiment: worse, control: healthy, expected: 'High' },
    { name: 'is Low below it', experiment: healthy, control: worse, expected: 'Low' },
    {
      name: 'passes where the samples are equal',
      experiment: healthy,
      control: healthy.toReversed(),
      expected: 'Pass',
    },
    { name: 'passes where all values are one', experiment: [3, 3, 3], control: [3, 3], expected: 'Pass' },
    { name: 'is High on two values each, all of them worse', experiment: [90, 95], control: [1, 2], expected: 'High' },
    { name: 'parts two constants by noise', experiment: Array(8).fill(6), control: Array(8).fill(2), expected: 'High' },
  ])('$name', ({ experiment, control, expected }) => {
    expect(judge(experiment, control).classification).toBe(expected)
  })

  it.each([
    { direction: 'decrease', experiment: worse, control: healthy },
    { direction: 'increase', experiment: healthy, control: worse },
  ] as const)('passes on the side that cannot fail: $direction', ({ direction, experiment, control }) => {
    expect(judge(experiment, control, { direction }).classification).toBe('Pass')
  })

  it('fails only with the least effect, critically only with the critical one', () => {
    const limits = (allowedIncrease: number, criticalIncrease: number) => ({
      critical: true,
      effectSize: { ...noEffectSize('meanRatio'), allowedIncrease, criticalIncrease },
    })
    const ratio = effectSize('meanRatio', samples(...worse), samples(...healthy))
    expect(judge(worse, healthy, limits(ratio, ratio))).toEqual({ classification: 'High', critical: true })
    expect(judge(worse, healthy, limits(ratio, ratio + 0.01))).toEqual({ classification: 'High', critical: false })
    expect(judge(worse, healthy, limits(ratio + 0.01, 1))).toEqual({ classification: 'Pass', critical: false })
  })

  it('fails whatever the effect where a mean is 0', () => {
    const effect = { ...noEffectSize('meanRatio'), allowedIncrease: 50 }
    expect(judge(worse, Array(12).fill(0), { effectSize: effect }).classification).toBe('High')
  })

  it.each([
    { name: 'is Nodata', config: {}, expected: { classification: 'Nodata', critical: false } },
    { name: 'stays critical', config: { critical: true }, expected: { classification: 'Nodata', critical: true } },
    {
      name: 'fails if it must have data',
      config: { mustHaveData: true },
      expected: { classification: 'NodataFailMetric', critical: false },
    },
    {
      name: 'passes with replaced NaN',
      config: { nanStrategy: 'replace' },
      expected: { classification: 'Pass', critical: false },
    },
  ] as const)('without data $name', ({ config, expected }) => {
    expect(judge([], healthy, config)).toEqual(expected)
  })

  it('drops NaN, or counts it as 0', () => {
    const gaps = worse.map((value, index) => (index % 3 === 0 ? value : Number.NaN))
    expect(judge(Array(12).fill(Number.NaN), healthy).classification).toBe('Nodata')
    expect(judge(Array(12).fill(Number.NaN), healthy, { nanStrategy: 'replace' }).classification).toBe('Low')
    expect(judge(gaps, healthy).classification).toBe('High')
  })

  it('leaves outliers out where it is told to', () => {
    const spiked = [
      ...Array(120)
        .fill(0)
        .map((_, index) => 10 + (index % 5)),
      1000,
    ]
    const steady = spiked.slice(0, -1)
    const ratioOf = (strategy: 'keep' | 'remove') =>
      judge(spiked, steady, { outliers: { strategy, factor: 3 }, tolerance: 0 }).classification
    // Without the spike both sides are the same values.
    expect(ratioOf('remove')).toBe('Pass')
  })
})

it.each([
  { experiment: [6, 8], control: [4, 6], expected: 'High' },
  { experiment: [4, 6], control: [6, 8], expected: 'Low' },
  { experiment: [5, 6], control: [5, 5], expected: 'Pass' },
  { experiment: [], control: [5], expected: 'Nodata' },
] as const)('the means of $experiment against $control: $expected', ({ experiment, control, expected }) => {
  expect(classifyByMean(experiment, control, 0.25)).toBe(expected)
})

describe('the score', () => {
  const metric = (classification: GroupedMetric['classification'], group = 'errors', critical = false) => ({
    classification,
    group,
    critical,
  })

  it.each([
    {
      name: 'counts what passes',
      metrics: [metric('Pass'), metric('Pass'), metric('High')],
      weights: {},
      expected: 66.67,
    },
    {
      name: 'is 0 for a critical failure',
      metrics: [metric('Pass'), metric('Low', 'errors', true)],
      weights: {},
      expected: 0,
    },
    { name: 'is 0 where half has no data', metrics: [metric('Pass'), metric('Nodata')], weights: {}, expected: 0 },
    {
      name: 'counts missing data that must be there',
      metrics: [metric('Pass'), metric('NodataFailMetric')],
      weights: {},
      expected: 50,
    },
    {
      name: 'shares the rest among groups without a weight',
      metrics: [metric('Pass', 'a'), metric('High', 'b'), metric('Pass', 'c')],
      weights: { a: 40 },
      expected: 70,
    },
    {
      name: 'takes a group without data for good',
      metrics: [metric('High', 'a'), metric('Pass', 'a'), metric('Nodata', 'b')],
      weights: { a: 80, b: 20 },
      expected: 60,
    },
    {
      name: 'leaves muted metrics out',
      metrics: [metric('Pass'), { ...metric('High', 'errors', true), muted: true }],
      weights: {},
      expected: 100,
    },
  ])('$name', ({ metrics, weights, expected }) => {
    expect(score(metrics, weights)).toBe(expected)
  })

  it.each([
    { value: 75, expected: 'Pass' },
    { value: 74.99, expected: 'Marginal' },
    { value: 49.99, expected: 'Fail' },
  ])('of $value is $expected with limits of 75 and 50', ({ value, expected }) => {
    expect(classifyScore(value, { pass: 75, marginal: 50 })).toBe(expected)
  })
})

describe('the analysis', () => {
  const minute = (canaryBad: number, cohortBad: number, stableBad: number) => ({
    canary: { requests: 100, bad: canaryBad },
    cohort: { requests: 100, bad: cohortBad },
    stable: { requests: 900, bad: stableBad },
  })
  const minutes = (count: number, of: (index: number) => ReturnType<typeof minute>) => ramp(0, count).map(of)

  it('rolls back at its first judgement where every minute is worse', () => {
    expect(createKayentaLike({ control: 'cohort' })(minutes(20, (index) => minute(20 + index, index % 3, 3)))).toBe(5)
  })

  it('has nothing to say before it', () => {
    expect(createKayentaLike({ control: 'cohort' })(minutes(4, (index) => minute(20 + index, index % 3, 3)))).toBeNull()
  })

  it('compares with the control that it was given', () => {
    const incidentInOldVersion = minutes(20, (index) => minute(20 + index, 20 + (index % 7), index % 3))
    expect(createKayentaLike({ control: 'stable' })(incidentInOldVersion)).toBe(5)
    expect(createKayentaLike({ control: 'cohort' })(incidentInOldVersion)).not.toBe(5)
  })

  it('looks back no further than told', () => {
    const late = minutes(70, (index) => (index < 20 ? minute(1, 1, 9) : minute(30 + index, index % 3, 9)))
    const rule = (lookbackMinutes: number) => createKayentaLike({ control: 'cohort', lookbackMinutes })(late)
    expect(rule(5)).toBe(25)
    expect(rule(30)).toBeGreaterThan(25)
  })

  it('leaves out minutes without canary requests', () => {
    const gaps = minutes(10, (index) => ({ ...minute(0, 1, 9), canary: { requests: 0, bad: index } }))
    // No data for a critical metric: score 0.
    expect(createKayentaLike({ control: 'cohort' })(gaps)).toBe(5)
  })
})
