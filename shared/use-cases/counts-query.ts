import { loadBalancerArnOf, regionOf } from '../domain/elb-arn.ts'
import { InvariantError } from '../domain/errors.ts'
import type { CompareGate } from '../domain/gates/gate.ts'
import { type Route, resourceOf, targetGroupOf } from '../domain/service.ts'
import { otherSlot, type Slot } from '../domain/traffic.ts'
import type { CountsQuery, RouterCounts } from '../ports/metrics-source.ts'

export interface CountsWish {
  readonly gate: Pick<CompareGate, 'measure' | 'slowSeconds' | 'source'>
  /** At least one. A service's own counters are looked for in the Region of the first one's load balancer. */
  readonly routes: readonly Route[]
  readonly stable: Slot
  readonly fromMs: number
  readonly toMs: number
}

/** Asks for what a compare gate counts, of stable and of the other slot. */
export function toCountsQuery({ gate, routes, stable, fromMs, toMs }: CountsWish): CountsQuery {
  const canary = otherSlot(stable)
  const span = { fromMs, toMs }
  if (gate.source === 'router')
    return { source: 'router', measure: measureOf(gate), routes: pairsOf(routes, stable), ...span }
  const { dimensions, ...counters } = gate.source
  const bySide = { stable: dimensions[stable], canary: dimensions[canary] }
  return { source: 'counters', ...counters, dimensions: bySide, region: metricsRegionOf(routes), ...span }
}

/** The same by the minute: sources keep shorter periods for hours only, and dispersion is measured by the minute. */
export function byMinute(query: CountsQuery): CountsQuery {
  return query.source === 'counters' ? { ...query, periodSeconds: 60 } : query
}

/**
 * The Region in which a service's own metrics are looked for: that of its first route's load balancer.
 *
 * @throws {InvariantError} If there are no routes.
 */
export function metricsRegionOf(routes: readonly Route[]): string {
  const [first] = routes
  if (!first) throw new InvariantError('a service without routes went past the schema that refuses it')
  return regionOf(resourceOf(first))
}

function measureOf({ measure, slowSeconds }: CountsWish['gate']): RouterCounts['measure'] {
  if (measure === 'errors') return { type: 'errors' }
  if (slowSeconds === undefined)
    throw new InvariantError('a limit for what is slow is missing, and the schema did not ask for it')
  return { type: 'slow', seconds: slowSeconds }
}

/** Routes that share both groups have the same counts: taken twice they would be evidence twice. */
export function pairsOf(routes: readonly Route[], stable: Slot): RouterCounts['routes'] {
  const pairs = routes.map((route) => {
    const loadBalancerArn = loadBalancerArnOf(resourceOf(route))
    const side = (slot: Slot) => ({ targetGroupArn: targetGroupOf(route, slot), loadBalancerArn })
    return { stable: side(stable), canary: side(otherSlot(stable)) }
  })
  const keyOf = ({ stable: one, canary: other }: (typeof pairs)[number]) =>
    `${one.loadBalancerArn} ${one.targetGroupArn} ${other.targetGroupArn}`
  return [...new Map(pairs.map((pair) => [keyOf(pair), pair])).values()]
}
