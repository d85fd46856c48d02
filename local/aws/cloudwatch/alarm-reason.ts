import type { StateValue } from '@aws-sdk/client-cloudwatch'
import type { MetricAlarmSettings } from './alarm.ts'
import type { TimeRange } from './metric-stat.ts'

/** One data point an alarm looked at. */
export interface AlarmPoint {
  /** Start of its period, in milliseconds since the epoch. */
  readonly at: number
  readonly value: number
  /** Unknown for metric math. */
  readonly sampleCount?: number
}

/** The state an alarm should have, with the words and numbers for it. */
export interface Judgement {
  readonly value: StateValue
  readonly reason: string
  /** JSON text. */
  readonly reasonData: string
}

interface Evidence {
  readonly settings: MetricAlarmSettings
  readonly value: StateValue
  /** Missing points that were filled in. */
  readonly filled: number
  /** The real points that decided, oldest first. */
  readonly used: readonly AlarmPoint[]
  readonly breaches: (value: number) => boolean
  readonly datapointsToAlarm: number
  readonly now: number
  readonly range: TimeRange
}

/** Puts a verdict into the words of AWS's StateReason and StateReasonData. */
export function describeVerdict(evidence: Evidence): Judgement {
  const { value, filled } = evidence
  const reason =
    value === 'INSUFFICIENT_DATA'
      ? `Insufficient Data: ${plural(filled, 'datapoint was', 'datapoints were')} unknown.`
      : filled > 0
        ? filledReason(evidence)
        : thresholdReason(evidence)
  return { value, reason, reasonData: JSON.stringify(reasonData(evidence)) }
}

/** Instants in events, history and reasons: `2026-01-01T00:00:00.000+0000`. */
export function toAlarmTimestamp(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000')
}

function thresholdReason({ settings, value, used, breaches, datapointsToAlarm }: Evidence): string {
  const isAlarm = value === 'ALARM'
  const named = used.filter((point) => breaches(point.value) === isAlarm)
  const needed = isAlarm ? datapointsToAlarm : (settings.EvaluationPeriods ?? 1) - datapointsToAlarm + 1
  const change = isAlarm ? 'OK -> ALARM' : 'ALARM -> OK'
  return (
    `Threshold Crossed: ${named.length} out of the last ${used.length} datapoints ${list(named)} ` +
    `${named.length === 1 ? 'was' : 'were'} ${isAlarm ? '' : 'not '}${comparisonWords(settings)} ` +
    `(minimum ${plural(needed, 'datapoint', 'datapoints')} for ${change} transition).`
  )
}

function filledReason({ settings, filled, used, breaches }: Evidence): string {
  const treatment = settings.TreatMissingData === 'breaching' ? 'Breaching' : 'NonBreaching'
  const periods = plural(filled, 'period', 'periods')
  const isFilled = settings.TreatMissingData === 'breaching' || settings.TreatMissingData === 'notBreaching'
  const missing = isFilled
    ? `${plural(filled, 'missing datapoint was', 'missing datapoints were')} treated as [${treatment}]`
    : `no datapoints were received for ${periods}`
  if (used.length === 0) return `Threshold Crossed: no datapoints were received for ${periods} and ${missing}.`
  const isBreaching = used.every((point) => breaches(point.value))
  const named = isBreaching ? used : used.filter((point) => !breaches(point.value))
  return (
    `Threshold Crossed: ${plural(named.length, 'datapoint', 'datapoints')} ${list(named)} ` +
    `${named.length === 1 ? 'was' : 'were'} ${isBreaching ? '' : 'not '}${comparisonWords(settings)} and ${missing}.`
  )
}

function reasonData({ settings, used, now, range }: Evidence) {
  const statistic = settings.Statistic ?? settings.ExtendedStatistic
  return {
    version: '1.0',
    queryDate: toAlarmTimestamp(now),
    startDate: toAlarmTimestamp(used[0]?.at ?? range.fromAt),
    ...(settings.Unit && { unit: settings.Unit }),
    ...(statistic && { statistic }),
    ...(settings.Period && { period: settings.Period }),
    recentDatapoints: used.map((point) => point.value),
    threshold: settings.Threshold,
    evaluatedDatapoints: used.toReversed().map(({ at, sampleCount, value }) => ({
      timestamp: toAlarmTimestamp(at),
      ...(sampleCount !== undefined && { sampleCount }),
      value,
    })),
  }
}

/** Newest first, as AWS lists them: `[2.0 (18/11/19 07:02:00)]`. */
function list(points: readonly AlarmPoint[]): string {
  return `[${points
    .toReversed()
    .map(({ at, value }) => `${decimal(value)} (${shortDate(at)})`)
    .join(', ')}]`
}

function comparisonWords({ ComparisonOperator, Threshold = 0 }: MetricAlarmSettings): string {
  const words = (ComparisonOperator ?? '')
    .replace(/Threshold$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
  return `${words} the threshold (${decimal(Threshold)})`
}

const decimal = (value: number) => (Number.isInteger(value) ? value.toFixed(1) : String(value))

function shortDate(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T')
  const [year = '', month, day] = date.split('-')
  return `${day}/${month}/${year.slice(2)} ${time.slice(0, 8)}`
}

const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`
