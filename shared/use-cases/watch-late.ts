import type { Deps } from '../deps.ts'
import type { Cause, Deployment, DeploymentMeasures } from '../domain/deployment.ts'
import { ConflictError } from '../domain/errors.ts'
import type { JudgedGate } from '../domain/gates-summary.ts'
import { isLateWatchPast, type LateWatch, lateFailures, lateWatchOver, openLateWatch } from '../domain/late-watch.ts'
import { systemActor } from '../domain/transition.ts'
import { beginLateRollback, findObstacles } from './begin-late-rollback.ts'
import { changeDeployment, loadDeployment } from './change-deployment.ts'
import { judgeAfterSuccess } from './judge-gates.ts'
import { listLaterThan } from './late-obstacles.ts'
import { observeShare, toReadiness } from './measure-traffic.ts'
import { rollBack } from './roll-back.ts'

/**
 * Goes on judging a deployment that succeeded, for as long as its service wants. A gate that fails calls a person, once, or
 * has the deployment taken back; missing data only shows. When the time is over and nothing failed, the record says that the
 * old side is free. Ends at once when another deployment of the service begins, and then says nothing.
 *
 * @param looking - What the gates are judged by. Default: as everything else.
 * @returns The record afterwards.
 * @throws {TransientError} If it could not be looked at, or is not wholly taken back yet: the next check goes on.
 */
export async function watchLate(deps: Deps, deployment: Deployment, looking: Deps = deps): Promise<Deployment> {
  const late = openLateWatch(deployment)
  if (late === null) return deployment
  if ((await deps.services.get(deployment.service)) === null)
    return conclude(deps, deployment, `${deployment.service} was removed: its late watch is over`)
  // Asked before the look: what is judged after the end of the watch lies within it.
  const isPast = isLateWatchPast(deployment, late, deps.clock.now())
  if (late.seconds > 0) {
    const failing = lateFailures(await judgeAfterSuccess(looking, deployment, measureLate), deployment)
    if (failing.length > 0 && !(await isWatched(deps, deployment))) return deployment
    if (await followFailures(deps, deployment, failing, late)) return loadDeployment(deps, deployment.id)
  }
  if (!isPast) return deployment
  const measures = late.seconds > 0 ? await deps.deployments.loadMeasures(deployment.id) : null
  const newest = await loadDeployment(deps, deployment.id)
  return conclude(deps, newest, lateWatchOver(newest, measures?.gates ?? []))
}

/** The next deployment's canary may be on the old side already: of that side nothing is said any more. */
async function conclude(deps: Deps, deployment: Deployment, reason: string): Promise<Deployment> {
  if (!(await isWatched(deps, deployment))) return deployment
  return changeDeployment(deps, deployment.id, () => ({ type: 'late-watch-over', reason }))
}

async function isWatched(deps: Deps, { id, service }: Deployment): Promise<boolean> {
  return (await deps.deployments.watched(service)) === id
}

/** What arrived at each side, and whether a late rollback could be done now. */
async function measureLate(
  deps: Deps,
  deployment: Deployment,
): Promise<Pick<DeploymentMeasures, 'observedWeight' | 'rollback'>> {
  const later = await listLaterThan(deps, deployment)
  const [observedWeight, obstacles] = await Promise.all([
    observeShare(deps, deployment),
    findObstacles(deps, deployment, later, 'background'),
  ])
  const reasons = obstacles.map(({ message }) => message)
  return { observedWeight, rollback: toReadiness(deployment, reasons) }
}

/** @returns True when the deployment is being taken back. */
async function followFailures(
  deps: Deps,
  deployment: Deployment,
  failing: readonly JudgedGate[],
  { seconds, action }: LateWatch,
): Promise<boolean> {
  const sentences = failing.map(({ gate, judgement: { verdict } }) => ({
    gate: gate.name,
    reason: `gate "${gate.name}" fails in the late watch of ${seconds} s: ${verdict.reason}`,
  }))
  const [first] = sentences
  if (first === undefined) return false
  switch (action) {
    case 'notify':
      for (const { gate, reason } of sentences)
        await tellOnce(deps, deployment, gate, `${reason}; ${howToGoBack(deployment)}`)
      return false
    case 'roll-back': {
      const taken = await takeBack(deps, deployment, { type: 'gate', ...first })
      // Another deployment began in between: from then on the traffic is its matter.
      if (taken.late === null && !(await isWatched(deps, deployment))) return false
      const told = taken.late === null ? `; not taken back: ${taken.reason}` : `; taken back by ${taken.late.id}`
      for (const { gate, reason } of sentences)
        await tellOnce(deps, deployment, gate, reason + told, taken.late === null)
      if (taken.late === null) return false
      await rollBack(deps, taken.late.id, taken.late.cause ?? { type: 'gate', ...first })
      return true
    }
  }
}

function howToGoBack({ service }: Deployment): string {
  return `POST /v1/services/${service}/rollback takes it back`
}

/** In the record first, so that nobody is called twice for the same gate. */
async function tellOnce(deps: Deps, { id }: Deployment, gate: string, reason: string, needsPerson = true) {
  let isNews = false
  const told = await changeDeployment(deps, id, (newest) => {
    isNews = newest.phase === 'succeeded' && !newest.lateFailed?.includes(gate)
    return isNews ? { type: 'failed-late', gate, reason } : null
  })
  if (isNews && needsPerson) await deps.notifier.page(told, reason)
}

type Taken = { readonly late: Deployment } | { readonly late: null; readonly reason: string }

/**
 * Tried at each look while the gate fails: what is missing now may be there in a minute. But a late rollback whose old side
 * did not become healthy in its time is not begun again by itself.
 */
async function takeBack(deps: Deps, of: Deployment, cause: Cause): Promise<Taken> {
  const refused = await findRefused(deps, of)
  if (refused !== null) return { late: null, reason: `${refused.id} was refused: ${refused.cause?.reason}` }
  try {
    const wish = { service: of.service, actor: systemActor, cause, reason: null, force: false }
    return { late: await beginLateRollback(deps, { ...wish, of: of.id, lane: 'rollback' }) }
  } catch (error) {
    if (error instanceof ConflictError) return { late: null, reason: error.message }
    throw error
  }
}

async function findRefused(deps: Deps, { id, service }: Deployment): Promise<Deployment | null> {
  const { items } = await deps.deployments.list({ service, phase: 'rejected' }, { limit: 20, cursor: null })
  return items.find(({ lateRollbackOf, createdBy }) => lateRollbackOf === id && createdBy.kind === 'system') ?? null
}
