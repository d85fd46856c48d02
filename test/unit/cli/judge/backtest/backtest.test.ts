import { describe, expect, it } from 'vitest'
import { type BacktestOptions, type Minute, runBacktest } from '../../../../../cli/judge/backtest/backtest.ts'
import { createRandom, drawBinomial, drawWait } from '../../../../../cli/judge/backtest/random.ts'
import { defaultParameters } from '../../../../../shared/domain/sequential-test.ts'

const minuteMs = 60_000
const startMs = Date.UTC(2026, 0, 1)

/** Traffic of a service whose errors come in bursts of mean `burst`; a minute that `has` not is left out. */
function aHistory(options: { minutes: number; burst?: number; requests?: number; has?: (minute: number) => boolean }) {
  const { minutes, burst = 1, requests = 2000, has = () => true } = options
  const random = createRandom(`history ${burst}`)
  return Array.from({ length: minutes }, (_, minute): Minute => {
    let bad = 0
    for (let left = drawBinomial(random, requests, 0.004 / burst); left > 0; left--) bad += drawWait(random, 1 / burst)
    return { startMs: startMs + minute * minuteMs, routes: [{ requests, bad: Math.min(bad, requests) }] }
  }).filter((_, minute) => has(minute))
}

function anOptions(overrides: Partial<BacktestOptions> = {}): BacktestOptions {
  return {
    parameters: defaultParameters('errors'),
    weight: 10,
    windowMinutes: 60,
    fromMs: startMs + 24 * 60 * minuteMs,
    toMs: startMs + 48 * 60 * minuteMs,
    splits: 8,
    seed: 1,
    ...overrides,
  }
}

describe('a backtest', () => {
  const calm = aHistory({ minutes: 48 * 60 })

  it('rolls back no more healthy releases than promised', () => {
    const found = runBacktest(calm, anOptions())
    expect(found).toMatchObject({
      windows: { judged: 24, skipped: 0 },
      minutes: { found: 1440, missing: 0 },
      trials: 192,
      noData: 0,
    })
    expect(found.rolledBack.rate).toBeLessThanOrEqual(0.01)
    expect(found.dispersion).toBeGreaterThan(0.8)
    expect(found.dispersion).toBeLessThan(1.2)
  })

  it('keeps the promise for bursty errors, and shows what a gate without dispersion would do', () => {
    const bursty = aHistory({ minutes: 48 * 60, burst: 5 })
    const careful = runBacktest(bursty, anOptions())
    const raw = runBacktest(bursty, anOptions({ parameters: { ...defaultParameters('errors'), phi: 1, cap: null } }))
    expect(careful.dispersion).toBeGreaterThan(6)
    expect(careful.rolledBack.rate).toBeLessThanOrEqual(0.01)
    expect(raw.rolledBack.rate).toBeGreaterThan(0.1)
    const [window] = raw.rolledBack.windows
    expect(window?.reason).toMatch(/^canary errors \d+ of /)
    expect(window?.failedAtMs).toBeGreaterThan(window?.startMs ?? 0)
    expect(window?.failedAtMs).toBeLessThanOrEqual(window?.endMs ?? 0)
    expect(raw.rolledBack.windows.reduce((sum, one) => sum + one.trials, 0)).toBe(raw.rolledBack.trials)
  })

  it('catches worse regressions sooner', () => {
    const { regressions } = runBacktest(calm, anOptions())
    expect(regressions.map(({ times, trials }) => [times, trials])).toEqual([
      [2, 48],
      [5, 48],
      [10, 48],
    ])
    const [twice, five, ten] = regressions.map(({ medianBuckets }) => medianBuckets ?? Number.POSITIVE_INFINITY)
    expect(ten).toBeLessThan(five ?? 0)
    expect(five).toBeLessThan(twice ?? 0)
    expect(regressions[2]).toMatchObject({ caught: 48 })
  })

  it('has no median where half of the trials end without a rollback', () => {
    const { regressions } = runBacktest(calm, anOptions({ windowMinutes: 3 }))
    expect(regressions[0]).toMatchObject({ times: 2, medianBuckets: null })
  })

  it('gives the same for a seed, and something else for another', () => {
    const options = anOptions({ parameters: { ...defaultParameters('errors'), alpha: 0.5 } })
    const first = runBacktest(calm, options)
    expect(runBacktest(calm, options)).toEqual(first)
    expect(runBacktest(calm, { ...options, seed: 2 })).not.toEqual(first)
  })

  it('leaves minutes without data out, and windows that have no other', () => {
    const gaps = aHistory({
      minutes: 48 * 60,
      has: (minute) => minute % 10 !== 0 && !(minute >= 1500 && minute < 1560),
    })
    expect(runBacktest(gaps, anOptions())).toMatchObject({
      windows: { judged: 23, skipped: 1 },
      minutes: { found: 23 * 54, missing: 1440 - 23 * 54 },
      trials: 23 * 8,
    })
  })

  it('judges nothing where there was no traffic', () => {
    expect(runBacktest([], anOptions())).toMatchObject({
      windows: { judged: 0, skipped: 24 },
      trials: 0,
      dispersion: null,
      rolledBack: { trials: 0, rate: null, windows: [] },
    })
  })

  it('counts trials that ended without data', () => {
    const silent = calm.map(({ startMs: at }) => ({ startMs: at, routes: [{ requests: 0, bad: 0 }] }))
    expect(runBacktest(silent, anOptions())).toMatchObject({ noData: 192, rolledBack: { trials: 0, rate: 0 } })
  })
})
