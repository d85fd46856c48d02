import type { Deps } from '../deps.ts'
import { type Cause, type Deployment, isFinal } from '../domain/deployment.ts'
import { TransientError } from '../domain/errors.ts'
import { type RouteState, sameRouting, slots } from '../domain/traffic.ts'
import { changeDeployment, loadDeployment } from './change-deployment.ts'
import { restoreTest } from './point-test.ts'
import { type RouteAtWork, routesAtWork } from './route-guard.ts'
import { writeRoute } from './write-route.ts'

/**
 * Takes traffic back to the snapshot, now. First the goal is recorded, which stops every other writer at its check; then
 * each route that we touched is restored, last one first, and one that fails does not stop the others. Needs nothing
 * but the record: workflow, check and API each call it alone, and calling it twice is harmless.
 *
 * @returns The record once everything was read back equal to the snapshot; its phase is final.
 * @throws {NotFoundError} If there is no such deployment.
 * @throws {ConflictError} If it ended otherwise (`succeeded`).
 * @throws {TransientError} If a route could not be restored yet; the goal stands, call again.
 */
export async function rollBack(deps: Deps, id: string, cause: Cause): Promise<Deployment> {
  const decided = await changeDeployment(deps, id, () => ({ type: 'roll-back', cause }))
  if (isFinal(decided.phase) && decided.phase !== 'rollback-failed') return release(deps, decided)
  const failures: unknown[] = []
  for (const work of [...routesAtWork(decided)].reverse()) {
    try {
      await restoreRoute(deps, decided, work)
    } catch (error) {
      deps.logger.error('restore-failed', { deployment: id, resource: work.resource, error })
      failures.push(error)
    }
  }
  if (failures.length > 0) {
    const named = failures.map((error) => (error instanceof Error ? error.message : String(error))).join('; ')
    throw new TransientError(`${id}: ${failures.length} route(s) not restored: ${named}`, { cause: failures[0] })
  }
  return release(deps, await changeDeployment(deps, id, () => ({ type: 'restored' })))
}

async function restoreRoute(deps: Deps, deployment: Deployment, work: RouteAtWork): Promise<void> {
  await restoreTest(deps, deployment.id, work)
  const snapshot = work.progress.snapshot
  if (!work.progress.touched || !snapshot) return
  const router = deps.routerFor(work.route)
  // With group stickiness on, the canary leaves the action: its cookie would otherwise be honoured whatever the weights.
  const target = router.target(snapshot, { canary: deployment.canary, percent: 0, keepIdle: false })
  const goal = sameRouting(target, snapshot) ? target : snapshot
  const receipt = await writeRoute(deps, {
    resource: work.resource,
    router,
    target: () => goal,
    isThere: sameGroups,
    mayWrite: async () => false,
  })
  if (!receipt.wrote) return
  await changeDeployment(deps, deployment.id, () => ({
    type: 'written',
    resource: work.resource,
    before: receipt.before,
    after: receipt.after,
    reason: 'restored from the snapshot',
  }))
}

/** Also the same groups in the action: one that we attached at weight 0 leaves again. */
function sameGroups(seen: RouteState, target: RouteState): boolean {
  return (
    sameRouting(seen, target) &&
    slots.every((slot) => (seen.weights[slot] === null) === (target.weights[slot] === null))
  )
}

/** The final phase is recorded; now the service is free, and a workflow that still waits learns of the end. */
async function release(deps: Deps, deployment: Deployment): Promise<Deployment> {
  await closeDeployment(deps, deployment.id)
  return deployment
}

/**
 * Frees what an ended deployment holds: the service's pointer, and a workflow that waits. Safe to repeat. A deployment
 * that has not ended, or whose rollback failed, keeps its service.
 */
export async function closeDeployment(deps: Deps, id: string): Promise<Deployment> {
  const deployment = await loadDeployment(deps, id)
  if (!isFinal(deployment.phase)) return deployment
  if (deployment.phase !== 'rollback-failed') await deps.deployments.freePointer(deployment.service, id)
  await wakeWorkflow(deps, id)
  return deployment
}

/** Ends the workflow's wait, so that it looks at the record. Failing is harmless: its time-out and the check remain. */
export async function wakeWorkflow(deps: Deps, id: string): Promise<void> {
  try {
    const token = await deps.deployments.wakeToken(id)
    if (token) await deps.workflow.wake(token)
  } catch (error) {
    deps.logger.warn('wake-failed', { deployment: id, error })
  }
}
