import type { Deps } from '../deps.ts'
import { neededHealthy } from '../domain/capacity.ts'
import type { Deployment } from '../domain/deployment.ts'
import { drivenRouteOf } from '../domain/driven.ts'
import { ConflictError } from '../domain/errors.ts'
import { decideNext, unjudged } from '../domain/next-action.ts'
import { aliasTtlSeconds, usualPropagationSeconds } from '../domain/record-set.ts'
import { type CodeDeployRoute, type Route, targetGroupOf } from '../domain/service.ts'
import { isMovedBy, isReachedBy } from '../domain/waves.ts'
import { toInstant } from '../ports/clock.ts'
import { findBlockedRaise, type PlannedShare, RaiseBlocked, requireMayRaise, waitForRaise } from './blocked-raise.ts'
import { changeDeployment, loadDeployment } from './change-deployment.ts'
import { driveShift } from './drive/drive-shift.ts'
import { followDrift } from './follow-drift.ts'
import { earliestStepEndMs } from './look-times.ts'
import { DriftFound, type RouteAtWork, routesAtWork } from './route-guard.ts'
import { findUnsafeStable } from './safe-side.ts'
import { type TaskAnswer, taskAnswer } from './task-answer.ts'
import { writeEach, writePlanned } from './write-planned.ts'
import { isInsync } from './zone/propagation.ts'

/** How long one task waits for Route 53's servers, with the writes before it, real milliseconds. */
const spreadPatienceMs = 20_000
/** With so much of a step's time left, asking whether it has arrived counts as one of the plan's requests, seconds. */
const urgentSeconds = 600
/** How soon a raise that had to wait (for capacity, for Route 53's servers) is tried again, seconds. */
const retryRaiseSeconds = 30

/**
 * Writes the weight of the deployment's target step on every route and records it once all of them were read back.
 * Repeating it is harmless: what is already there is not sent again. Where the record says that nothing may be written
 * (paused, halted, rolling back, ended), nothing is, and Bake or EvaluateGates see why.
 */
export async function shiftTraffic(deps: Deps, id: string): Promise<TaskAnswer> {
  const giveUpAtMs = deps.clock.realNow() + spreadPatienceMs
  const deployment = await loadDeployment(deps, id)
  if (decideNext(deployment, unjudged, deps.clock.now()).type !== 'shift') return answer(deps, deployment)
  const driven = drivenRouteOf(deployment)
  if (driven) return answer(deps, await driveUnlessStopped(deps, deployment, driven))
  const block = await findBlockedRaise(deps, deployment, plannedShares(deployment))
  if (block) return answer(deps, await waitForRaise(deps, id, block))
  const shortage = await findShortage(deps, deployment)
  if (shortage) return answer(deps, await delay(deps, id, shortage))
  const unready = await findUnsafeStable(deps, deployment)
  if (unready) return answer(deps, await delay(deps, id, `no raise, as going back would not be safe: ${unready}`))
  try {
    await writeEach(routesToShift(deployment), (work) => writeWeight(deps, deployment, work))
    const spreading = await findSpreading(deps, await loadDeployment(deps, id), giveUpAtMs)
    if (spreading !== null) return answer(deps, await delay(deps, id, spreading))
    return answer(deps, await recordShift(deps, deployment))
  } catch (error) {
    if (error instanceof RaiseBlocked) return answer(deps, await waitForRaise(deps, id, error.block))
    if (error instanceof DriftFound) return answer(deps, await followDrift(deps, deployment, error))
    // A pause, halt or rollback came in between: whoever set it acts on it, nothing more is raised here.
    if (error instanceof ConflictError) return answer(deps, await loadDeployment(deps, id))
    throw error
  }
}

/** A pause, halt or rollback that comes in between is whoever's who set it. */
async function driveUnlessStopped(deps: Deps, deployment: Deployment, route: CodeDeployRoute): Promise<Deployment> {
  try {
    return await driveShift(deps, deployment, route)
  } catch (error) {
    if (error instanceof ConflictError) return loadDeployment(deps, deployment.id)
    throw error
  }
}

function answer(deps: Deps, deployment: Deployment): TaskAnswer {
  return taskAnswer(deployment, 'bake', deps.clock.now())
}

/**
 * The routes of the wave that the target step belongs to; where a foreign change is to be written over, all that were
 * written before as well: it may be there.
 */
function routesToShift(deployment: Deployment): readonly RouteAtWork[] {
  const step = deployment.plan.steps[deployment.target]
  return routesAtWork(deployment).filter(
    ({ route, progress }) =>
      step !== undefined && (isMovedBy(route, step) || (deployment.overwriteDrift && progress.touched)),
  )
}

/** What a route is to have after the target step, percent: a wave that is over stays at 100, one that is to come at 0. */
function shareToWrite({ plan, target }: Deployment, route: Route): number {
  const step = plan.steps[target]
  if (step === undefined || isMovedBy(route, step)) return step?.weight ?? 0
  return isReachedBy(route, step) ? 100 : 0
}

function plannedShares(deployment: Deployment): readonly PlannedShare[] {
  return routesToShift(deployment).map(({ route }) => ({ route, percent: shareToWrite(deployment, route) }))
}

async function writeWeight(deps: Deps, deployment: Deployment, work: RouteAtWork): Promise<void> {
  const percent = shareToWrite(deployment, work.route)
  const wave = deployment.plan.steps[deployment.target]?.wave
  const reason = `step ${deployment.target}${wave === undefined ? '' : ` (wave ${wave})`}: ${percent} %`
  await writePlanned(deps, deployment, work, {
    ...{ percent, keepIdle: true, reason },
    mayWrite: (seen, target) => requireMayRaise(deps, deployment, seen, target),
  })
}

/** The step's clock starts only now, and only after the settling time; for DNS, when the old answers have run out. */
async function recordShift(deps: Deps, written: Deployment): Promise<Deployment> {
  const settledAtMs = deps.clock.now() + settlingSeconds(await loadDeployment(deps, written.id)) * 1000
  return changeDeployment(deps, written.id, (deployment) => {
    const step = deployment.plan.steps[written.target]
    if (!step || deployment.stage !== 'shifting' || deployment.target !== written.target) return null
    const bakeEndsAtMs = settledAtMs + step.bakeSeconds * 1000
    return {
      type: 'shifted',
      step: written.target,
      settledAt: toInstant(settledAtMs),
      bakeEndsAt: toInstant(bakeEndsAtMs),
      lookAt: toInstant(Math.max(bakeEndsAtMs, earliestStepEndMs(deployment.settings.gates, settledAtMs))),
    }
  })
}

/**
 * A sentence about a change that Route 53 has not brought to all its servers yet; null when there is none. Waits a little
 * for it: most are there within a minute, and a state of the workflow less is one less to pay.
 */
async function findSpreading(deps: Deps, deployment: Deployment, giveUpAtMs: number): Promise<string | null> {
  const changes = spreadingChanges(deployment)
  const lane = isUrgent(deployment, deps.clock.now()) ? 'plan' : 'background'
  for (let pauseMs = 100; ; pauseMs = Math.min(2 * pauseMs, 2000)) {
    const arrived = await Promise.all(changes.map((id) => isInsync(deps, id, lane)))
    const missing = changes.filter((_, index) => !arrived[index])
    if (missing.length === 0) return null
    if (deps.clock.realNow() + pauseMs > giveUpAtMs)
      return `Route 53 is still bringing ${missing.join(', ')} to its servers; the step's clock has not started`
    await deps.clock.sleep(pauseMs)
  }
}

/** With little time left the question must not stand behind all others: an account that is always busy has no background. */
function isUrgent({ deadlineAt }: Deployment, nowMs: number): boolean {
  return deadlineAt !== null && Date.parse(deadlineAt) - nowMs < urgentSeconds * 1000
}

/** The changes of the step that is being written. */
function spreadingChanges(deployment: Deployment): readonly string[] {
  const changes = routesToShift(deployment).flatMap(({ progress: { change } }) =>
    change?.step === deployment.target ? [change.id] : [],
  )
  return [...new Set(changes)]
}

/** A change of ours whose id was lost counts as one that has only begun to spread. */
function settlingSeconds(deployment: Deployment): number {
  const lags = routesToShift(deployment).map(({ route, progress }) => {
    if (route.kind !== 'route53') return 0
    const ttlSeconds = progress.snapshot?.lagSeconds ?? aliasTtlSeconds
    return progress.change?.step === deployment.target ? ttlSeconds : ttlSeconds + usualPropagationSeconds
  })
  return Math.max(deployment.settings.settleSeconds, ...lags)
}

/**
 * A raise never starts onto a side that cannot carry it (and a side without a healthy target gets no share at all).
 * The target-health gate decides what follows if it stays that way.
 */
async function findShortage(deps: Deps, deployment: Deployment): Promise<string | null> {
  for (const { route } of routesToShift(deployment)) {
    const sharePercent = shareToWrite(deployment, route)
    const [onStable, onCanary] = [targetGroupOf(route, deployment.stable), targetGroupOf(route, deployment.canary)]
    if (onStable === null || onCanary === null) continue
    const [stable, canary] = await Promise.all([deps.targetHealth.read(onStable), deps.targetHealth.read(onCanary)])
    const needed = neededHealthy({ sharePercent, otherHealthy: stable.healthy })
    const available = canary.healthy + canary.unknown
    if (available < needed) {
      return `${sharePercent} % needs ${needed} healthy canary target(s), ${available} of ${canary.total} are: ${canary.reasons.slice(0, 3).join('; ') || 'no reason given'}`
    }
  }
  return null
}

function delay(deps: Deps, id: string, shortage: string): Promise<Deployment> {
  return changeDeployment(deps, id, (deployment) =>
    deployment.stage === 'shifting' && deployment.hold === null
      ? { type: 'shift-delayed', until: toInstant(deps.clock.now() + retryRaiseSeconds * 1000), reason: shortage }
      : null,
  )
}
