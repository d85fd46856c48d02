import type { ListMetricsInput, ListMetricsOutput } from '@aws-sdk/client-cloudwatch'
import { invalidValue, missingParameter } from './faults.ts'
import { type MetricIdentity, toDimensions } from './metric-identity.ts'
import type { MetricStore } from './metric-store.ts'
import { pageOf } from './page.ts'

/**
 * Answers ListMetrics: 500 a page, metrics with data in the last two weeks.
 *
 * @throws {AwsError} InvalidParameterValue for another RecentlyActive than PT3H or more than 10 dimension filters.
 */
export function listMetrics(
  input: ListMetricsInput,
  at: { readonly store: MetricStore; readonly now: number },
): ListMetricsOutput {
  if (input.RecentlyActive !== undefined && input.RecentlyActive !== 'PT3H')
    throw invalidValue(`The value ${input.RecentlyActive} for RecentlyActive must be PT3H.`)
  if (input.Dimensions && input.Dimensions.length > 10)
    throw invalidValue('The collection Dimensions must not have a size greater than 10.')
  for (const { Name } of input.Dimensions ?? []) if (!Name) throw missingParameter('Dimensions.Name')
  const activeSince = input.RecentlyActive ? at.now - 3 * 3_600_000 : 0
  const found = at.store.list().filter((metric) => metric.lastDataAt >= activeSince && matches(metric, input))
  const { items, nextToken } = pageOf(found, { token: input.NextToken, size: 500, maxSize: 500 })
  return {
    Metrics: items.map(({ namespace, metricName, dimensions }) => ({
      Namespace: namespace,
      MetricName: metricName,
      Dimensions: toDimensions(dimensions),
    })),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  }
}

/** A filter without value asks for the dimension only; dimensions that are not named do not matter. */
function matches(metric: MetricIdentity, input: ListMetricsInput): boolean {
  if (input.Namespace !== undefined && input.Namespace !== metric.namespace) return false
  if (input.MetricName !== undefined && input.MetricName !== metric.metricName) return false
  return (input.Dimensions ?? []).every(({ Name, Value }) => {
    const value = metric.dimensions[Name ?? '']
    return value !== undefined && (Value === undefined || Value === value)
  })
}
