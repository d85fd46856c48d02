import type { Datapoint, GetMetricStatisticsInput, GetMetricStatisticsOutput } from '@aws-sdk/client-cloudwatch'
import type { Distribution } from './distribution.ts'
import { invalidCombination, invalidValue, missingParameter } from './faults.ts'
import { checkedRange } from './get-metric-data.ts'
import { fromMetric } from './metric-identity.ts'
import { checkedPeriod, checkedStatistic, coveredPeriods, readDistributions } from './metric-stat.ts'
import type { MetricStore } from './metric-store.ts'
import { evaluateStatistic, parseStatistic } from './statistic.ts'

/** More data points than that are refused, as AWS does. */
const maxDatapoints = 1440

/**
 * Answers GetMetricStatistics. The points come in no particular order, as the API reference warns; here newest first, so
 * that a caller who relies on ascending order notices.
 *
 * @throws {AwsError} InvalidParameterCombination for both kinds of statistics or more than 1,440 points.
 */
export function getMetricStatistics(
  input: GetMetricStatisticsInput,
  at: { readonly store: MetricStore; readonly now: number },
): GetMetricStatisticsOutput {
  const metric = fromMetric(input, 'GetMetricStatistics')
  const range = checkedRange(input.StartTime, input.EndTime)
  if (input.Period === undefined) throw missingParameter('Period')
  const periodSeconds = checkedPeriod(input.Period, 'Period')
  const { simple, extended } = checkedStatistics(input)
  const covered = coveredPeriods(range, periodSeconds)
  const points = (covered.toAt - covered.fromAt) / (periodSeconds * 1000)
  if (points > maxDatapoints)
    throw invalidCombination(
      `You have requested up to ${points} datapoints, which exceeds the limit of ${maxDatapoints}. ` +
        'You may reduce the datapoints requested by increasing Period, or decreasing the time range.',
    )
  const units = input.Unit ? [input.Unit] : at.store.units(metric)
  const datapoints = units.flatMap((unit) => {
    const query = { metric, statistic: { kind: 'simple', of: 'Sum' }, periodSeconds } as const
    const byPeriod = readDistributions({ ...query, unit: unit as Datapoint['Unit'] }, range, at)
    return [...byPeriod].map(([start, found]) => toDatapoint(start, unit, found, simple, extended))
  })
  return { Label: metric.metricName, Datapoints: datapoints.reverse() }
}

function checkedStatistics(input: GetMetricStatisticsInput) {
  const simple: readonly string[] = input.Statistics ?? []
  const extended = input.ExtendedStatistics ?? []
  if (simple.length === 0 && extended.length === 0) throw missingParameter('Statistics or ExtendedStatistics')
  if (simple.length > 0 && extended.length > 0)
    throw invalidCombination('The parameters Statistics and ExtendedStatistics are mutually exclusive.')
  for (const name of simple)
    if (parseStatistic(name)?.kind !== 'simple') throw invalidValue(`The value ${name} for Statistics is not valid.`)
  for (const name of extended)
    if (checkedStatistic(name, 'ExtendedStatistics').kind === 'simple')
      throw invalidValue(`The value ${name} for ExtendedStatistics belongs into Statistics.`)
  return { simple, extended }
}

function toDatapoint(
  start: number,
  unit: string,
  found: Distribution,
  simple: readonly string[],
  extended: readonly string[],
): Datapoint {
  const values = (names: readonly string[]) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const statistic = parseStatistic(name)
        const value = statistic && evaluateStatistic(statistic, found)
        return value === undefined ? [] : [[name, value]]
      }),
    )
  return {
    Timestamp: new Date(start),
    Unit: unit as Datapoint['Unit'],
    ...values(simple),
    ...(extended.length > 0 && { ExtendedStatistics: values(extended) }),
  }
}
