import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { TransientError } from '../domain/errors.ts'
import { decideNext } from '../domain/next-action.ts'
import { loadDeployment } from './change-deployment.ts'
import { followDriver } from './drive/follow-driver.ts'
import { followDrift } from './follow-drift.ts'
import { judgeGates } from './judge-gates.ts'
import { performAction } from './perform-action.ts'
import { DriftFound } from './route-guard.ts'
import { type TaskAnswer, taskAnswer } from './task-answer.ts'

/** A driver that cannot be asked now must not keep the gates from stopping it. */
async function followOrNot(deps: Deps, deployment: Deployment): Promise<Deployment> {
  try {
    return await followDriver(deps, deployment)
  } catch (error) {
    if (!(error instanceof TransientError)) throw error
    deps.logger.warn('driver-not-followed', { deployment: deployment.id, error })
    return deployment
  }
}

/** Judges the gates of a deployment as it stands, decides what follows, and does it. */
export async function evaluateGates(deps: Deps, id: string): Promise<TaskAnswer> {
  const { deployment, gates } = await judgeGates(deps, id, await followOrNot(deps, await loadDeployment(deps, id)))
  try {
    return await performAction(deps, deployment, decideNext(deployment, gates, deps.clock.now()))
  } catch (error) {
    if (!(error instanceof DriftFound)) throw error
    return taskAnswer(await followDrift(deps, deployment, error), 'bake', deps.clock.now())
  }
}
