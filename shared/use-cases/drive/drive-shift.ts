import type { Deps } from '../../deps.ts'
import type { Deployment } from '../../domain/deployment.ts'
import { isApproved } from '../../domain/next-action.ts'
import { type CodeDeployRoute, resourceOf } from '../../domain/service.ts'
import { systemActor } from '../../domain/transition.ts'
import { toInstant } from '../../ports/clock.ts'
import { waitForRaise } from '../blocked-raise.ts'
import { changeDeployment } from '../change-deployment.ts'
import { findRaiseBlock } from '../raise-blocks.ts'
import { rollBack } from '../roll-back.ts'
import { DriftFound, routesAtWork } from '../route-guard.ts'
import { writePlanned } from '../write-planned.ts'
import { followDriver, reachStep } from './follow-driver.ts'
import { GroupBusy } from './group-busy.ts'
import { startDriver } from './start-driver.ts'

/** How soon a driver is looked at again before its first shift, seconds. */
const lookSeconds = 30
/** How soon a group that somebody else uses is tried again, seconds. */
const busySeconds = 60

/**
 * What "write the next share" comes to where a driver owns the shift: have it begin, let it go on where it waits for an
 * approval that was given, and follow it until it reports a share.
 */
export async function driveShift(deps: Deps, deployment: Deployment, route: CodeDeployRoute): Promise<Deployment> {
  if (deployment.overwriteDrift && deployment.driven?.progress?.status === 'succeeded')
    return writeOver(deps, deployment, route)
  const isWaiting = deployment.driven?.progress?.waitsFor === 'ready'
  const block = !deployment.driven?.progress || isWaiting ? await findRaiseBlock(deps, deployment) : null
  if (block) return waitForRaise(deps, deployment.id, block)
  const started = await startOrWait(deps, deployment, route)
  const followed = await followDriver(deps, started)
  await release(deps, followed, route)
  return lookAgain(deps, followed)
}

/** A person chose that what somebody changed after the driver's success is written over. The driver does nothing any more. */
async function writeOver(deps: Deps, deployment: Deployment, { moves }: CodeDeployRoute): Promise<Deployment> {
  if (moves)
    for (const work of routesAtWork(deployment))
      await writePlanned(deps, deployment, { ...work, route: moves }, { percent: 100, keepIdle: true, reason: '100 %' })
  return reachStep(deps, deployment, true)
}

async function startOrWait(deps: Deps, deployment: Deployment, route: CodeDeployRoute): Promise<Deployment> {
  if (deployment.driven?.progress) return deployment
  try {
    return await startDriver(deps, deployment, route)
  } catch (error) {
    if (error instanceof DriftFound) return giveUp(deps, deployment, error)
    if (!(error instanceof GroupBusy)) throw error
    return waitForGroup(deps, deployment, `${resourceOf(route)} is busy: ${error.message}`)
  }
}

/** Nothing of ours is there yet, and its sides are no longer what they were planned to be: whatever serves stays. */
function giveUp(deps: Deps, { id }: Deployment, { message, drift }: DriftFound): Promise<Deployment> {
  const reason = `${message}; nothing was deployed: start another deployment, which begins from there`
  return rollBack(deps, id, { type: 'drift', actor: systemActor, reason }, drift)
}

/** A deployment that came through the queue waits for as long as it takes; any other until its deadline. */
function waitForGroup(deps: Deps, { id }: Deployment, reason: string): Promise<Deployment> {
  const until = toInstant(deps.clock.now() + busySeconds * 1000)
  return changeDeployment(deps, id, (newest) => {
    if (newest.stage !== 'shifting' || newest.hold !== null) return null
    if (newest.queued?.takesOver !== false) return { type: 'shift-delayed', until, reason }
    const deadlineAt = toInstant(Date.parse(until) + busySeconds * 10_000)
    return { type: 'raise-blocked', block: { finding: 'codedeploy-busy', reason, until }, until, deadlineAt }
  })
}

async function release(deps: Deps, deployment: Deployment, route: CodeDeployRoute): Promise<void> {
  const { stage, goal, driven } = deployment
  const progress = driven?.progress
  if (goal !== 'plan' || stage !== 'shifting' || progress?.waitsFor !== 'ready') return
  if (!isApproved(deployment, 0)) return
  await deps.driverFor(route).continue(progress.deploymentId, 'ready')
}

function lookAgain(deps: Deps, { id }: Deployment): Promise<Deployment> {
  const until = toInstant(deps.clock.now() + lookSeconds * 1000)
  return changeDeployment(deps, id, (newest) =>
    newest.driven?.progress && newest.stage === 'shifting' && newest.goal === 'plan' && newest.hold === null
      ? { type: 'prolonged', until }
      : null,
  )
}
