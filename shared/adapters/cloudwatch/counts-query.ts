import type { MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch'
import type { CountedWindow, SideReading } from '../../domain/gates/compare-buckets.ts'
import { type CountsQuery, type MeasuredSide, nameOfSide, type RouterCounts } from '../../ports/metrics-source.ts'
import { toOwnDimensions, toPoints } from './metric-points.ts'
import { windowMs } from './metric-query.ts'
import { type Counter, metricsOfSide, namespacesOf, type SideMetrics } from './side-metrics.ts'
import type { TimeRange } from './time-range.ts'

/** What counts one side of one stratum. */
interface SideCounters extends OwnCounters {
  /** Takes its place in a window without requests of its own. */
  readonly otherwise?: OwnCounters
}

interface OwnCounters {
  readonly requests: Counter
  /** Added up. */
  readonly bad: readonly Counter[]
  /**
   * What it means that there were requests and nothing counted bad ones. Errors are published only where there are some;
   * a metric that has no count over a limit keeps no distribution, and then nothing is known.
   */
  readonly absentBad: 0 | null
}

interface StratumCounters {
  readonly region: string
  readonly stable: SideCounters
  readonly canary: SideCounters
}

const sides = ['stable', 'canary'] as const

export function countsPeriodMs(query: CountsQuery): number {
  return query.source === 'router' ? windowMs : query.periodSeconds * 1000
}

/** Where the counts come from, for people. */
export function describeCounts(query: CountsQuery): string {
  if (query.source === 'counters')
    return `CloudWatch ${query.namespace} ${query.requests} and ${query.bad} in ${query.region}`
  const pairs = query.routes.map(({ stable, canary }) => `${nameOfSide(canary)} against ${nameOfSide(stable)}`)
  return `CloudWatch ${namespacesOf(query.routes.flatMap(({ stable, canary }) => [stable, canary]))} of ${pairs.join(', ')}`
}

/**
 * One query for each counter, by Region; the Id tells them apart: `stable_requests_0`, `canary_bad1_0`.
 *
 * @throws {ValidationError} If an ARN is none of Elastic Load Balancing.
 */
export function toCountQueries(query: CountsQuery): ReadonlyMap<string, readonly MetricDataQuery[]> {
  const byRegion = new Map<string, readonly MetricDataQuery[]>()
  for (const [index, stratum] of toStrata(query).entries()) {
    const queries = sides.flatMap((side) => {
      const { otherwise } = stratum[side]
      const alone = otherwise ? toQueries(query, otherwise, aloneName(side), index) : []
      return [...toQueries(query, stratum[side], side, index), ...alone]
    })
    byRegion.set(stratum.region, [...(byRegion.get(stratum.region) ?? []), ...queries])
  }
  return byRegion
}

function toQueries(query: CountsQuery, { requests, bad }: OwnCounters, name: string, index: number): MetricDataQuery[] {
  return [requests, ...bad].map((counter, nth) => ({
    Id: nth === 0 ? requestsId(name, index) : badId(name, index, nth - 1),
    MetricStat: { ...counter, Period: countsPeriodMs(query) / 1000 },
    ReturnData: true,
  }))
}

/** Every window of a range, oldest first, with what the results have of it. Counts are rounded to whole numbers. */
export function toBuckets(
  range: TimeRange,
  query: CountsQuery,
  results: readonly MetricDataResult[],
): readonly CountedWindow[] {
  const periodMs = countsPeriodMs(query)
  const points = toPoints(results, periodMs)
  const strata = toStrata(query)
  const buckets: CountedWindow[] = []
  for (let startMs = range.startMs; startMs < range.endMs; startMs += periodMs) {
    const at = (id: string) => points.get(id)?.get(startMs) ?? null
    buckets.push({
      startMs,
      endMs: startMs + periodMs,
      strata: strata.map((stratum, index) => ({
        stable: toSide(stratum.stable, 'stable', index, at),
        canary: toSide(stratum.canary, 'canary', index, at),
      })),
    })
  }
  return buckets
}

function toSide(
  { otherwise, ...own }: SideCounters,
  side: (typeof sides)[number],
  index: number,
  at: (id: string) => number | null,
): SideReading {
  const reading = toReading(own, side, index, at)
  return reading.requests === null && otherwise ? toReading(otherwise, aloneName(side), index, at) : reading
}

function toReading(
  { bad: counters, absentBad }: OwnCounters,
  side: string,
  index: number,
  at: (id: string) => number | null,
): SideReading {
  const requests = at(requestsId(side, index))
  if (requests === null) return { requests: null, bad: null }
  const counted = counters.map((_, nth) => at(badId(side, index, nth))).filter((count) => count !== null)
  // None at all of nothing is not bad, whatever is published.
  const absent = requests === 0 ? 0 : absentBad
  const bad = counted.length === 0 ? absent : Math.round(counted.reduce((sum, count) => sum + count, 0))
  return { requests: Math.round(requests), bad }
}

const aloneName = (side: string) => `${side}Alone`
const requestsId = (side: string, stratum: number) => `${side}_requests_${stratum}`
const badId = (side: string, stratum: number, nth: number) => `${side}_bad${nth}_${stratum}`

function toStrata(query: CountsQuery): readonly StratumCounters[] {
  if (query.source === 'router')
    return query.routes.map(({ stable, canary }) => ({
      region: metricsOfSide(stable).region,
      stable: countersOfSide(query.measure, stable),
      canary: countersOfSide(query.measure, canary),
    }))
  const { region, namespace } = query
  const countersOf = (side: (typeof sides)[number]): SideCounters => {
    const Dimensions = toOwnDimensions(query.dimensions[side])
    const sumOf = (MetricName: string) => ({
      Metric: { Namespace: namespace, MetricName, Dimensions },
      Stat: 'Sum',
    })
    return { requests: sumOf(query.requests), bad: [sumOf(query.bad)], absentBad: 0 }
  }
  return [{ region, stable: countersOf('stable'), canary: countersOf('canary') }]
}

/** Of a side, or of what stands for it. @throws {ValidationError} If an ARN is none of Elastic Load Balancing. */
function countersOfSide(measure: RouterCounts['measure'], side: MeasuredSide): SideCounters {
  const { otherwise, ...own } = metricsOfSide(side)
  return {
    ...countersOf(measure, own),
    ...(otherwise && { otherwise: countersOf(measure, otherwise) }),
  }
}

function countersOf(
  measure: RouterCounts['measure'],
  { requests, errors, latency, latencyPerSecond }: Omit<SideMetrics, 'otherwise' | 'region'>,
): OwnCounters {
  switch (measure.type) {
    case 'errors':
      return { requests, bad: errors, absentBad: 0 }
    case 'slow': {
      // As it would be written: 0.29 s are 290 ms, not 290.00000000000006.
      const limit = Number((measure.seconds * latencyPerSecond).toPrecision(12))
      return {
        requests: latency('SampleCount'),
        // How many lie above the limit: a range without an upper end, its lower end excluded.
        bad: [latency(`TC(${limit}:)`)],
        absentBad: null,
      }
    }
  }
}
