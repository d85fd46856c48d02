import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { mayOverwrite } from '../domain/drift.ts'
import { type RouteState, sameRouting, slots } from '../domain/traffic.ts'
import { changeDeployment } from './change-deployment.ts'
import { allowPlanWrite, type DriftFound, findForeign, type RouteAtWork, requireUntouched } from './route-guard.ts'
import { type WriteReceipt, writeRoute } from './write-route.ts'

export interface PlannedWrite {
  /** Share of the canary, percent. */
  readonly percent: number
  /** False: with group stickiness the side that ends at 0 leaves the action. */
  readonly keepIdle: boolean
  /** When nothing needs to be sent. Default: every request would go the same way. */
  readonly isThere?: (seen: RouteState, target: RouteState) => boolean
  /** A look of its own before the write starts. Throws to stop; nothing was written then. */
  readonly mayWrite?: (seen: RouteState, target: RouteState) => Promise<void>
  /** Why, in the event. */
  readonly reason: string
}

/**
 * One write of the plan on one route: only onto a routing that is ours (or may be overwritten), only while the plan is
 * still the goal, and with an event of what it replaced.
 *
 * @throws {DriftFound} If somebody else changed the route.
 * @throws {ConflictError} If somebody decided to roll back, to hold, went on with the plan, or the deployment ended.
 */
export async function writePlanned(
  deps: Deps,
  deployment: Deployment,
  work: RouteAtWork,
  write: PlannedWrite,
): Promise<WriteReceipt> {
  const router = deps.routerFor(work.route)
  const { percent, keepIdle, isThere, reason } = write
  const wish = { canary: deployment.canary, percent, keepIdle }
  const met: { foreign: DriftFound | null } = { foreign: null }
  const receipt = await writeRoute(deps, {
    deployment: deployment.id,
    resource: work.resource,
    router,
    snapshot: work.progress.touched ? null : work.progress.snapshot,
    mayBegin: () => requireUntouched(deps, deployment, work.resource),
    target: (seen, lease) => {
      met.foreign = findForeign(work, seen, lease)
      if (met.foreign && !mayOverwrite(deployment)) throw met.foreign
      return router.target(seen, wish)
    },
    // A caller that asks for less than its share may find it; not where somebody else set another.
    ...(isThere && {
      isThere: (seen, target) => isThere(seen, target) && (met.foreign === null || sameRouting(seen, target)),
    }),
    mayWrite: async (seen) => {
      await write.mayWrite?.(seen, router.target(seen, wish))
      const tookTime = await allowPlanWrite(deps, deployment.id, work.resource, seen, deployment)
      return met.foreign === null ? tookTime : noteOverwrite(deps, deployment, met.foreign)
    },
  })
  const { foreign } = met
  if (foreign !== null && !receipt.wrote) await noteSettled(deps, deployment, foreign)
  const over = foreign === null ? '' : ', over what somebody else had put there'
  await recordWrite(deps, deployment.id, { ...receipt, resource: work.resource, reason: `${reason}${over}` })
  return receipt
}

/** Noted before the write: afterwards nobody could tell any more what was there. */
async function noteOverwrite(deps: Deps, { id }: Deployment, { drift, message }: DriftFound): Promise<true> {
  const reason = `${message}; it is written over`
  await changeDeployment(deps, id, () => ({ type: 'drift-noted', drift, stands: true, reason }))
  return true
}

/** What was changed leaves nothing to write: the shares are those that were wanted. From now on it counts as ours. */
async function noteSettled(deps: Deps, { id }: Deployment, { drift, message }: DriftFound): Promise<void> {
  const reason = `${message}; the shares are as they should be, so nothing is written`
  await changeDeployment(deps, id, () => ({ type: 'drift-noted', drift, stands: false, reason }))
}

/**
 * Does `write` for one route after the other, so that the first failure stops early; then for the record sets all at once:
 * they wait for Route 53, and what waits together goes in one batch.
 */
export async function writeEach(
  routes: readonly RouteAtWork[],
  write: (work: RouteAtWork) => Promise<unknown>,
): Promise<void> {
  const isQueued = ({ route }: RouteAtWork) => route.kind === 'route53'
  for (const work of routes.filter((one) => !isQueued(one))) await write(work)
  const written = await Promise.allSettled(routes.filter(isQueued).map(write))
  for (const outcome of written) if (outcome.status === 'rejected') throw outcome.reason
}

/** Adds the event of a write that was read back; nothing where nothing was sent. */
export async function recordWrite(
  deps: Pick<Deps, 'deployments' | 'clock'>,
  id: string,
  {
    wrote,
    resource,
    before,
    after,
    changeId,
    reason,
  }: WriteReceipt & { readonly resource: string; readonly reason: string },
): Promise<void> {
  if (wrote) await changeDeployment(deps, id, () => ({ type: 'written', resource, before, after, changeId, reason }))
}

/** True when the same slots are part of both actions, whatever their weights. */
export function sameMembers(a: RouteState, b: RouteState): boolean {
  return slots.every((slot) => (a.weights[slot] === null) === (b.weights[slot] === null))
}
