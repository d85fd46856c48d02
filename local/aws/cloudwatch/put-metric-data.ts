import type { MetricDatum, PutMetricDataInput } from '@aws-sdk/client-cloudwatch'
import type { Observations } from './buckets.ts'
import { invalidCombination, invalidValue, missingParameter, notImplemented } from './faults.ts'
import { fromDimensions } from './metric-identity.ts'
import type { MetricStore } from './metric-store.ts'

const hourMs = 3_600_000
/** Values outside are refused: API reference, MetricDatum.Value. */
const maxMagnitude = 2 ** 360

/**
 * Stores what a caller publishes: all of it, or nothing if one datum is wrong.
 *
 * @param at - The store and the local time.
 * @throws {AwsError} MissingParameter, InvalidParameterValue or InvalidParameterCombination naming the member.
 * @see API reference, PutMetricData
 */
export function putMetricData(
  input: PutMetricDataInput,
  at: { readonly store: MetricStore; readonly now: number },
): Record<string, never> {
  const namespace = checkedNamespace(input.Namespace)
  if (input.EntityMetricData?.length) throw notImplemented('EntityMetricData')
  const data = input.MetricData ?? []
  if (data.length === 0) throw missingParameter('MetricData')
  if (data.length > 1000)
    throw invalidValue(`The collection MetricData must not have a size greater than 1000. It has ${data.length}.`)
  const additions = data.map((datum, index) => toAddition(datum, `MetricData.member.${index + 1}`, namespace, at.now))
  for (const { metric, addition } of additions) at.store.add(metric, addition)
  return {}
}

function checkedNamespace(namespace: string | undefined): string {
  if (!namespace) throw missingParameter('Namespace')
  if (namespace.startsWith('AWS/'))
    throw invalidValue(
      'The value AWS/ for parameter Namespace is invalid: namespaces that begin with AWS/ are reserved.',
    )
  if (namespace.length > 255 || namespace.startsWith(':') || !/^[\x20-\x7e]+$/.test(namespace))
    throw invalidValue('The parameter Namespace must have 1 to 255 ASCII characters and not start with a colon.')
  return namespace
}

function toAddition(datum: MetricDatum, path: string, namespace: string, now: number) {
  const metricName = datum.MetricName
  if (!metricName) throw missingParameter(`${path}.MetricName`)
  if (metricName.length > 255) throw invalidValue(`The parameter ${path}.MetricName must have at most 255 characters.`)
  const resolution = datum.StorageResolution ?? 60
  if (resolution !== 1 && resolution !== 60)
    throw invalidValue(`The value ${resolution} for ${path}.StorageResolution must be 1 or 60.`)
  return {
    metric: { namespace, metricName, dimensions: fromDimensions(datum.Dimensions, `${path}.Dimensions`) },
    addition: {
      unit: datum.Unit ?? 'None',
      at: checkedTimestamp(datum.Timestamp, `${path}.Timestamp`, now),
      highResolution: resolution === 1,
      observations: toObservations(datum, path),
    },
  }
}

/** Up to two weeks in the past and two hours ahead of local time; local time if absent. */
function checkedTimestamp(timestamp: Date | undefined, path: string, now: number): number {
  if (timestamp === undefined) return now
  const at = timestamp.getTime()
  if (!(at >= now - 14 * 24 * hourMs && at <= now + 2 * hourMs))
    throw invalidValue(
      `The parameter ${path} must be at most two weeks in the past and two hours in the future of ${new Date(now).toISOString()}.`,
    )
  return at
}

function toObservations(datum: MetricDatum, path: string): Observations {
  const { Value: value, Values: values, Counts: counts, StatisticValues: set } = datum
  const given = [value !== undefined, (values?.length ?? 0) > 0, set !== undefined].filter(Boolean).length
  if (given === 0) throw missingParameter(`${path}.Value, ${path}.Values or ${path}.StatisticValues`)
  if (given > 1)
    throw invalidCombination(`The parameters ${path}.Value, Values and StatisticValues are mutually exclusive.`)
  if (counts && !values?.length) throw invalidCombination(`The parameter ${path}.Counts needs Values.`)
  if (value !== undefined) return { values: [finite(value, `${path}.Value`)], counts: [1] }
  return set ? fromSet(set, `${path}.StatisticValues`) : fromValues(values ?? [], counts, path)
}

function fromValues(values: readonly number[], counts: readonly number[] | undefined, path: string): Observations {
  if (values.length > 150) throw invalidValue(`The collection ${path}.Values must not have a size greater than 150.`)
  if (counts && counts.length !== values.length)
    throw invalidValue(`The parameters ${path}.Values and ${path}.Counts must have the same length.`)
  return {
    values: values.map((one, index) => finite(one, `${path}.Values.member.${index + 1}`)),
    counts: values.map((_, index) => {
      const count = finite(counts?.[index] ?? 1, `${path}.Counts.member.${index + 1}`)
      if (count < 0)
        throw invalidValue(`The value ${count} for ${path}.Counts.member.${index + 1} must not be negative.`)
      return count
    }),
  }
}

function fromSet(set: NonNullable<MetricDatum['StatisticValues']>, path: string): Observations {
  const sampleCount = finite(set.SampleCount, `${path}.SampleCount`)
  const sum = finite(set.Sum, `${path}.Sum`)
  const minimum = finite(set.Minimum, `${path}.Minimum`)
  const maximum = finite(set.Maximum, `${path}.Maximum`)
  if (sampleCount <= 0) throw invalidValue(`The value ${sampleCount} for ${path}.SampleCount must be greater than 0.`)
  if (minimum > maximum) throw invalidValue(`The parameter ${path}.Maximum must not be less than Minimum.`)
  // Percentiles stay available where the set tells the single values: API reference, GetMetricStatistics.
  if (minimum === maximum) return { values: [minimum], counts: [sampleCount] }
  return { set: { sampleCount, sum, minimum, maximum } }
}

function finite(value: number | undefined, path: string): number {
  if (value === undefined) throw missingParameter(path)
  if (!(Math.abs(value) <= maxMagnitude))
    throw invalidValue(
      `The value ${value} for ${path} must be a number from -2^360 to 2^360; NaN and infinity are refused.`,
    )
  return value
}
