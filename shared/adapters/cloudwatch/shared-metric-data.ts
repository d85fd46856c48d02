import type { MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch'
import { UpstreamError } from '../../domain/errors.ts'
import { codeOf } from '../aws-error.ts'
import { askHalving, type GatherTimes, gatherBy } from '../gather.ts'
import { queriesPerCall, type ReadMetricData, requireComplete } from './metric-data.ts'
import type { TimeRange } from './time-range.ts'

/** What one caller asks of one Region. All its queries have the same period. */
interface Wish {
  readonly region: string
  readonly periodMs: number
  readonly queries: readonly AskedQuery[]
  readonly range: TimeRange
}

interface AskedQuery {
  readonly query: MetricDataQuery
  /** Equal for queries that have the same answer. */
  readonly key: string
}

/**
 * Ranges up to here go together, and those above. A comparison reads stable's day before: beside it, everybody else's five
 * minutes would be a day as well.
 */
const shortMs = 3 * 3_600_000

/**
 * Points that a call may ask for, by its range and whatever there is: an account has 180,000 a second where a call begins
 * within the last three hours, else 90,000, and whatever asks for more than a second has might never have its turn. A page
 * takes 100,800. One caller's own queries stay together all the same.
 *
 * @see CloudWatch user guide, service quotas, GetMetricData
 */
const pointsPerCall = 90_000

/** CloudWatch refuses a call whole, and names the query at fault in words only. */
const refusals = new Set([
  'ValidationError',
  'Validation',
  'InvalidParameterValue',
  'InvalidParameterCombination',
  'MissingRequiredParameter',
  'MissingParameter',
])

/**
 * Puts the queries of concurrent callers into as few calls as they fit in, 500 each, and gives each caller its own back.
 * What several ask for is asked once, over the range that covers them all, and cut to each one's own.
 *
 * Only queries of one Region and one period go together: a call has one range, and CloudWatch rounds its start by the
 * period. Metric math stays in a call of its own: its ids are the user's, named in a text that is not ours to rewrite, and
 * an answer with an expression has no second page.
 *
 * @param readPages - Answers that are not complete are refused here, for their own caller only.
 * @see CloudWatch API reference, GetMetricData
 */
export function createSharedMetricDataReader(readPages: ReadMetricData, options: GatherTimes = {}): ReadMetricData {
  const load = gatherBy<Wish, readonly MetricDataResult[]>(
    ({ region, periodMs, range }) => `${region} ${periodMs} ${isShort(range)}`,
    (_name, wishes) => askHalving(wishes, (some) => readTogether(readPages, some), isOfOne),
    { ...options, fits: (batch, next) => fitInOneCall([...batch, next]) },
  )
  return async (region, queries, range) => {
    const periodMs = periodOf(queries)
    if (periodMs === null || queries.length > queriesPerCall) {
      const pages = await readPages(region, queries, range)
      requireComplete(pages, queries)
      return pages
    }
    return load({ region, periodMs, queries: queries.map(withKey), range })
  }
}

/** Null for what goes alone: metric math, and queries of several periods. */
function periodOf(queries: readonly MetricDataQuery[]): number | null {
  const [period, ...others] = new Set(queries.map(({ MetricStat }) => MetricStat?.Period))
  return period === undefined || others.length > 0 ? null : period * 1000
}

/** True for a range that shares its calls with other short ones. */
export function isShort({ startMs, endMs }: TimeRange): boolean {
  return endMs - startMs <= shortMs
}

function fitInOneCall(wishes: readonly Wish[]): boolean {
  const count = new Set(wishes.flatMap(({ queries }) => queries.map(({ key }) => key))).size
  const { startMs, endMs } = covering(wishes)
  const longestPeriods = (endMs - startMs) / (wishes[0]?.periodMs ?? 1)
  return count <= queriesPerCall && count * longestPeriods <= pointsPerCall
}

function covering(wishes: readonly Wish[]): TimeRange {
  return {
    startMs: Math.min(...wishes.map(({ range }) => range.startMs)),
    endMs: Math.max(...wishes.map(({ range }) => range.endMs)),
  }
}

function withKey(query: MetricDataQuery): AskedQuery {
  return { query, key: JSON.stringify([query.MetricStat, query.AccountId]) }
}

async function readTogether(
  readPages: ReadMetricData,
  wishes: readonly Wish[],
): Promise<readonly (readonly MetricDataResult[] | Error)[]> {
  const [first] = wishes
  if (!first) return []
  const asked = new Map<string, MetricDataQuery & { readonly Id: string }>()
  for (const { key, query } of wishes.flatMap(({ queries }) => queries))
    if (!asked.has(key)) asked.set(key, { ...query, Id: `q${asked.size}`, ReturnData: true })
  const pages = pagesById(await readPages(first.region, [...asked.values()], covering(wishes)))
  return wishes.map(({ queries, range }) => {
    const own = queries.flatMap(({ key, query }) => {
      const found = pages.get(asked.get(key)?.Id) ?? []
      return found.map((page) => ({ ...cut(page, range), Id: query.Id }))
    })
    return completeOr(
      own,
      queries.map(({ query }) => query),
    )
  })
}

function pagesById(pages: readonly MetricDataResult[]): ReadonlyMap<string | undefined, readonly MetricDataResult[]> {
  const byId = new Map<string | undefined, MetricDataResult[]>()
  for (const page of pages) {
    const ofId = byId.get(page.Id)
    if (ofId) ofId.push(page)
    else byId.set(page.Id, [page])
  }
  return byId
}

function completeOr(results: readonly MetricDataResult[], queries: readonly MetricDataQuery[]) {
  try {
    requireComplete(results, queries)
    return results
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function cut(page: MetricDataResult, { startMs, endMs }: TimeRange): MetricDataResult {
  const { Timestamps = [], Values = [] } = page
  const kept = Timestamps.flatMap((at, index) => {
    const value = Values[index]
    return value !== undefined && at.getTime() >= startMs && at.getTime() < endMs ? [{ at, value }] : []
  })
  return { ...page, Timestamps: kept.map(({ at }) => at), Values: kept.map(({ value }) => value) }
}

function isOfOne(error: unknown): boolean {
  return error instanceof UpstreamError && refusals.has(codeOf(error.cause))
}
