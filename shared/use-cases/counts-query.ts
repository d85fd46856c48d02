import { InvariantError } from '../domain/errors.ts'
import type { CompareGate } from '../domain/gates/gate.ts'
import { otherSlot, type Slot } from '../domain/traffic.ts'
import { type CountsQuery, type MeasuredSide, nameOfSide, type RouterCounts } from '../ports/metrics-source.ts'
import type { MeasuredRoute } from './measured-routes.ts'

export interface CountsWish {
  readonly gate: Pick<CompareGate, 'measure' | 'slowSeconds' | 'source'>
  readonly routes: readonly MeasuredRoute[]
  /** Where a service's own counters are looked for. */
  readonly region: string
  readonly stable: Slot
  readonly fromMs: number
  readonly toMs: number
}

/** Asks for what a compare gate counts, of stable and of the other slot. */
export function toCountsQuery({ gate, routes, region, stable, fromMs, toMs }: CountsWish): CountsQuery {
  const canary = otherSlot(stable)
  const span = { fromMs, toMs }
  if (gate.source === 'router')
    return { source: 'router', measure: measureOf(gate), routes: pairsOf(routes, stable), ...span }
  const { dimensions, ...counters } = gate.source
  const bySide = { stable: dimensions[stable], canary: dimensions[canary] }
  return { source: 'counters', ...counters, dimensions: bySide, region, ...span }
}

/** The same by the minute: sources keep shorter periods for hours only, and dispersion is measured by the minute. */
export function byMinute(query: CountsQuery): CountsQuery {
  return query.source === 'counters' ? { ...query, periodSeconds: 60 } : query
}

function measureOf({ measure, slowSeconds }: CountsWish['gate']): RouterCounts['measure'] {
  if (measure === 'errors') return { type: 'errors' }
  if (slowSeconds === undefined)
    throw new InvariantError('a limit for what is slow is missing, and the schema did not ask for it')
  return { type: 'slow', seconds: slowSeconds }
}

/** Routes that share both sides have the same counts: taken twice they would be evidence twice. */
export function pairsOf(routes: readonly MeasuredRoute[], stable: Slot): RouterCounts['routes'] {
  const pairs = routes.map(({ sides }) => ({ stable: sides[stable], canary: sides[otherSlot(stable)] }))
  const keyOf = ({ stable: one, canary: other }: (typeof pairs)[number]) => `${keyOfSide(one)} ${keyOfSide(other)}`
  return [...new Map(pairs.map((pair) => [keyOf(pair), pair])).values()]
}

/** A group may be on another load balancer by what one of two routes was told. */
function keyOfSide(side: MeasuredSide): string {
  return 'targetGroupArn' in side
    ? `${side.loadBalancerArn} ${side.targetGroupArn}`
    : `${side.region} ${nameOfSide(side)}`
}
