import type { Deps } from '../deps.ts'
import { isOver } from '../domain/deployment.ts'
import { ConflictError } from '../domain/errors.ts'
import { loadDeployment } from './change-deployment.ts'

/**
 * Works on a deployment that may end meanwhile: what its end forbids is then no failure. Whoever ended it frees what it
 * holds, and the next check does where that one died.
 *
 * @throws Whatever `work` throws, but a `ConflictError` once the deployment is over.
 */
export async function unlessEnded(
  deps: Pick<Deps, 'deployments' | 'logger'>,
  id: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof ConflictError) || !isOver((await loadDeployment(deps, id)).phase)) throw error
    deps.logger.info('ended-meanwhile', { deployment: id, error })
  }
}
