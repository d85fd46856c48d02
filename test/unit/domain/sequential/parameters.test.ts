import { describe, expect, it } from 'vitest'
import { rateSequence } from '../../../../shared/domain/sequential/confidence.ts'
import {
  type BaselineHistory,
  type ComparisonParameters,
  completeParameters,
  defaultParameters,
  fixComparison,
} from '../../../../shared/domain/sequential-test.ts'

const calm: BaselineHistory = { bad: Array.from({ length: 1440 }, () => 1), requests: 1_440_000 }
/** Every other minute four at once: a dispersion of 4. */
const bursty: BaselineHistory = { bad: Array.from({ length: 1440 }, (_, minute) => (minute % 2) * 4), requests: null }

function fix(
  history: BaselineHistory | null,
  overrides: Partial<ComparisonParameters> = {},
  bucketSeconds = 60,
): ReturnType<typeof fixComparison> {
  const parameters = { ...defaultParameters('errors'), ...overrides }
  return fixComparison(parameters, { bucketSeconds, plannedBuckets: 60, history })
}

describe('the parameters by default', () => {
  it('look for rate ratios among errors', () => {
    expect(defaultParameters('errors')).toEqual({
      measure: 'errors',
      alpha: 0.01,
      beta: 0.05,
      grid: [1.5, 2, 3, 5, 10, 30, 100],
      tolerance: 1,
      restarts: { release: 0.8, later: 0.2 },
      phi: 'history',
      minErrors: 3,
      materiality: 0.0005,
      rho: 2,
      pMax: 0.005,
    })
  })

  it('complete what is given, without the ratios that are tolerated', () => {
    expect(completeParameters({})).toEqual(defaultParameters('errors'))
    expect(completeParameters({ measure: 'slow', tolerance: 1.5, alpha: 0.001 })).toEqual({
      ...defaultParameters('slow'),
      tolerance: 1.5,
      alpha: 0.001,
      grid: [2, 3, 5],
    })
    expect(completeParameters({ tolerance: 4, grid: [5] }).grid).toEqual([5])
  })

  it('look for smaller odds ratios among slow requests', () => {
    expect(defaultParameters('slow')).toEqual({
      ...defaultParameters('errors'),
      measure: 'slow',
      grid: [1.25, 1.5, 2, 3, 5],
    })
  })
})

describe('what is fixed before the first bucket', () => {
  it.each([
    { history: bursty, bucketSeconds: 60, cap: 64 },
    { history: null, bucketSeconds: 60, cap: 16 },
    { history: bursty, bucketSeconds: 10, cap: 8 },
    { history: null, bucketSeconds: 10, cap: 4 },
    { history: { bad: [0, 0, 0], requests: 1000 }, bucketSeconds: 60, cap: 16 },
    { history: { bad: calm.bad.slice(0, 60), requests: null }, bucketSeconds: 60, cap: 64 },
    { history: { bad: calm.bad.slice(0, 59), requests: null }, bucketSeconds: 60, cap: 16 },
  ])('is a cap of $cap in $bucketSeconds s', ({ history, bucketSeconds, cap }) => {
    expect(fix(history, {}, bucketSeconds).cap).toBe(cap)
  })

  it('is the cap that was chosen, or none', () => {
    expect(fix(calm, { cap: 7 }).cap).toBe(7)
    expect(fix(calm, { cap: null }).cap).toBeNull()
  })

  it('is the dispersion of the history, with a tenth on top, or the one chosen', () => {
    expect(fix(bursty).phi).toBeCloseTo(4.4, 12)
    expect(fix(calm).phi).toBe(1)
    expect(fix(null).phi).toBe(1)
    expect(fix(bursty, { phi: 2 }).phi).toBe(2)
  })

  it('is the limit without a baseline: the error budget, or what the service is at most used to', () => {
    expect(fix(null).p0).toBe(0.005)
    expect(fix(calm).p0).toBe(0.005)
    const usual = fix({ bad: [10, 10, 10], requests: 1000 }).p0
    expect(usual).toBe(rateSequence({ requests: 1000, bad: 30 }, 1, 0.01).high)
    expect(usual).toBeGreaterThan(0.03)
    expect(fix(calm, { pMax: 0.2 }).p0).toBe(0.2)
    expect(fix(calm, { p0: 0.001 }).p0).toBe(0.001)
  })

  it('is a wider limit for a burstier service', () => {
    const history = { bad: Array.from({ length: 60 }, (_, minute) => (minute % 2) * 20), requests: 10_000 }
    expect(fix(history).p0).toBeGreaterThan(fix(history, { phi: 1 }).p0)
  })

  it('takes a source that counts more errors than requests for one of errors only', () => {
    expect(fix({ bad: [20, 20], requests: 10 }).p0).toBeCloseTo(1, 6)
  })

  it.each([
    { name: 'without history', history: null, overrides: {}, known: false },
    { name: 'without a count of the requests', history: bursty, overrides: {}, known: false },
    { name: 'before the first request', history: { bad: [], requests: 0 }, overrides: {}, known: false },
    { name: 'with history', history: calm, overrides: {}, known: true },
    { name: 'with a limit that was chosen', history: null, overrides: { p0: 0.01 }, known: true },
  ])('says whether the normal rate is known: $name', ({ history, overrides, known }) => {
    expect(fix(history, overrides).knowsNormalRate).toBe(known)
  })

  it('carries over the length of a bucket and of the plan', () => {
    expect(fix(null, {}, 10)).toMatchObject({ bucketSeconds: 10, plannedBuckets: 60 })
  })
})
