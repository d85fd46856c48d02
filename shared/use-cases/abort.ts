import type { Deps } from '../deps.ts'
import type { CommandInput } from '../domain/command.ts'
import type { Cause, Deployment } from '../domain/deployment.ts'
import { isOver } from '../domain/deployment.ts'
import { changeDeployment, loadDeployment } from './change-deployment.ts'
import { requireExpected } from './require-expected.ts'
import { wakeWorkflow } from './roll-back.ts'

export interface AbortAnswer {
  readonly deployment: Deployment
  /** True when traffic was read back equal to the snapshot. */
  readonly restored: boolean
}

/**
 * Stops a deployment and takes its traffic back. The wish is recorded first: from then on nobody raises, and the check
 * finishes what a failing function leaves undone. Aborting again answers what is so.
 *
 * @param mayAbort - Looks at the record that the wish is recorded on, and throws to refuse. Default: nothing refuses.
 * @throws {ConflictError} If it ended in another way, or is not where the caller thinks.
 */
export async function abort(
  deps: Deps,
  id: string,
  command: CommandInput,
  mayAbort: (deployment: Deployment) => void = () => undefined,
): Promise<AbortAnswer> {
  const cause: Cause = { type: 'command', actor: command.actor, reason: command.reason ?? 'aborted' }
  const decided = await changeDeployment(deps, id, (deployment) => {
    // Taking traffic back is right wherever the deployment is by now: only an abort that is done already is not checked.
    if (deployment.phase !== 'aborted') requireExpected(deployment, command)
    mayAbort(deployment)
    return { type: 'roll-back', cause }
  })
  if (isOver(decided.phase)) return { deployment: decided, restored: true }
  let restored = false
  try {
    restored = (await deps.rollBackInvoker.rollBack(id, decided.cause ?? cause)) === 'restored'
  } catch (error) {
    deps.logger.error('roll-back-invocation-failed', { deployment: id, error })
    await wakeWorkflow(deps, id)
  }
  const deployment = await loadDeployment(deps, id)
  return { deployment, restored: restored || isOver(deployment.phase) }
}
