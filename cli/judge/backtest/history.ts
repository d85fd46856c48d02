import { UpstreamError, ValidationError } from '../../../shared/domain/errors.ts'
import type { CountedWindow, SideReading } from '../../../shared/domain/gates/compare-buckets.ts'
import type { CustomCounters } from '../../../shared/domain/gates/gate.ts'
import type { SideCounts } from '../../../shared/domain/sequential-test.ts'
import type { Route } from '../../../shared/domain/service.ts'
import type { CountsQuery, MetricsSource, RouterCounts } from '../../../shared/ports/metrics-source.ts'
import type { TargetGroups } from '../../../shared/ports/target-groups.ts'
import { byMinute, pairsOf } from '../../../shared/use-cases/counts-query.ts'
import { measuredRoutes, metricsRegionOf, unmeasured } from '../../../shared/use-cases/measured-routes.ts'
import type { Minute } from './backtest.ts'

const dayMs = 24 * 60 * 60_000

/** What is counted, and where. */
export type HistorySource =
  | { readonly type: 'router'; readonly measure: RouterCounts['measure']; readonly routes: readonly Route[] }
  | { readonly type: 'counters'; readonly counters: CustomCounters; readonly region: string }

/** What a service's past is read from. */
export interface HistoryDeps {
  readonly metrics: Pick<MetricsSource, 'counts'>
  readonly targetGroups: TargetGroups
}

/**
 * Reads a service's traffic by the minute, a day at a time, both slots of a route together: which of them serves changes
 * with every deployment, and what the service answered does not depend on it. Minutes without data are left out.
 *
 * @throws {UpstreamError} If AWS fails or refuses.
 * @throws {ValidationError} If no route names the target groups whose requests are to be counted.
 */
export async function readHistory(
  deps: HistoryDeps,
  source: HistorySource,
  { fromMs, toMs }: Range,
): Promise<readonly Minute[]> {
  const minutes: Minute[] = []
  const queryOf = await createQueries(deps, source)
  for (let startMs = fromMs; startMs < toMs; startMs += dayMs) {
    const range = { fromMs: startMs, toMs: Math.min(startMs + dayMs, toMs) }
    const reading = await deps.metrics.counts(queryOf(range))
    if (reading.status === 'error') throw new UpstreamError(`${reading.source}: ${reading.reason}`)
    minutes.push(...reading.windows.flatMap(toMinute))
  }
  return minutes
}

/**
 * Where a gate's counts come from.
 *
 * @param homeRegion - Where counters are looked for if no route has a Region. Default: none is known.
 * @throws {ValidationError} If the routes do not say what the gate needs.
 */
export function sourceOf(
  routes: readonly Route[],
  gate: { readonly measure: 'errors' | 'slow'; readonly slowSeconds: number | null; readonly source: unknown },
  homeRegion = '',
): HistorySource {
  if (routes.length === 0) throw new ValidationError('the service has no routes')
  if (isCounters(gate.source)) {
    const region = metricsRegionOf({ homeRegion }, routes)
    if (region === '') throw new ValidationError('no route tells the Region of the counters; set AWS_REGION')
    return { type: 'counters', counters: gate.source, region }
  }
  if (gate.measure === 'errors') return { type: 'router', measure: { type: 'errors' }, routes }
  if (gate.slowSeconds === null)
    throw new ValidationError('the gate needs slowSeconds: how long a request takes to be slow')
  return { type: 'router', measure: { type: 'slow', seconds: gate.slowSeconds }, routes }
}

interface Range {
  readonly fromMs: number
  readonly toMs: number
}

/** Blue stands for stable, green for the canary: added up, it does not matter. */
async function createQueries(deps: HistoryDeps, source: HistorySource): Promise<(range: Range) => CountsQuery> {
  if (source.type === 'counters') {
    const { counters, region } = source
    const { blue, green } = counters.dimensions
    const dimensions = { stable: blue, canary: green }
    return (range) => byMinute({ ...counters, ...range, source: 'counters', region, dimensions })
  }
  // Only functions are looked for in a home Region, and a service names none of their versions.
  const measured = await measuredRoutes({ ...deps, homeRegion: '' }, source.routes)
  if (measured.length === 0) throw new ValidationError(unmeasured)
  const routes = pairsOf(measured, 'blue')
  return (range) => ({ ...range, source: 'router', measure: source.measure, routes })
}

function toMinute({ startMs, strata }: CountedWindow): Minute[] {
  const sides = strata.flatMap(({ stable, canary }) => [stable, canary])
  const isMissing = sides.every(({ requests }) => requests === null)
  const isBlind = sides.some(({ requests, bad }) => bad === null && requests !== null && requests > 0)
  if (isMissing || isBlind) return []
  return [{ startMs, routes: strata.map(({ stable, canary }) => addSides(stable, canary)) }]
}

/** A source may count an error and its request in different minutes: then there were as many requests. */
function addSides(...sides: readonly SideReading[]): SideCounts {
  const bad = sides.reduce((sum, side) => sum + (side.bad ?? 0), 0)
  return {
    requests: Math.max(
      bad,
      sides.reduce((sum, side) => sum + (side.requests ?? 0), 0),
    ),
    bad,
  }
}

function isCounters(source: unknown): source is CustomCounters {
  return typeof source === 'object' && source !== null && 'namespace' in source
}
