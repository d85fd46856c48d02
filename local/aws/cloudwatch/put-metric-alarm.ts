import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch'
import type { MetricAlarmSettings } from './alarm.ts'
import { invalidCombination, invalidValue, missingParameter, notImplemented, validationError } from './faults.ts'
import { fromMetric } from './metric-identity.ts'
import { checkQueries, evaluateQueries } from './metric-query.ts'
import { checkedPeriod, checkedStatistic } from './metric-stat.ts'
import { createMetricStore } from './metric-store.ts'
import { defaultMetricDelay } from './visibility.ts'

const comparisons: readonly string[] = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
]
const missingData: readonly string[] = ['missing', 'notBreaching', 'breaching', 'ignore']
const alarmPeriods: readonly number[] = [10, 20, 30]

/**
 * Checks what PutMetricAlarm is given and returns what the alarm keeps.
 *
 * @throws {AwsError} Naming the parameter; `ValidationError` for what AWS has and the rehearsal cloud does not
 *   (anomaly detection, PromQL, evaluation windows, warm-up).
 * @see API reference, PutMetricAlarm
 */
export function checkMetricAlarm(input: PutMetricAlarmInput): MetricAlarmSettings {
  refuseUnimplemented(input)
  const { AlarmName, Tags, ...settings } = input
  checkAlarmName(AlarmName)
  checkActions(settings)
  const periodSeconds = settings.Metrics?.length ? checkMath(settings) : checkSingleMetric(settings)
  checkEvaluation(settings, periodSeconds)
  return settings
}

/** @throws {AwsError} For a name that is not 1 to 255 characters long. */
export function checkAlarmName(name: string | undefined): string {
  if (!name) throw missingParameter('AlarmName')
  if (name.length > 255) throw invalidValue('The parameter AlarmName must have at most 255 characters.')
  return name
}

/** @throws {AwsError} For more than five actions of one kind. */
export function checkActions(
  settings: Pick<PutMetricAlarmInput, 'OKActions' | 'AlarmActions' | 'InsufficientDataActions'>,
) {
  for (const kind of ['OKActions', 'AlarmActions', 'InsufficientDataActions'] as const)
    if ((settings[kind]?.length ?? 0) > 5)
      throw invalidValue(`The collection ${kind} must not have a size greater than 5.`)
}

function refuseUnimplemented(input: PutMetricAlarmInput): void {
  const members = [
    'ThresholdMetricId',
    'EvaluationCriteria',
    'EvaluationInterval',
    'EvaluationWindow',
    'WarmUpConfiguration',
    'ActionConfiguration',
  ] as const
  for (const member of members) if (input[member] !== undefined) throw notImplemented(`The parameter ${member}`)
}

function checkSingleMetric(settings: MetricAlarmSettings): number {
  fromMetric(settings, 'PutMetricAlarm')
  const { Statistic: simple, ExtendedStatistic: extended } = settings
  if ((simple === undefined) === (extended === undefined))
    throw invalidCombination('Exactly one of the parameters Statistic and ExtendedStatistic is required.')
  if (simple !== undefined && checkedStatistic(simple, 'Statistic').kind !== 'simple')
    throw invalidValue(`The value ${simple} for Statistic is not valid.`)
  if (extended !== undefined && checkedStatistic(extended, 'ExtendedStatistic').kind === 'simple')
    throw invalidValue(`The value ${extended} for ExtendedStatistic belongs into Statistic.`)
  if (settings.Period === undefined) throw missingParameter('Period')
  return checkedPeriod(settings.Period, 'Period', alarmPeriods)
}

function checkMath(settings: MetricAlarmSettings): number {
  const single = ['MetricName', 'Namespace', 'Statistic', 'ExtendedStatistic', 'Period', 'Unit', 'Dimensions'] as const
  for (const member of single)
    if (settings[member] !== undefined && settings[member]?.toString() !== '')
      throw invalidCombination(`The parameters Metrics and ${member} are mutually exclusive.`)
  const queries = checkQueries(settings.Metrics ?? [], 'Metrics')
  if (queries.length > 20) throw validationError(`An alarm takes at most 20 Metrics, not ${queries.length}.`)
  if (queries.filter((query) => query.returnData).length !== 1)
    throw validationError('Exactly one element of the metrics list should return data.')
  const periods = new Set(queries.flatMap((query) => (query.kind === 'metric' ? [query.query.periodSeconds] : [])))
  const [periodSeconds] = periods
  if (periodSeconds === undefined) throw validationError('The Metrics of an alarm must have at least one MetricStat.')
  if (periods.size > 1) throw validationError('All metrics of an alarm must have the same Period.')
  checkedPeriod(periodSeconds, 'Metrics.MetricStat.Period', alarmPeriods)
  // A trial on no data finds unknown ids, cycles, unsupported functions and results that are no time series.
  const store = createMetricStore({ now: () => 0, delay: defaultMetricDelay })
  const [result] = evaluateQueries(
    queries,
    { fromAt: 0, toAt: periodSeconds * 1000 },
    { store, now: periodSeconds * 1000 },
  )
  if (result?.all.length !== 1) throw validationError('The expression of an alarm must yield a single time series.')
  return periodSeconds
}

function checkEvaluation(settings: MetricAlarmSettings, periodSeconds: number): void {
  const { EvaluationPeriods: n, DatapointsToAlarm: m, Threshold, ComparisonOperator } = settings
  if (n === undefined) throw missingParameter('EvaluationPeriods')
  if (!Number.isInteger(n) || n < 1) throw invalidValue(`The value ${n} for EvaluationPeriods must be at least 1.`)
  if (m !== undefined && (!Number.isInteger(m) || m < 1 || m > n))
    throw validationError(`The value ${m} for DatapointsToAlarm must be from 1 to EvaluationPeriods (${n}).`)
  const longest = periodSeconds < 3600 ? 86_400 : 604_800
  if (n * periodSeconds > longest)
    throw validationError(`Metrics cannot be checked across more than ${longest} seconds (EvaluationPeriods * Period).`)
  if (Threshold === undefined) throw missingParameter('Threshold')
  if (!ComparisonOperator) throw missingParameter('ComparisonOperator')
  if (!comparisons.includes(ComparisonOperator))
    throw /Lower|Upper/.test(ComparisonOperator)
      ? notImplemented(`ComparisonOperator ${ComparisonOperator} (anomaly detection)`)
      : invalidValue(`The value ${ComparisonOperator} for ComparisonOperator must be one of ${comparisons.join(', ')}.`)
  if (settings.TreatMissingData !== undefined && !missingData.includes(settings.TreatMissingData))
    throw validationError(
      `The value ${settings.TreatMissingData} for TreatMissingData must be one of ${missingData.join(', ')}.`,
    )
  const lowSamples = settings.EvaluateLowSampleCountPercentile
  if (lowSamples !== undefined && lowSamples !== 'evaluate' && lowSamples !== 'ignore')
    throw validationError(`The value ${lowSamples} for EvaluateLowSampleCountPercentile must be evaluate or ignore.`)
}
