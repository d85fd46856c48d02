import type { Deps } from '../deps.ts'
import type { CheckedRoute, PreflightFacts } from '../domain/findings/facts.ts'
import type { CompareGate, Gate, MetricGate } from '../domain/gates/gate.ts'
import { periodOf } from '../domain/gates/own-metric.ts'
import { targetGroupOf } from '../domain/service.ts'
import { type Slot, slots } from '../domain/traffic.ts'
import { type GroupOfTargets, metricsCompleteAfterSeconds } from '../ports/metrics-source.ts'
import { toCountsQuery } from './counts-query.ts'
import { type MeasuredRoute, metricsRegionOf } from './measured-routes.ts'
import { readOwnMetric } from './read-own-metric.ts'

/** How far back a gate's numbers are looked for on stable, seconds; at least two of their periods. */
const lookBackSeconds = 900

type MetricsDeps = Pick<Deps, 'metrics' | 'clock' | 'homeRegion'>

interface MetricsInput {
  readonly gates: readonly Gate[]
  readonly routes: readonly CheckedRoute[]
  readonly stable: Slot | null
}

/**
 * What the gates would have read of stable lately. Nothing where it is not known which target groups serve: the missing
 * roles have a warning of their own.
 */
export async function readStableMetrics(
  deps: MetricsDeps,
  { gates, routes, stable }: MetricsInput,
): Promise<Pick<PreflightFacts, 'metrics' | 'counts'>> {
  const measured = routes.flatMap(measuredRoute)
  if (stable === null || measured.length === 0) return { metrics: [], counts: [] }
  const side = { routes: routes.map(({ route }) => route), slot: stable, measured, groups: groupsOf(measured, stable) }
  const [metrics, counts] = await Promise.all([
    Promise.all(gates.flatMap((gate) => (gate.kind === 'metric' ? readMetric(deps, gate, side) : []))),
    Promise.all(gates.flatMap((gate) => (gate.kind === 'compare' ? readCounts(deps, gate, side) : []))),
  ])
  return { metrics, counts }
}

interface Side {
  readonly routes: readonly CheckedRoute['route'][]
  readonly slot: Slot
  readonly measured: readonly MeasuredRoute[]
  readonly groups: readonly GroupOfTargets[]
}

async function readMetric(deps: MetricsDeps, { name, metric }: MetricGate, { groups, routes, slot }: Side) {
  const toMs = deps.clock.now()
  const fromMs = toMs - (Math.max(lookBackSeconds, 2 * periodOf(metric)) + metricsCompleteAfterSeconds) * 1000
  const reading =
    typeof metric === 'string'
      ? await deps.metrics.read({ groups, metric, fromMs, toMs })
      : await readOwnMetric(deps, { metric, routes, slot, fromMs })
  return { gate: name, reading }
}

async function readCounts(deps: MetricsDeps, gate: CompareGate, { routes, measured, slot }: Side) {
  const toMs = deps.clock.now()
  const fromMs = toMs - (lookBackSeconds + metricsCompleteAfterSeconds) * 1000
  const region = metricsRegionOf(deps, routes)
  const reading = await deps.metrics.counts(
    toCountsQuery({ gate, routes: measured, region, stable: slot, fromMs, toMs }),
  )
  return { gate: gate.name, reading }
}

/** A group that two routes share counts once. */
function groupsOf(measured: readonly MeasuredRoute[], slot: Slot): readonly GroupOfTargets[] {
  const groups = measured.map((route) => route.groups[slot])
  return [...new Map(groups.map((group) => [group.targetGroupArn, group])).values()]
}

/** From what was looked up already; nothing where a group is not known to be on a load balancer. */
function measuredRoute({ route, facts }: CheckedRoute): readonly MeasuredRoute[] {
  const [blue, green] = slots.map((slot) => {
    const targetGroupArn = targetGroupOf(route, slot)
    const home = facts?.kind === 'alb' ? facts.loadBalancerArn : facts?.groups[slot]?.loadBalancerArn
    return targetGroupArn && home ? { targetGroupArn, loadBalancerArn: home } : null
  })
  return blue && green ? [{ route, groups: { blue, green } }] : []
}
