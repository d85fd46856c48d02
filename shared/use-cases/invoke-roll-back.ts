import type { Deps } from '../deps.ts'
import type { Cause } from '../domain/deployment.ts'
import { wakeWorkflow } from './roll-back.ts'

/**
 * Has a rollback that was recorded performed now, by the function that may write traffic. Failing is no error: the goal
 * stands, the workflow is woken to act on it, and so does the check.
 *
 * @returns True when traffic was read back equal to the snapshot.
 */
export async function invokeRollBack(deps: Deps, id: string, cause: Cause): Promise<boolean> {
  try {
    return (await deps.rollBackInvoker.rollBack(id, cause)) === 'restored'
  } catch (error) {
    deps.logger.error('roll-back-invocation-failed', { deployment: id, error })
    await wakeWorkflow(deps, id)
    return false
  }
}
