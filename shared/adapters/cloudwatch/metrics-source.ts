import { type CloudWatchClient, GetMetricDataCommand, type MetricDataResult } from '@aws-sdk/client-cloudwatch'
import { parseElbArn } from '../../domain/elb-arn.ts'
import { UpstreamError } from '../../domain/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import { type MetricsQuery, type MetricsSource, metricsCompleteAfterSeconds } from '../../ports/metrics-source.ts'
import { callingAws } from '../aws-error.ts'
import { withDeadline } from '../deadline.ts'
import { completeRange, toMetricQueries, toWindows } from './metric-query.ts'

/** @see CloudWatch API reference, GetMetricData: queries a call */
const queriesPerCall = 500

/**
 * Reads a side's measurements from CloudWatch, in the Region of each target group.
 *
 * @param clientFor - The client of a Region.
 * @param deadlineMs - Real milliseconds for each page, retries included. Default 10,000.
 */
export function createCloudWatchMetricsSource(
  clientFor: (region: string) => CloudWatchClient,
  clock: Pick<Clock, 'now'>,
  deadlineMs = 10_000,
): MetricsSource {
  return {
    async read(query) {
      const source = `CloudWatch AWS/ApplicationELB of ${query.groups.map((group) => group.targetGroupArn).join(', ')}`
      try {
        const range = completeRange(query, clock.now(), metricsCompleteAfterSeconds * 1000)
        if (range === null) return { status: 'complete', windows: [], source }
        const results: MetricDataResult[] = []
        for (const [region, groups] of byRegion(query.groups))
          results.push(...(await readRegion(clientFor(region), region, query, groups, range, deadlineMs)))
        return { status: 'complete', windows: toWindows(range, query.metric, results), source }
      } catch (error) {
        return { status: 'error', reason: error instanceof Error ? error.message : String(error), source }
      }
    },
  }
}

function byRegion(groups: MetricsQuery['groups']): ReadonlyMap<string, MetricsQuery['groups']> {
  const regions = new Map<string, MetricsQuery['groups']>()
  for (const group of groups) {
    const { region } = parseElbArn(group.loadBalancerArn)
    regions.set(region, [...(regions.get(region) ?? []), group])
  }
  return regions
}

async function readRegion(
  client: CloudWatchClient,
  region: string,
  query: MetricsQuery,
  groups: MetricsQuery['groups'],
  range: { readonly startMs: number; readonly endMs: number },
  deadlineMs: number,
): Promise<readonly MetricDataResult[]> {
  const queries = toMetricQueries(query.metric, groups)
  const results: MetricDataResult[] = []
  for (let from = 0; from < queries.length; from += queriesPerCall) {
    const input = {
      MetricDataQueries: queries.slice(from, from + queriesPerCall),
      StartTime: new Date(range.startMs),
      // Exclusive: the window that starts here is not part of the range.
      EndTime: new Date(range.endMs),
      ScanBy: 'TimestampAscending' as const,
    }
    const pages: MetricDataResult[] = []
    let nextToken: string | undefined
    do {
      const command = new GetMetricDataCommand(nextToken ? { ...input, NextToken: nextToken } : input)
      const answer = await callingAws({ tried: 'cloudwatch:GetMetricData', on: region }, () =>
        withDeadline(deadlineMs, (abortSignal) => client.send(command, { abortSignal })),
      )
      pages.push(...(answer.MetricDataResults ?? []))
      nextToken = answer.NextToken
    } while (nextToken)
    refuseIncomplete(pages, input.MetricDataQueries)
    results.push(...pages)
  }
  return results
}

/**
 * Only `Complete` is evidence. A page that is followed by another may say `PartialData`: the last one of an Id counts.
 *
 * @see CloudWatch API reference, MetricDataResult.StatusCode
 */
function refuseIncomplete(
  pages: readonly MetricDataResult[],
  queries: readonly { readonly Id?: string | undefined }[],
) {
  for (const { Id } of queries) {
    const last = pages.filter((page) => page.Id === Id).at(-1)
    if (last?.StatusCode === 'Complete') continue
    const said = last?.Messages?.map(({ Value }) => Value).join('; ')
    throw new UpstreamError(
      `cloudwatch:GetMetricData answered ${last?.StatusCode ?? 'nothing'} for ${Id}${said ? `: ${said}` : ''}`,
    )
  }
}
