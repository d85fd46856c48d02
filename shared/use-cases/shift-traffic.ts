import type { Deps } from '../deps.ts'
import { neededHealthy } from '../domain/capacity.ts'
import type { Deployment } from '../domain/deployment.ts'
import { ConflictError } from '../domain/errors.ts'
import { decideNext, unjudged } from '../domain/next-action.ts'
import { targetGroupOf } from '../domain/service.ts'
import { toInstant } from '../ports/clock.ts'
import { changeDeployment, loadDeployment } from './change-deployment.ts'
import { followDrift } from './follow-drift.ts'
import { earliestStepEndMs } from './look-times.ts'
import { DriftFound, type RouteAtWork, routesAtWork } from './route-guard.ts'
import { type TaskAnswer, taskAnswer } from './task-answer.ts'
import { writePlanned } from './write-planned.ts'

/** How soon a raise that had to wait for capacity is tried again, seconds. */
const retryRaiseSeconds = 30

/**
 * Writes the weight of the deployment's target step on every route and records it once all of them were read back.
 * Repeating it is harmless: what is already there is not sent again. Where the record says that nothing may be written
 * (paused, halted, rolling back, ended), nothing is, and Bake or EvaluateGates see why.
 */
export async function shiftTraffic(deps: Deps, id: string): Promise<TaskAnswer> {
  const deployment = await loadDeployment(deps, id)
  if (decideNext(deployment, unjudged, deps.clock.now()).type !== 'shift') return answer(deps, deployment)
  const shortage = await findShortage(deps, deployment)
  if (shortage) return answer(deps, await delay(deps, id, shortage))
  try {
    for (const work of routesAtWork(deployment)) await writeWeight(deps, deployment, work)
    return answer(deps, await recordShift(deps, deployment))
  } catch (error) {
    if (error instanceof DriftFound) return answer(deps, await followDrift(deps, deployment, error))
    // A pause, halt or rollback came in between: whoever set it acts on it, nothing more is raised here.
    if (error instanceof ConflictError) return answer(deps, await loadDeployment(deps, id))
    throw error
  }
}

function answer(deps: Deps, deployment: Deployment): TaskAnswer {
  return taskAnswer(deployment, 'bake', deps.clock.now())
}

function writeWeight(deps: Deps, deployment: Deployment, work: RouteAtWork): Promise<void> {
  const percent = deployment.plan.steps[deployment.target]?.weight ?? 0
  const reason = `step ${deployment.target}: ${percent} %`
  return writePlanned(deps, deployment, work, { percent, keepIdle: true, reason })
}

/** The step's clock starts only now, and only after the settling time. */
async function recordShift(deps: Deps, written: Deployment): Promise<Deployment> {
  const settledAtMs = deps.clock.now() + written.settings.settleSeconds * 1000
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
 * A raise never starts onto a side that cannot carry it (and a side without a healthy target gets no share at all).
 * The target-health gate decides what follows if it stays that way.
 */
async function findShortage(deps: Deps, deployment: Deployment): Promise<string | null> {
  const sharePercent = deployment.plan.steps[deployment.target]?.weight ?? 0
  for (const { route } of routesAtWork(deployment)) {
    const [stable, canary] = await Promise.all([
      deps.targetHealth.read(targetGroupOf(route, deployment.stable)),
      deps.targetHealth.read(targetGroupOf(route, deployment.canary)),
    ])
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
