import type { Backtest, BacktestOptions } from './backtest.ts'

/** What a backtest found, with what it was made with. */
export interface BacktestReport extends Backtest {
  readonly service: string
  readonly options: BacktestOptions
}

/** For scripts: instants instead of milliseconds. */
export function toJson({ service, options, rolledBack, ...found }: BacktestReport) {
  const { parameters, weight, windowMinutes, fromMs, toMs, splits, seed } = options
  return {
    service,
    gate: parameters,
    weight,
    windowMinutes,
    fromAt: toInstant(fromMs),
    toAt: toInstant(toMs),
    splits,
    seed,
    ...found,
    rolledBack: {
      ...rolledBack,
      alpha: parameters.alpha,
      windows: rolledBack.windows.map(({ startMs, endMs, failedAtMs, ...window }) => ({
        startAt: toInstant(startMs),
        endAt: toInstant(endMs),
        failedAt: toInstant(failedAtMs),
        ...window,
      })),
    },
  }
}

/** So many windows are listed for people. */
const mostListed = 10

export function showBacktest(report: BacktestReport): string {
  const { service, options, minutes, windows, trials, rolledBack, noData, dispersion } = report
  const { parameters, weight, windowMinutes, splits } = options
  if (trials === 0) return `no-data: "${service}" had no traffic in the ${windows.skipped} windows looked at\n`
  const rate = rolledBack.rate ?? 0
  return [
    `${rate <= parameters.alpha ? 'within' : 'ABOVE'} its bound: ${percent(rate)} of healthy releases rolled back, at most ${percent(parameters.alpha)} promised`,
    '',
    `  ${windows.judged} windows of ${windowMinutes} min, ${toInstant(options.fromMs)} to ${toInstant(options.toMs)}, each divided ${splits} times`,
    `  pretend canary at ${weight} %; ${parameters.measure} in bursts, dispersion ${Number((dispersion ?? 1).toPrecision(3))}`,
    `  ${rolledBack.trials} of ${trials} trials rolled back${noData > 0 ? `, ${noData} ended without data` : ''}`,
    ...missingWords(minutes, windows),
    ...rolledBack.windows.slice(0, mostListed).map(showWindow(splits)),
    ...(rolledBack.windows.length > mostListed ? [`    … and ${rolledBack.windows.length - mostListed} more`] : []),
    '',
    '  had the canary been worse:',
    ...report.regressions.map(
      ({ times, trials: tried, caught, medianBuckets }) =>
        `    ${String(times).padStart(3)} ×  caught in ${percent(caught / Math.max(1, tried))} of the trials, ${medianWords(medianBuckets)}`,
    ),
    '',
  ].join('\n')
}

function missingWords(minutes: Backtest['minutes'], windows: Backtest['windows']): string[] {
  if (minutes.missing === 0) return []
  const skipped = windows.skipped === 0 ? '' : `, ${windows.skipped} windows had no other`
  return [`  ${minutes.missing} of ${minutes.found + minutes.missing} minutes have no data and were left out${skipped}`]
}

const showWindow = (splits: number) => (window: Backtest['rolledBack']['windows'][number]) =>
  `    ${toInstant(window.startMs)}, ${window.trials} of ${splits}, first at ${toInstant(window.failedAtMs)}: ${window.reason}`

function medianWords(buckets: number | null): string {
  return buckets === null ? 'half of them not within the window' : `half of them within ${buckets} min`
}

function percent(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(3))} %`
}

function toInstant(ms: number): string {
  return new Date(ms).toISOString()
}
