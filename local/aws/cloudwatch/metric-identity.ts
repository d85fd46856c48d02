import type { Dimension, Metric } from '@aws-sdk/client-cloudwatch'
import { invalidValue, missingParameter } from './faults.ts'

/** What makes a metric: CloudWatch takes every combination of dimensions for a metric of its own. */
export interface MetricIdentity {
  readonly namespace: string
  readonly metricName: string
  readonly dimensions: Readonly<Record<string, string>>
}

/** One string per metric, whatever the order of its dimensions. */
export function metricKey(metric: MetricIdentity): string {
  const dimensions = Object.entries(metric.dimensions).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([metric.namespace, metric.metricName, dimensions])
}

/**
 * Reads a list of dimensions.
 *
 * @param path - Where the list stands in the request, for the message.
 * @throws {AwsError} MissingParameter without a name or value; InvalidParameterValue for more than 30, a repeated name,
 *   an empty or over-long name (255) or value (1024), or a name that starts with a colon.
 */
export function fromDimensions(list: readonly Dimension[] | undefined, path: string): Record<string, string> {
  const dimensions: Record<string, string> = {}
  if (list && list.length > 30) throw invalidValue(`The collection ${path} must not have a size greater than 30.`)
  list?.forEach(({ Name, Value }, index) => {
    const at = `${path}.member.${index + 1}`
    if (Name === undefined) throw missingParameter(`${at}.Name`)
    if (Value === undefined) throw missingParameter(`${at}.Value`)
    if (Name.length < 1 || Name.length > 255 || Name.startsWith(':') || Name.trim() === '')
      throw invalidValue(`The parameter ${at}.Name must have 1 to 255 characters and not start with a colon.`)
    if (Value.length < 1 || Value.length > 1024 || Value.trim() === '')
      throw invalidValue(`The parameter ${at}.Value must have 1 to 1024 characters.`)
    if (Object.hasOwn(dimensions, Name)) throw invalidValue(`The parameter ${path} names ${Name} more than once.`)
    dimensions[Name] = Value
  })
  return dimensions
}

export function toDimensions(dimensions: Readonly<Record<string, string>>): Dimension[] {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }))
}

/** @throws {AwsError} MissingParameter without namespace or name; as {@link fromDimensions}. */
export function fromMetric(metric: Metric | undefined, path: string): MetricIdentity {
  if (!metric?.Namespace) throw missingParameter(`${path}.Namespace`)
  if (!metric.MetricName) throw missingParameter(`${path}.MetricName`)
  return {
    namespace: metric.Namespace,
    metricName: metric.MetricName,
    dimensions: fromDimensions(metric.Dimensions, `${path}.Dimensions`),
  }
}
