import type { MetricAlarmSettings } from './alarm.ts'
import { type AlarmPoint, describeVerdict, type Judgement } from './alarm-reason.ts'
import { evaluationRange, judgeWindow, type MissingData } from './alarm-window.ts'
import { type Distribution, sumsOf } from './distribution.ts'
import { fromMetric } from './metric-identity.ts'
import { checkQueries, evaluateQueries } from './metric-query.ts'
import { checkedStatistic, readDistributions, type TimeRange } from './metric-stat.ts'
import type { MetricStore } from './metric-store.ts'
import { evaluateStatistic, parseStatistic } from './statistic.ts'

/** Seconds of one data point of the alarm. */
export function alarmPeriod(settings: MetricAlarmSettings): number {
  return settings.Period ?? settings.Metrics?.find((query) => query.MetricStat)?.MetricStat?.Period ?? 60
}

/**
 * Judges a metric alarm by what is visible now. Its newest period is the last whole one (periods of a minute or more
 * slide by whole minutes), whether or not its data has arrived.
 *
 * @returns Undefined if the alarm keeps its state.
 * @throws {AwsError} If its expression cannot be evaluated.
 */
export function judgeAlarm(
  settings: MetricAlarmSettings,
  at: { readonly store: MetricStore; readonly now: number },
): Judgement | undefined {
  const periodMs = alarmPeriod(settings) * 1000
  const evaluationPeriods = settings.EvaluationPeriods ?? 1
  const datapointsToAlarm = settings.DatapointsToAlarm ?? evaluationPeriods
  const slotCount = evaluationRange(evaluationPeriods)
  const toAt = at.now - (at.now % Math.min(periodMs, 60_000))
  const range = { fromAt: toAt - slotCount * periodMs, toAt }
  const points = settings.Metrics?.length ? mathPoints(settings, range, at) : metricPoints(settings, range, at)
  const slots = Array.from({ length: slotCount }, (_, index) => points.get(range.fromAt + index * periodMs))
  const breaches = comparison(settings)
  const {
    outcome,
    used: indexes,
    filled,
  } = judgeWindow(
    slots.map((point) => point && breaches(point.value)),
    { evaluationPeriods, datapointsToAlarm, missingData: missingDataOf(settings) },
  )
  const used = indexes.flatMap((index) => slots[index] ?? [])
  if (outcome === 'retain' || hasTooFewSamples(settings, used)) return undefined
  return describeVerdict({ settings, value: outcome, filled, used, breaches, datapointsToAlarm, now: at.now, range })
}

/** AWS/DynamoDB alarms always ignore missing data: API reference, PutMetricAlarm, TreatMissingData. */
function missingDataOf(settings: MetricAlarmSettings): MissingData {
  if (settings.Namespace === 'AWS/DynamoDB') return 'ignore'
  const treatment = settings.TreatMissingData
  return treatment === 'notBreaching' || treatment === 'breaching' || treatment === 'ignore' ? treatment : 'missing'
}

type Points = ReadonlyMap<number, AlarmPoint>

function metricPoints(
  settings: MetricAlarmSettings,
  range: TimeRange,
  at: { store: MetricStore; now: number },
): Points {
  const statistic = checkedStatistic(settings.Statistic ?? settings.ExtendedStatistic ?? '', 'Statistic')
  const metric = fromMetric(settings, 'Alarm')
  const query = { metric, statistic, periodSeconds: alarmPeriod(settings), unit: settings.Unit }
  const toPoint = ([start, found]: readonly [number, Distribution]): (readonly [number, AlarmPoint])[] => {
    const value = evaluateStatistic(statistic, found)
    return value === undefined ? [] : [[start, { at: start, value, sampleCount: sumsOf(found)?.sampleCount ?? 0 }]]
  }
  return new Map([...readDistributions(query, range, at)].flatMap(toPoint))
}

function mathPoints(settings: MetricAlarmSettings, range: TimeRange, at: { store: MetricStore; now: number }): Points {
  const [result] = evaluateQueries(checkQueries(settings.Metrics ?? [], 'Metrics'), range, at)
  return new Map([...(result?.all[0]?.points ?? [])].map(([start, value]) => [start, { at: start, value }]))
}

function comparison({ ComparisonOperator, Threshold = 0 }: MetricAlarmSettings): (value: number) => boolean {
  switch (ComparisonOperator) {
    case 'GreaterThanOrEqualToThreshold':
      return (value) => value >= Threshold
    case 'LessThanThreshold':
      return (value) => value < Threshold
    case 'LessThanOrEqualToThreshold':
      return (value) => value <= Threshold
    default:
      // The checks let one other operator in: GreaterThanThreshold.
      return (value) => value > Threshold
  }
}

/**
 * Whether a percentile stands on too few observations and the alarm is told to ignore it then: fewer than 10/(1-p), or
 * 10/p below the median. p99 needs 1,000.
 */
function hasTooFewSamples(settings: MetricAlarmSettings, used: readonly AlarmPoint[]): boolean {
  const statistic = parseStatistic(settings.ExtendedStatistic ?? '')
  if (settings.EvaluateLowSampleCountPercentile !== 'ignore' || statistic?.kind !== 'percentile') return false
  const fraction = statistic.percent / 100
  const tail = fraction >= 0.5 ? 1 - fraction : fraction
  // 10 / (1 - 0.99) is 999.9999999999991 in floating point.
  const needed = tail === 0 ? 0 : Math.round(10 / tail)
  return used.reduce((sum, point) => sum + (point.sampleCount ?? 0), 0) < needed
}
