import type { Deps } from '../deps.ts'
import type { CommandInput } from '../domain/command.ts'
import type { Deployment } from '../domain/deployment.ts'
import { ConflictError } from '../domain/errors.ts'
import { abort } from './abort.ts'
import { loadDeployment } from './change-deployment.ts'

/**
 * Refuses the step that waits for approval: the deployment is aborted and its traffic taken back.
 *
 * @throws {ConflictError} If no step waits for approval, or the deployment is not where the caller thinks.
 */
export async function reject(deps: Deps, id: string, command: CommandInput): Promise<Deployment> {
  const deployment = await loadDeployment(deps, id)
  if (deployment.stage !== 'awaiting-approval') {
    throw new ConflictError(`${id} is ${deployment.phase}: no step waits for approval`, {
      phase: deployment.phase,
      step: deployment.step,
    })
  }
  const answer = await abort(deps, id, { ...command, reason: command.reason ?? 'the step was rejected' })
  return answer.deployment
}
