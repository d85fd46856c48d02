import type { Deps } from '../deps.ts'
import type { Cause, Deployment } from '../domain/deployment.ts'
import { drivenRouteOf } from '../domain/driven.ts'
import { ConflictError, TransientError } from '../domain/errors.ts'
import { type Action, driverLookSeconds } from '../domain/next-action.ts'
import type { TransitionEvent } from '../domain/transition.ts'
import { toInstant } from '../ports/clock.ts'
import { changeDeployment } from './change-deployment.ts'
import { finishDriver } from './drive/finish-driver.ts'
import { finishRoutes } from './finish-routes.ts'
import { closeDeployment } from './roll-back.ts'
import { rollBackIfSafe } from './roll-back-if-safe.ts'
import { type TaskAnswer, taskAnswer } from './task-answer.ts'

/** How long writing one step's weight may take, with every wait for capacity, before it rolls back. Seconds. */
export const shiftSeconds = 900

/**
 * Does what was decided for `deployment`, and says where the workflow goes. If the record has moved since the decision,
 * nothing is done: Bake sees at once that something is due, and the newest record is judged.
 */
export async function performAction(deps: Deps, deployment: Deployment, action: Action): Promise<TaskAnswer> {
  const nowMs = deps.clock.now()
  const answer = (next: TaskAnswer['next'], at = deployment) => taskAnswer(at, next, deps.clock.now())
  switch (action.type) {
    case 'close':
      return answer('close')
    case 'verify':
      return answer('verify')
    case 'roll-back':
      return performRollBack(deps, deployment, action.cause)
    case 'halt':
      return answer('bake', await halt(deps, deployment, action.cause))
    case 'wait':
      if (deployment.stage !== 'baking' || deployment.hold || action.until === null) return answer('bake')
      return answer('bake', await record(deps, deployment, { type: 'prolonged', until: action.until }))
    case 'await-approval': {
      const deadlineAt = toInstant(nowMs + deployment.settings.approvals.timeoutSeconds * 1000)
      return answer('bake', await record(deps, deployment, { type: 'approval-wanted', step: action.step, deadlineAt }))
    }
    case 'shift': {
      if (deployment.stage === 'shifting') return answer('shift')
      const { step, reason } = action
      const deadlineAt = toInstant(nowMs + shiftSeconds * 1000)
      const next = await record(deps, deployment, { type: 'shift-wanted', step, reason, deadlineAt })
      return answer(next.stage === 'shifting' && next.hold === null ? 'shift' : 'bake', next)
    }
    case 'succeed': {
      const driven = drivenRouteOf(deployment)
      if (driven && !(await finishDriver(deps, deployment, driven))) {
        const until = toInstant(nowMs + driverLookSeconds * 1000)
        return answer('bake', await record(deps, deployment, { type: 'prolonged', until }))
      }
      if (!driven) await finishRoutes(deps, deployment)
      const next = await record(deps, deployment, { type: 'succeeded' })
      if (next.phase !== 'succeeded') return answer('bake', next)
      return answer('close', await closeDeployment(deps, deployment.id))
    }
  }
}

/** Whoever decides a rollback performs it at once; what fails now is retried by the state machine for an hour. */
async function performRollBack(deps: Deps, deployment: Deployment, cause: Cause): Promise<TaskAnswer> {
  try {
    const after = await rollBackIfSafe(deps, deployment, cause)
    return taskAnswer(after, after.hold?.kind === 'halted' ? 'bake' : 'close', deps.clock.now())
  } catch (error) {
    if (!(error instanceof TransientError || error instanceof ConflictError)) throw error
    deps.logger.warn('roll-back-incomplete', { deployment: deployment.id, error })
    return taskAnswer(deployment, 'roll-back', deps.clock.now())
  }
}

async function halt(deps: Deps, deployment: Deployment, cause: Cause): Promise<Deployment> {
  const halted = await record(deps, deployment, { type: 'halt', cause })
  if (halted.hold?.kind === 'halted' && deployment.hold?.kind !== 'halted')
    await deps.notifier.page(halted, cause.reason)
  return halted
}

/** Saves the event only if nothing that matters has changed since the decision was made on `decided`. */
function record(deps: Deps, decided: Deployment, event: TransitionEvent): Promise<Deployment> {
  return changeDeployment(deps, decided.id, (newest) => (newest.version === decided.version ? event : null))
}
