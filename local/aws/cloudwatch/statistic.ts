import { type Distribution, type ObservationSums, sumsOf } from './distribution.ts'

/** A statistic of CloudWatch, ready to be computed. */
export type Statistic =
  | { readonly kind: 'simple'; readonly of: SimpleStatistic }
  | { readonly kind: 'percentile'; readonly percent: number }
  | { readonly kind: 'trimmed'; readonly of: TrimmedStatistic; readonly range: Range }
  | { readonly kind: 'rank'; readonly range: Range }

export type SimpleStatistic = 'SampleCount' | 'Sum' | 'Average' | 'Minimum' | 'Maximum'
type TrimmedStatistic = 'TM' | 'TC' | 'TS' | 'WM'

/** Lower bound exclusive, upper bound inclusive; an open end is minus or plus infinity. */
interface Range {
  readonly unit: 'value' | 'percent'
  readonly above: number
  readonly upTo: number
}

const simpleNames: readonly string[] = ['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum']
const number = '(\\d+(?:\\.\\d{1,10})?)'
const shortForm = new RegExp(`^(p|tm|tc|ts|wm)${number}$`)
const rangeForm = new RegExp(`^(PR|TM|TC|TS|WM)\\((?:${number}(%?))?:(?:${number}(%?))?\\)$`)

/**
 * Reads a statistic as GetMetricData takes it: `Sum`, `p99.9`, `tm90`, `TM(2%:98%)`, `TC(0.5:)`, `PR(:300)`, `IQM`.
 *
 * @returns Undefined if `text` is no statistic.
 * @see Amazon CloudWatch User Guide, CloudWatch statistics definitions
 */
export function parseStatistic(text: string): Statistic | undefined {
  if (simpleNames.includes(text)) return { kind: 'simple', of: text as SimpleStatistic }
  if (text === 'IQM') return { kind: 'trimmed', of: 'TM', range: { unit: 'percent', above: 25, upTo: 75 } }
  const short = shortForm.exec(text)
  if (short) return parseShortForm(short[1] ?? '', Number(short[2]))
  const range = rangeForm.exec(text)
  return range ? parseRangeForm(range) : undefined
}

function parseShortForm(prefix: string, percent: number): Statistic | undefined {
  if (percent > 100) return undefined
  if (prefix === 'p') return { kind: 'percentile', percent }
  return {
    kind: 'trimmed',
    of: prefix.toUpperCase() as TrimmedStatistic,
    range: { unit: 'percent', above: 0, upTo: percent },
  }
}

function parseRangeForm([, of, low, lowUnit, high, highUnit]: RegExpExecArray): Statistic | undefined {
  if (low === undefined && high === undefined) return undefined
  const units = [low === undefined ? highUnit : lowUnit, high === undefined ? lowUnit : highUnit]
  if (units[0] !== units[1]) return undefined
  const unit = units[0] === '%' ? 'percent' : 'value'
  const above = low === undefined ? Number.NEGATIVE_INFINITY : Number(low)
  const upTo = high === undefined ? Number.POSITIVE_INFINITY : Number(high)
  if (above >= upTo) return undefined
  if (of === 'PR') return unit === 'value' ? { kind: 'rank', range: { unit, above, upTo } } : undefined
  if (unit === 'value') return { kind: 'trimmed', of: of as TrimmedStatistic, range: { unit, above, upTo } }
  const percents = { unit, above: Math.max(0, above), upTo: Math.min(100, upTo) } as const
  return high !== undefined && upTo > 100 ? undefined : { kind: 'trimmed', of: of as TrimmedStatistic, range: percents }
}

/**
 * Computes one data point.
 *
 * Ranks are nearest ranks: `p90` is the smallest value with at least 90 % of the observations at or below it, and a
 * trimmed statistic keeps whole observations. Statistics that look at single observations are not available where some
 * are known by their sums only, nor where a value is negative (API reference, GetMetricStatistics).
 *
 * @returns Undefined if there is no data point: nothing observed, nothing in range, or not available.
 */
export function evaluateStatistic(statistic: Statistic, distribution: Distribution): number | undefined {
  const sums = sumsOf(distribution)
  if (!sums) return undefined
  if (statistic.kind === 'simple') return simpleStatistic(statistic.of, sums)
  if (distribution.set || sums.minimum < 0) return undefined
  switch (statistic.kind) {
    case 'percentile':
      return valueAtRank(distribution, Math.max(1, rankOf(statistic.percent, sums.sampleCount)))
    case 'rank':
      return (100 * countOf(within(distribution, statistic.range, sums.sampleCount))) / sums.sampleCount
    case 'trimmed':
      return trimmedStatistic(statistic, distribution, sums.sampleCount)
  }
}

function simpleStatistic(of: SimpleStatistic, sums: ObservationSums): number {
  switch (of) {
    case 'SampleCount':
      return sums.sampleCount
    case 'Sum':
      return sums.sum
    case 'Average':
      return sums.sum / sums.sampleCount
    case 'Minimum':
      return sums.minimum
    case 'Maximum':
      return sums.maximum
  }
}

function trimmedStatistic(
  { of, range }: { of: TrimmedStatistic; range: Range },
  distribution: Distribution,
  sampleCount: number,
): number | undefined {
  const kept = within(distribution, range, sampleCount)
  const count = countOf(kept)
  switch (of) {
    case 'TC':
      return count
    case 'TS':
      return sumOf(kept)
    case 'TM':
      return count > 0 ? sumOf(kept) / count : undefined
    case 'WM':
      return winsorizedMean(kept, range, distribution, sampleCount)
  }
}

/** The mean after every observation outside the range has been moved to its edge. */
function winsorizedMean(kept: Distribution, range: Range, all: Distribution, sampleCount: number): number | undefined {
  const lowest = kept.entries[0]?.[0]
  const highest = kept.entries.at(-1)?.[0]
  if (lowest === undefined || highest === undefined) return undefined
  const floor = range.unit === 'value' && range.above > 0 ? range.above : lowest
  const ceiling = range.unit === 'value' && Number.isFinite(range.upTo) ? range.upTo : highest
  return all.entries.reduce((sum, [v, n]) => sum + Math.min(ceiling, Math.max(floor, v)) * n, 0) / sampleCount
}

function within(distribution: Distribution, range: Range, sampleCount: number): Distribution {
  if (range.unit === 'value')
    return { entries: distribution.entries.filter(([value]) => value > range.above && value <= range.upTo) }
  const first = lowRankOf(range.above, sampleCount)
  const last = rankOf(range.upTo, sampleCount)
  let seen = 0
  const entries: (readonly [number, number])[] = []
  for (const [value, count] of distribution.entries) {
    const kept = Math.min(last, seen + count) - Math.max(first, seen)
    seen += count
    if (kept > 0) entries.push([value, kept])
  }
  return { entries }
}

// 0.1 * 30 is 3.0000000000000004 in floating point: without rounding the rank would jump to 4.
const share = (percent: number, count: number) => Number(((percent * count) / 100).toFixed(9))
const rankOf = (percent: number, count: number) => Math.ceil(share(percent, count))
const lowRankOf = (percent: number, count: number) => Math.floor(share(percent, count))

function valueAtRank(distribution: Distribution, rank: number): number | undefined {
  let seen = 0
  for (const [value, count] of distribution.entries) {
    seen += count
    if (seen >= rank) return value
  }
  return distribution.entries.at(-1)?.[0]
}

const countOf = ({ entries }: Distribution) => entries.reduce((sum, [, count]) => sum + count, 0)
const sumOf = ({ entries }: Distribution) => entries.reduce((sum, [value, count]) => sum + value * count, 0)
