import type { Deps } from '../deps.ts'
import type { CheckedRoute, PreflightFacts } from '../domain/findings/facts.ts'
import type { CompareGate, Gate, MetricGate } from '../domain/gates/gate.ts'
import { periodOf } from '../domain/gates/own-metric.ts'
import { targetGroupOf } from '../domain/service.ts'
import type { Slot } from '../domain/traffic.ts'
import { type GroupOfTargets, metricsCompleteAfterSeconds } from '../ports/metrics-source.ts'
import { toCountsQuery } from './counts-query.ts'
import { readOwnMetric } from './read-own-metric.ts'

/** How far back a gate's numbers are looked for on stable, seconds; at least two of their periods. */
const lookBackSeconds = 900

type MetricsDeps = Pick<Deps, 'metrics' | 'clock'>

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
  const groups = stable === null ? [] : groupsOf(routes, stable)
  if (stable === null || groups.length === 0) return { metrics: [], counts: [] }
  const side = { routes: routes.map(({ route }) => route), slot: stable, groups }
  const [metrics, counts] = await Promise.all([
    Promise.all(gates.flatMap((gate) => (gate.kind === 'metric' ? readMetric(deps, gate, side) : []))),
    Promise.all(gates.flatMap((gate) => (gate.kind === 'compare' ? readCounts(deps, gate, side) : []))),
  ])
  return { metrics, counts }
}

interface Side {
  readonly routes: readonly CheckedRoute['route'][]
  readonly slot: Slot
  readonly groups: readonly GroupOfTargets[]
}

async function readMetric(deps: MetricsDeps, { name, metric }: MetricGate, { groups, ...side }: Side) {
  const toMs = deps.clock.now()
  const fromMs = toMs - (Math.max(lookBackSeconds, 2 * periodOf(metric)) + metricsCompleteAfterSeconds) * 1000
  const reading =
    typeof metric === 'string'
      ? await deps.metrics.read({ groups, metric, fromMs, toMs })
      : await readOwnMetric(deps, { metric, ...side, fromMs })
  return { gate: name, reading }
}

async function readCounts(deps: MetricsDeps, gate: CompareGate, { routes, slot }: Side) {
  const toMs = deps.clock.now()
  const fromMs = toMs - (lookBackSeconds + metricsCompleteAfterSeconds) * 1000
  const reading = await deps.metrics.counts(toCountsQuery({ gate, routes, stable: slot, fromMs, toMs }))
  return { gate: gate.name, reading }
}

/** A group that two routes share counts once. */
function groupsOf(routes: readonly CheckedRoute[], slot: Slot): readonly GroupOfTargets[] {
  const groups = routes.flatMap(({ route, facts }) =>
    facts?.loadBalancerArn
      ? [{ targetGroupArn: targetGroupOf(route, slot), loadBalancerArn: facts.loadBalancerArn }]
      : [],
  )
  return [...new Map(groups.map((group) => [group.targetGroupArn, group])).values()]
}
