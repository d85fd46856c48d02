import type { Deps } from '../../deps.ts'
import { type Deployment, isFinal } from '../../domain/deployment.ts'
import { drivenRouteOf, reachedStep } from '../../domain/driven.ts'
import { type DriverProgress, isSameLook } from '../../domain/driver-progress.ts'
import { isApproved } from '../../domain/next-action.ts'
import { toInstant } from '../../ports/clock.ts'
import { changeDeployment } from '../change-deployment.ts'
import { earliestStepEndMs } from '../look-times.ts'
import { diagnoseNews } from './diagnose-news.ts'

/**
 * Brings the record to where the driver's deployment is: its lifecycle events, the share it has shifted, the step that this
 * reaches, an approval that it waits for. Decides nothing, and writes nothing but the record: a second look at the same time
 * does no harm. Nothing happens where no driver's deployment is known, or ours is rolled back or over.
 *
 * @throws {TransientError} If the driver cannot be asked now.
 * @throws {NotFoundError} If its deployment is gone.
 */
export async function followDriver(deps: Deps, deployment: Deployment): Promise<Deployment> {
  const route = drivenRouteOf(deployment)
  const known = deployment.driven?.progress
  if (!route || !known || !isUnderWay(deployment)) return deployment
  const progress = await deps.driverFor(route).read(known.deploymentId)
  const diagnosis = await diagnoseNews(deps, deployment, progress)
  const followed = await changeDeployment(deps, deployment.id, (newest) =>
    isUnderWay(newest) && isStill(newest, known) ? { type: 'driver-followed', progress, diagnosis } : null,
  )
  return askForApproval(deps, await reachStep(deps, followed))
}

/** Whoever was faster may have seen more: what was read beside that says nothing, and the next look sees all. */
function isStill({ driven }: Deployment, known: DriverProgress): boolean {
  const newest = driven?.progress
  return newest != null && isSameLook(newest, known)
}

function isUnderWay({ phase, goal }: Deployment): boolean {
  return goal === 'plan' && !isFinal(phase)
}

/**
 * The step's clock starts when its weight was seen, and only after the settling time.
 *
 * @param isWrittenOver - True: what somebody else had changed was written over. Default false.
 */
export function reachStep(deps: Deps, followed: Deployment, isWrittenOver = false): Promise<Deployment> {
  const settledAtMs = deps.clock.now() + followed.settings.settleSeconds * 1000
  return changeDeployment(deps, followed.id, (newest) => {
    const progress = newest.driven?.progress
    const step = progress ? reachedStep(newest.plan, progress) : null
    if (step === null || !isUnderWay(newest)) return null
    // What somebody else changed is written over first.
    if (newest.stage === 'baking' ? step <= newest.step : newest.overwriteDrift && !isWrittenOver) return null
    const bakeEndsAtMs = settledAtMs + (newest.plan.steps[step]?.bakeSeconds ?? 0) * 1000
    const isLast = step === newest.plan.steps.length - 1
    const lookAtMs = isLast
      ? Math.max(bakeEndsAtMs, earliestStepEndMs(newest.settings.gates, settledAtMs))
      : bakeEndsAtMs
    return {
      type: 'driver-shifted',
      step,
      settledAt: toInstant(settledAtMs),
      bakeEndsAt: toInstant(bakeEndsAtMs),
      lookAt: toInstant(lookAtMs),
    }
  })
}

/** Where the group has CodeDeploy wait before traffic, that is the moment at which our approval counts. */
function askForApproval(deps: Deps, followed: Deployment): Promise<Deployment> {
  const deadlineAt = toInstant(deps.clock.now() + followed.settings.approvals.timeoutSeconds * 1000)
  return changeDeployment(deps, followed.id, (newest) =>
    isUnderWay(newest) &&
    newest.stage === 'shifting' &&
    newest.hold === null &&
    newest.driven?.progress?.waitsFor === 'ready' &&
    !isApproved(newest, 0)
      ? { type: 'approval-wanted', step: 0, deadlineAt }
      : null,
  )
}
