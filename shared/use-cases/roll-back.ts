import type { Deps } from '../deps.ts'
import { type Cause, type Deployment, isFinal, isOver } from '../domain/deployment.ts'
import type { Drift } from '../domain/drift.ts'
import { ConflictError, NotFoundError, TransientError } from '../domain/errors.ts'
import { whyRestoreStops } from '../domain/may-write.ts'
import { messageOf } from '../domain/message-of.ts'
import { resolverLagSeconds } from '../domain/resolver-lag.ts'
import { type RouteState, sameRouting } from '../domain/traffic.ts'
import type { RestoredRoute } from '../domain/transition-event.ts'
import type { TrafficRouter } from '../ports/traffic-router.ts'
import { changeDeployment, loadDeployment } from './change-deployment.ts'
import { takeBack } from './drive/take-back.ts'
import { restoreTest } from './point-test.ts'
import { restoreGoal, toStable } from './restore-goal.ts'
import { type RouteAtWork, routesAtWork } from './route-guard.ts'
import { coolOldSide, noteTakenBack, warmOldSide } from './warm-old-side.ts'
import { needsWatch } from './watch-ended.ts'
import { recordWrite, sameMembers } from './write-planned.ts'
import { writeRoute } from './write-route.ts'

/**
 * Takes traffic back to the snapshot, now. First the goal is recorded, which stops every other writer at its check; then
 * each route that we touched is restored, last one first, and one that fails does not stop the others. Needs nothing
 * but the record: workflow, check and API each call it alone, and calling it twice is harmless.
 *
 * @param drift - What somebody else changed, where that is the reason.
 * @returns The record once everything was read back equal to the snapshot; its phase is final.
 * @throws {NotFoundError} If there is no such deployment.
 * @throws {ConflictError} If it ended otherwise (`succeeded`).
 * @throws {TransientError} If a route could not be restored yet; the goal stands, call again.
 */
export async function rollBack(deps: Deps, id: string, cause: Cause, drift?: Drift): Promise<Deployment> {
  const decided = await changeDeployment(deps, id, () => ({ type: 'roll-back', cause, ...(drift && { drift }) }))
  if (isOver(decided.phase)) return release(deps, decided)
  const ready = await warmOldSide(deps, decided)
  if (isOver(ready.phase)) return release(deps, ready)
  const restored = await restoreAll(deps, ready)
  const failures = restored.flatMap(({ errors }) => errors)
  if (failures.length === 0) {
    await noteTakenBack(deps, ready)
    const tailSeconds = resolverLagSeconds(decided, ({ touched }) => touched)
    return release(deps, await changeDeployment(deps, id, () => ({ type: 'restored', tailSeconds })))
  }
  const now = await loadDeployment(deps, id)
  if (isOver(now.phase)) return release(deps, now)
  await notePartly(deps, now, restored)
  const named = failures.map(messageOf).join('; ')
  throw new TransientError(`${id}: ${failures.length} route(s) not restored: ${named}`, { cause: failures[0] })
}

/** How long a route that takes its time keeps the next one waiting, real milliseconds: it goes on beside it. */
const nextRouteAfterMs = 2000

interface Restored {
  readonly resource: string
  readonly errors: readonly unknown[]
}

/** Begins with the last wave and its last route. One that fails, or hangs, does not stop the others. */
async function restoreAll(deps: Deps, deployment: Deployment): Promise<readonly Restored[]> {
  const routes = [...routesAtWork(deployment)].sort((a, b) => a.route.wave - b.route.wave).reverse()
  const begun: Promise<Restored>[] = []
  for (const work of routes) {
    const restoring = restoreOne(deps, deployment, work)
    begun.push(restoring)
    if (work.progress.touched) await Promise.race([restoring, deps.clock.sleep(nextRouteAfterMs)])
  }
  return Promise.all(begun)
}

/** The test entry comes last and by itself: it carries no users, and must not stand in the way of what does. */
async function restoreOne(deps: Deps, deployment: Deployment, work: RouteAtWork): Promise<Restored> {
  const errors: unknown[] = []
  for (const restore of [restoreRoute, restoreTestEntry]) {
    try {
      await restore(deps, deployment, work)
    } catch (error) {
      deps.logger.error('restore-failed', { deployment: deployment.id, resource: work.resource, error })
      errors.push(error)
    }
  }
  return { resource: work.resource, errors }
}

/**
 * Where some routes are back and some are not, says of each what became of it, and calls a person for those that were not
 * known to fail. A try that comes to the same says nothing again.
 */
async function notePartly(deps: Deps, deployment: Deployment, restored: readonly Restored[]): Promise<void> {
  const outcomes = restored
    .filter(({ resource }) => deployment.routes.some((route) => route.resource === resource && route.touched))
    .map(({ resource, errors }) => ({
      resource,
      failure: errors.length === 0 ? null : errors.map(messageOf).join('; '),
    }))
  const isPartly = outcomes.some(({ failure }) => failure === null)
  if (!isPartly || outcomes.every((outcome) => isKnown(deployment, outcome))) return
  const isNewFailure = outcomes.some((outcome) => outcome.failure !== null && !isKnown(deployment, outcome))
  try {
    const noted = await changeDeployment(deps, deployment.id, (newest) =>
      isOver(newest.phase) ? null : { type: 'partly-restored', outcomes },
    )
    if (isNewFailure) await deps.notifier.page(noted, partlySentence(outcomes))
  } catch (error) {
    // The rollback itself is tried again by whoever called; only the telling failed.
    deps.logger.error('partly-restored-not-noted', { deployment: deployment.id, error })
  }
}

function isKnown({ routes }: Deployment, { resource, failure }: RestoredRoute): boolean {
  const known = routes.find((route) => route.resource === resource)?.restore?.status
  return known === (failure === null ? 'restored' : 'failed')
}

function partlySentence(outcomes: readonly RestoredRoute[]): string {
  const failed = outcomes.filter(({ failure }) => failure !== null)
  const named = failed.map(({ resource, failure }) => `${resource}: ${failure}`).join('; ')
  return `${outcomes.length - failed.length} of ${outcomes.length} routes are restored; still being tried: ${named}`
}

async function restoreRoute(deps: Deps, deployment: Deployment, work: RouteAtWork): Promise<void> {
  if (work.route.kind === 'codedeploy' && work.progress.touched) {
    const mayRestore = async () => void (await allowRestore(deps, deployment.id))
    return takeBack(deps, { deployment, work, route: work.route, mayRestore })
  }
  const snapshot = work.progress.snapshot
  if (!work.progress.touched || !snapshot) return
  const router = deps.routerFor(work.route)
  const goal = restoreGoal(router, deployment, snapshot)
  const write = (to: (seen: RouteState) => RouteState) =>
    writeRoute(deps, {
      deployment: deployment.id,
      lane: 'rollback',
      resource: work.resource,
      router,
      target: to,
      isThere: sameGroups,
      mayWrite: () => allowRestore(deps, deployment.id),
    })
  const receipt = await write(() => goal).catch(async (error: unknown) => {
    if (!(error instanceof NotFoundError)) throw error
    if (await isGone(router)) return noteGone(deps, deployment, work.resource)
    // The snapshot names a group that was deleted since: everything to stable is what is left of it.
    return write((seen) => toStable(router, deployment, seen))
  })
  const about = { resource: work.resource, reason: 'restored from the snapshot' }
  if (receipt) await recordWrite(deps, deployment.id, { ...receipt, ...about })
}

async function restoreTestEntry(deps: Deps, deployment: Deployment, work: RouteAtWork): Promise<void> {
  try {
    await restoreTest(deps, deployment.id, work)
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error
    await noteGone(deps, deployment, work.progress.test?.resource ?? work.resource)
  }
}

/** The last look before a restore. */
async function allowRestore(deps: Deps, id: string): Promise<false> {
  const deployment = await loadDeployment(deps, id)
  const why = whyRestoreStops(deployment)
  if (why !== null) throw new ConflictError(why, { phase: deployment.phase })
  return false
}

async function isGone(router: Pick<TrafficRouter, 'read'>): Promise<boolean> {
  try {
    await router.read('rollback')
    return false
  } catch (error) {
    if (error instanceof NotFoundError) return true
    throw error
  }
}

/** A rule that somebody deleted routes nothing: there is nothing to take back, and the service must not stay taken. */
async function noteGone(deps: Deps, deployment: Deployment, resource: string): Promise<null> {
  const reason = `${resource} is gone: it routes nothing, so there is nothing to restore`
  const noted = await changeDeployment(deps, deployment.id, () => ({ type: 'note', reason }))
  await deps.notifier.page(noted, reason)
  return null
}

/** Also the same groups in the action: one that we attached at weight 0 leaves again. */
function sameGroups(seen: RouteState, target: RouteState): boolean {
  return sameRouting(seen, target) && sameMembers(seen, target)
}

/** The final phase is recorded; now the service is free, and a workflow that still waits learns of the end. */
async function release(deps: Deps, deployment: Deployment): Promise<Deployment> {
  await coolOldSide(deps, deployment)
  await closeDeployment(deps, deployment.id)
  return deployment
}

/**
 * Frees what an ended deployment holds: its service, and a workflow that waits. Safe to repeat. One that has written stays
 * watched until another begins; one that has not ended, or whose rollback failed, keeps its service.
 */
export async function closeDeployment(deps: Deps, id: string): Promise<Deployment> {
  const deployment = await loadDeployment(deps, id)
  if (!isFinal(deployment.phase)) return deployment
  if (needsWatch(deployment)) await deps.deployments.watchPointer(deployment.service, id)
  else if (isOver(deployment.phase)) await deps.deployments.freePointer(deployment.service, id)
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
