import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch'
import { UpstreamError } from '../../domain/errors.ts'
import { callingAws } from '../aws-error.ts'
import { withDeadline } from '../deadline.ts'
import type { TimeRange } from './time-range.ts'

/** @see CloudWatch API reference, GetMetricData: queries a call */
export const queriesPerCall = 500

/**
 * Runs queries against one Region: all of them, all pages.
 *
 * @returns Pages of all queries; of one Id in the order of time.
 * @throws {TransientError} Or {@link UpstreamError}, which it also is when an answer is not `Complete`.
 */
export type ReadMetricData = (
  region: string,
  queries: readonly MetricDataQuery[],
  range: TimeRange,
) => Promise<readonly MetricDataResult[]>

/**
 * @param clientFor - The client of a Region.
 * @param deadlineMs - Real milliseconds for each page, retries included.
 */
export function createMetricDataReader(
  clientFor: (region: string) => CloudWatchClient,
  deadlineMs: number,
): ReadMetricData {
  const readPages = createMetricPagesReader(clientFor, deadlineMs)
  return async (region, queries, range) => {
    const results = await readPages(region, queries, range)
    requireComplete(results, queries)
    return results
  }
}

/** The same, with answers that are not `Complete` among the results: {@link requireComplete} refuses them. */
export function createMetricPagesReader(
  clientFor: (region: string) => CloudWatchClient,
  deadlineMs: number,
): ReadMetricData {
  async function readPages(region: string, queries: readonly MetricDataQuery[], { startMs, endMs }: TimeRange) {
    const input = {
      MetricDataQueries: [...queries],
      StartTime: new Date(startMs),
      // Exclusive: the window that starts here is not part of the range.
      EndTime: new Date(endMs),
      ScanBy: 'TimestampAscending' as const,
    }
    const pages: MetricDataResult[] = []
    let nextToken: string | undefined
    do {
      const command = new GetMetricDataCommand(nextToken ? { ...input, NextToken: nextToken } : input)
      const answer = await callingAws({ tried: 'cloudwatch:GetMetricData', on: region }, () =>
        withDeadline(deadlineMs, (abortSignal) => clientFor(region).send(command, { abortSignal })),
      )
      pages.push(...(answer.MetricDataResults ?? []))
      nextToken = answer.NextToken
    } while (nextToken)
    return pages
  }

  return async (region, queries, range) => {
    const results: MetricDataResult[] = []
    for (let from = 0; from < queries.length; from += queriesPerCall) {
      results.push(...(await readPages(region, queries.slice(from, from + queriesPerCall), range)))
    }
    return results
  }
}

/**
 * Only `Complete` is evidence. A page that is followed by another may say `PartialData`: the last one of an Id counts.
 *
 * @throws {UpstreamError} If what was asked for is not all there.
 * @see CloudWatch API reference, MetricDataResult.StatusCode
 */
export function requireComplete(pages: readonly MetricDataResult[], queries: readonly MetricDataQuery[]) {
  for (const { Id, ReturnData } of queries) {
    if (ReturnData === false) continue
    const last = pages.filter((page) => page.Id === Id).at(-1)
    if (last?.StatusCode === 'Complete') continue
    const said = last?.Messages?.map(({ Value }) => Value).join('; ')
    throw new UpstreamError(
      `cloudwatch:GetMetricData answered ${last?.StatusCode ?? 'nothing'} for ${Id}${said ? `: ${said}` : ''}`,
    )
  }
}
