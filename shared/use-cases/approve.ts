import type { Deps } from '../deps.ts'
import type { CommandInput } from '../domain/command.ts'
import type { Deployment } from '../domain/deployment.ts'
import { commandDeployment } from './command-deployment.ts'

/**
 * Approves the step that waits. One person counts once.
 *
 * @throws {ConflictError} If no step waits for approval, or the deployment is not where the caller thinks.
 */
export function approve(deps: Deps, id: string, command: CommandInput): Promise<Deployment> {
  return commandDeployment(deps, id, command, () => ({
    type: 'approve',
    actor: command.actor,
    reason: command.reason ?? '',
  }))
}
