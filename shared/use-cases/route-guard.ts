import type { Deps } from '../deps.ts'
import type { Deployment, RouteProgress } from '../domain/deployment.ts'
import { type Drift, describeDrift, toDrift } from '../domain/drift.ts'
import { ConflictError, InvariantError } from '../domain/errors.ts'
import { whyPlanStops } from '../domain/may-write.ts'
import { type Route, resourceOf } from '../domain/service.ts'
import { type RouteState, sameRouting } from '../domain/traffic.ts'
import type { Lease, LeaseMemory } from '../ports/lease.ts'
import { changeDeployment, loadDeployment } from './change-deployment.ts'

/** Somebody else changed a route's routing: what we expected, and what is there. */
export class DriftFound extends Error {
  override readonly name = 'DriftFound'
  constructor(
    readonly resource: string,
    readonly expected: RouteState | null,
    readonly found: RouteState,
  ) {
    super(describeDrift(toDrift(resource, expected, found)))
  }
  /** What was changed, as events and readers have it. */
  get drift(): Drift {
    return toDrift(this.resource, this.expected, this.found)
  }
}

/** A route with its progress in one deployment. */
export interface RouteAtWork {
  readonly route: Route
  readonly resource: string
  readonly progress: RouteProgress
}

/** The routes of a deployment in the order of the plan. */
export function routesAtWork(deployment: Deployment): readonly RouteAtWork[] {
  return deployment.settings.routes.map((route) => {
    const resource = resourceOf(route)
    const progress = deployment.routes.find((one) => one.resource === resource)
    if (!progress) throw new InvariantError(`${deployment.id} has no progress of ${resource}`)
    return { route, resource, progress }
  })
}

/**
 * Refuses a routing that is not ours. Before our first write it must be the snapshot; after it, what we last read back
 * or were about to write.
 *
 * @throws {DriftFound}
 */
export function requireOurs(work: RouteAtWork, seen: RouteState, lease: Lease): void {
  const foreign = findForeign(work, seen, lease)
  if (foreign) throw foreign
}

/** What somebody else changed, where `seen` is not ours; null where it is. */
export function findForeign(work: RouteAtWork, seen: RouteState, lease: LeaseMemory): DriftFound | null {
  const ours = work.progress.touched ? [lease.lastWritten, lease.intended] : [work.progress.snapshot]
  if (ours.some((state) => state !== null && sameRouting(state, seen))) return null
  return new DriftFound(work.resource, ours.find((state) => state !== null) ?? null, seen)
}

/** How far a deployment had come when a write of its plan was decided. */
export type PlanPlace = Pick<Deployment, 'stage' | 'target'>

/**
 * The last look before a write of the plan: the goal must still be the plan, and the first write of a route records its
 * snapshot, so that whoever rolls back later knows that there is something to restore.
 *
 * @param place - Where the write belongs: one that stood still while others went on would undo their steps. Default: anywhere.
 * @returns True if it took the time of a save.
 * @throws {ConflictError} If somebody decided to roll back, to hold, went on with the plan, or the deployment ended.
 */
export async function allowPlanWrite(
  deps: Pick<Deps, 'deployments' | 'clock'>,
  id: string,
  resource: string,
  seen: RouteState,
  place?: PlanPlace,
): Promise<boolean> {
  const deployment = await loadDeployment(deps, id)
  requirePlan(deployment)
  if (place) requirePlace(deployment, place)
  if (deployment.routes.find((route) => route.resource === resource)?.touched) return false
  // Saving is the check as well: it fails if a rollback was decided since the load, and is then decided afresh.
  await changeDeployment(deps, id, (newest) => {
    requirePlan(newest)
    if (place) requirePlace(newest, place)
    return { type: 'touched', resource, snapshot: snapshotOf(newest, resource, seen) }
  })
  return true
}

/**
 * The look before the first write of a route is prepared: nobody wrote it meanwhile.
 *
 * @throws {ConflictError} If somebody did, went on with the plan, decided to roll back, to hold, or the deployment ended.
 */
export async function requireUntouched(
  deps: Pick<Deps, 'deployments'>,
  { id, stage, target }: Pick<Deployment, 'id' | 'stage' | 'target'>,
  resource: string,
): Promise<void> {
  const newest = await loadDeployment(deps, id)
  requirePlan(newest)
  requirePlace(newest, { stage, target })
  if (newest.routes.find((route) => route.resource === resource)?.touched)
    throw new ConflictError(`${resource} was written for ${id} meanwhile`, { resource })
}

/** A foreign change that is to be written over is no snapshot: what Prepare saw is what a rollback restores. */
function snapshotOf(deployment: Deployment, resource: string, seen: RouteState): RouteState {
  const prepared = deployment.routes.find((route) => route.resource === resource)?.snapshot
  return prepared && !sameRouting(prepared, seen) ? prepared : seen
}

/** @throws {ConflictError} If somebody decided to roll back, to hold, or the deployment ended. */
export function requirePlan(deployment: Deployment): void {
  const why = whyPlanStops(deployment)
  if (why !== null) throw new ConflictError(why, { phase: deployment.phase })
}

function requirePlace({ id, stage, target }: Deployment, place: PlanPlace): void {
  if (stage === place.stage && target === place.target) return
  throw new ConflictError(
    `${id} is ${stage} at step ${target}; this write belonged to ${place.stage} at step ${place.target}`,
    { stage, target },
  )
}
