import type { Deps } from '../deps.ts'
import type { PromoteInput } from '../domain/command.ts'
import type { Deployment } from '../domain/deployment.ts'
import { commandDeployment } from './command-deployment.ts'

/**
 * Ends the current step's bake now and goes to the next step, or with `full` to 100 %. Gates that fail still roll back,
 * and a step that needs approval still waits for it.
 *
 * @throws {ConflictError} If no step is baking, or the deployment is not where the caller thinks.
 */
export function promote(deps: Deps, id: string, command: PromoteInput): Promise<Deployment> {
  return commandDeployment(deps, id, command, () => ({
    type: 'promote',
    actor: command.actor,
    reason: command.reason ?? '',
    full: command.full,
  }))
}
