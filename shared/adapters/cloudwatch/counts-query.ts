import type { MetricDataQuery, MetricDataResult, MetricStat } from '@aws-sdk/client-cloudwatch'
import { regionOf } from '../../domain/elb-arn.ts'
import type { CountedWindow, SideReading } from '../../domain/gates/compare-buckets.ts'
import type { CountsQuery, GroupOfTargets, RouterCounts } from '../../ports/metrics-source.ts'
import { toOwnDimensions, toPoints } from './metric-points.ts'
import { loadBalancerNamespace, toDimensions, windowMs } from './metric-query.ts'
import type { TimeRange } from './time-range.ts'

/** What counts one side of one stratum. */
interface SideCounters {
  readonly requests: Counter
  /** Added up. */
  readonly bad: readonly Counter[]
  /**
   * What it means that there were requests and nothing counted bad ones. Errors are published only where there are some;
   * a metric that has no count over a limit keeps no distribution, and then nothing is known.
   */
  readonly absentBad: 0 | null
}

type Counter = Required<Pick<MetricStat, 'Metric' | 'Stat'>>

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
  const pairs = query.routes.map(({ stable, canary }) => `${canary.targetGroupArn} against ${stable.targetGroupArn}`)
  return `CloudWatch ${loadBalancerNamespace} of ${pairs.join(', ')}`
}

/**
 * One query for each counter, by Region; the Id tells them apart: `stable_requests_0`, `canary_bad1_0`.
 *
 * @throws {ValidationError} If an ARN is none of Elastic Load Balancing.
 */
export function toCountQueries(query: CountsQuery): ReadonlyMap<string, readonly MetricDataQuery[]> {
  const byRegion = new Map<string, readonly MetricDataQuery[]>()
  for (const [index, stratum] of toStrata(query).entries()) {
    const queries = sides.flatMap((side) =>
      [stratum[side].requests, ...stratum[side].bad].map((counter, nth) => ({
        Id: nth === 0 ? requestsId(side, index) : badId(side, index, nth - 1),
        MetricStat: { ...counter, Period: countsPeriodMs(query) / 1000 },
        ReturnData: true,
      })),
    )
    byRegion.set(stratum.region, [...(byRegion.get(stratum.region) ?? []), ...queries])
  }
  return byRegion
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
  { bad: counters, absentBad }: SideCounters,
  side: (typeof sides)[number],
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

const requestsId = (side: string, stratum: number) => `${side}_requests_${stratum}`
const badId = (side: string, stratum: number, nth: number) => `${side}_bad${nth}_${stratum}`

function toStrata(query: CountsQuery): readonly StratumCounters[] {
  if (query.source === 'router')
    return query.routes.map(({ stable, canary }) => ({
      region: regionOf(stable.loadBalancerArn),
      stable: countersOfGroup(query.measure, stable),
      canary: countersOfGroup(query.measure, canary),
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

function countersOfGroup(measure: RouterCounts['measure'], group: GroupOfTargets): SideCounters {
  const Dimensions = toDimensions(group)
  const counter = (MetricName: string, Stat: string) => ({
    Metric: { Namespace: loadBalancerNamespace, MetricName, Dimensions },
    Stat,
  })
  switch (measure.type) {
    case 'errors':
      return {
        requests: counter('RequestCount', 'Sum'),
        bad: [counter('HTTPCode_Target_5XX_Count', 'Sum'), counter('TargetConnectionErrorCount', 'Sum')],
        absentBad: 0,
      }
    case 'slow':
      return {
        requests: counter('TargetResponseTime', 'SampleCount'),
        // How many lie above the limit: a range without an upper end, its lower end excluded.
        bad: [counter('TargetResponseTime', `TC(${measure.seconds}:)`)],
        absentBad: null,
      }
  }
}
