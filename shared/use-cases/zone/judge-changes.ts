import { NotFoundError, UpstreamError } from '../../domain/errors.ts'
import { whyPlanStops, whyRestoreStops, whyWatchStops } from '../../domain/may-write.ts'
import { pairKey, type RecordSet, toPairState } from '../../domain/record-set.ts'
import { type RouteState, sameRouting } from '../../domain/traffic.ts'
import type { KeptZoneChange, ZoneChange, ZoneChangeResult } from '../../domain/zone-change.ts'
import type { ZoneDeps } from './zone-session.ts'

/** What is to be done with a change, given what is in the zone. */
export type ZoneJudgement =
  | { readonly type: 'result'; readonly result: ZoneChangeResult }
  | { readonly type: 'send'; readonly seen: RouteState }

/** Compares what a change wants and expects with what was read. Pure. */
export function judgeChange(change: KeptZoneChange, found: ReadonlyMap<string, readonly RecordSet[]>): ZoneJudgement {
  const seen = stateOf(change, found)
  if ('type' in seen) return { type: 'result', result: seen }
  if (sameRouting(seen, change.target)) return { type: 'result', result: done(change) }
  // What was accepted is listed at once, spread or not: if it is not there, somebody wrote over it.
  if (change.accepted !== null || (change.expect !== null && !sameRouting(seen, change.expect)))
    return { type: 'result', result: { type: 'changed', found: seen } }
  return { type: 'send', seen }
}

function done({ accepted, expect }: KeptZoneChange): ZoneChangeResult {
  return { type: 'done', changeId: accepted?.changeId ?? null, before: expect }
}

function stateOf(
  { pair }: ZoneChange,
  found: ReadonlyMap<string, readonly RecordSet[]>,
): RouteState | Extract<ZoneChangeResult, { type: 'gone' }> {
  try {
    return toPairState(found.get(pairKey(pair)) ?? [], pair)
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof UpstreamError)
      return { type: 'gone', missing: error instanceof NotFoundError, reason: error.message }
    throw error
  }
}

/** Why a change must not be sent, by the newest record of its deployment; null when it may. */
export async function whyStopped(
  deps: Pick<ZoneDeps, 'deployments'>,
  { deployment: id, lane, afterEnd }: ZoneChange,
): Promise<string | null> {
  const deployment = await deps.deployments.load(id)
  if (!deployment) return `there is no deployment ${id}`
  if (afterEnd) return whyWatchStops(deployment, await deps.deployments.watched(deployment.service))
  switch (lane) {
    case 'plan':
      return whyPlanStops(deployment)
    case 'rollback':
      return whyRestoreStops(deployment)
  }
}
