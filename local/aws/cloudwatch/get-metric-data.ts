import type { GetMetricDataInput, GetMetricDataOutput, MetricDataResult } from '@aws-sdk/client-cloudwatch'
import { invalidToken, invalidValue, missingParameter, validationError } from './faults.ts'
import { checkQueries, evaluateQueries } from './metric-query.ts'
import type { TimeRange } from './metric-stat.ts'
import type { MetricStore } from './metric-store.ts'
import { fromToken, toToken } from './page.ts'

const maxDatapoints = 100_800

/**
 * Answers GetMetricData.
 *
 * A page holds `MaxDatapoints` points over all results. A result that is cut, or not reached yet, is `PartialData`; with
 * an expression in the request there is no token for the rest (API reference, MetricDataResult.StatusCode).
 *
 * @throws {AwsError} See {@link checkQueries}; ValidationError for a range that is empty or more than 500 queries.
 */
export function getMetricData(
  input: GetMetricDataInput,
  at: { readonly store: MetricStore; readonly now: number },
): GetMetricDataOutput {
  const range = checkedRange(input.StartTime, input.EndTime)
  const queries = input.MetricDataQueries ?? []
  if (queries.length === 0) throw missingParameter('MetricDataQueries')
  if (queries.length > 500) throw validationError(`A call takes at most 500 MetricDataQueries, not ${queries.length}.`)
  const limit = input.MaxDatapoints ?? maxDatapoints
  if (limit < 1 || limit > maxDatapoints)
    throw invalidValue(`The value ${limit} for MaxDatapoints must be from 1 to ${maxDatapoints}.`)
  const newestFirst = checkedScanBy(input.ScanBy) === 'TimestampDescending'
  const results = evaluateQueries(checkQueries(queries, 'MetricDataQueries'), range, at)
  if (results.length === 0) throw validationError('At least one of the queries must have ReturnData true.')
  const asked = JSON.stringify([queries, range, limit, newestFirst])
  const skip = input.NextToken === undefined ? 0 : fromToken(input.NextToken, isPosition(asked)).skip

  let position = 0
  const answered = results.flatMap(({ id, all }) =>
    all.map((one): MetricDataResult => {
      const points = newestFirst ? [...one.points].reverse() : [...one.points]
      const from = Math.max(0, skip - position)
      const to = Math.max(0, skip + limit - position)
      position += points.length
      const page = points.slice(from, to)
      return {
        Id: id,
        Label: one.label,
        Timestamps: page.map(([time]) => new Date(time)),
        Values: page.map(([, value]) => value),
        StatusCode: points.length > to ? 'PartialData' : 'Complete',
      }
    }),
  )
  const isCut = position > skip + limit
  const isMath = results.some(({ isExpression }) => isExpression)
  return {
    MetricDataResults: answered,
    Messages: [],
    ...(isCut && !isMath && { NextToken: toToken({ skip: skip + limit, asked: digestOf(asked) }) }),
  }
}

/** @throws {AwsError} MissingParameter, or ValidationError if the start is not before the end. */
export function checkedRange(start: Date | undefined, end: Date | undefined): TimeRange {
  if (!start) throw missingParameter('StartTime')
  if (!end) throw missingParameter('EndTime')
  const range = { fromAt: start.getTime(), toAt: end.getTime() }
  if (Number.isNaN(range.fromAt)) throw invalidValue('The parameter StartTime is not a time.')
  if (Number.isNaN(range.toAt)) throw invalidValue('The parameter EndTime is not a time.')
  if (range.fromAt >= range.toAt)
    throw validationError('The parameter StartTime must be less than the parameter EndTime.')
  return range
}

/** @throws {AwsError} InvalidParameterValue for an unknown order. */
export function checkedScanBy(scanBy: string | undefined): 'TimestampAscending' | 'TimestampDescending' {
  const order = scanBy ?? 'TimestampDescending'
  if (order === 'TimestampAscending' || order === 'TimestampDescending') return order
  throw invalidValue(`The value ${order} for ScanBy must be TimestampAscending or TimestampDescending.`)
}

const isPosition =
  (asked: string) =>
  (state: unknown): state is { skip: number } => {
    const { skip, asked: digest } = Object(state) as { skip?: unknown; asked?: unknown }
    // A token of another request would silently skip points of this one.
    if (digest !== digestOf(asked)) throw invalidToken()
    return typeof skip === 'number' && Number.isInteger(skip) && skip >= 0
  }

function digestOf(text: string): number {
  let hash = 0
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return hash
}
