import type { Deps } from '../deps.ts'
import type { CheckedRoute, PreflightFacts } from '../domain/findings/facts.ts'
import type { CompareGate, Gate, MetricGate } from '../domain/gates/gate.ts'
import { periodOf } from '../domain/gates/own-metric.ts'
import { targetGroupOf } from '../domain/service.ts'
import { type Slot, slots } from '../domain/traffic.ts'
import { type MeasuredSide, metricsCompleteAfterSeconds, nameOfSide } from '../ports/metrics-source.ts'
import { toCountsQuery } from './counts-query.ts'
import { healthWishFor, type MeasuredRoute, measuredVersionOf, metricsRegionOf, withAlone } from './measured-routes.ts'
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
  // Before the first shift everything goes to stable.
  const measured = withAlone(
    routes.flatMap((checked) => measuredRoute(deps, checked)),
    stable,
  )
  if (stable === null || measured.length === 0) return { metrics: [], counts: [] }
  const side = { routes: routes.map(({ route }) => route), slot: stable, measured, sides: sidesOf(measured, stable) }
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
  readonly sides: readonly MeasuredSide[]
}

async function readMetric(deps: MetricsDeps, { name, metric }: MetricGate, { sides, routes, slot }: Side) {
  const toMs = deps.clock.now()
  const fromMs = toMs - (Math.max(lookBackSeconds, 2 * periodOf(metric)) + metricsCompleteAfterSeconds) * 1000
  const reading =
    typeof metric === 'string'
      ? await deps.metrics.read({ sides, metric, fromMs, toMs })
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
function sidesOf(measured: readonly MeasuredRoute[], slot: Slot): readonly MeasuredSide[] {
  const sides = measured.map((route) => route.sides[slot])
  return [...new Map(sides.map((side) => [nameOfSide(side), side])).values()]
}

/** From what was looked up already; nothing where a group is not known to be on a load balancer. */
function measuredRoute(deps: MetricsDeps, { route, facts }: CheckedRoute): readonly MeasuredRoute[] {
  const [blue, green] = slots.map((slot): MeasuredSide | null => {
    const targetGroupArn = targetGroupOf(route, slot)
    if (targetGroupArn === null) return measuredVersionOf(deps, route, slot)
    const known = facts?.kind === 'alb' ? facts.loadBalancerArn : facts?.groups[slot]?.loadBalancerArn
    // A rule that a driver moves names its load balancer as any rule does.
    const loadBalancerArn = route.kind === 'codedeploy' ? healthWishFor(route).loadBalancerArn : known
    return loadBalancerArn ? { targetGroupArn, loadBalancerArn } : null
  })
  return blue && green ? [{ route, sides: { blue, green } }] : []
}
