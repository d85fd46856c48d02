import type { Deps } from '../deps.ts'
import type { PauseInput } from '../domain/command.ts'
import type { Deployment } from '../domain/deployment.ts'
import { toInstant } from '../ports/clock.ts'
import { commandDeployment } from './command-deployment.ts'

/**
 * Holds a deployment at its weight; its gates stay armed. At the time-out (0: none) it rolls back.
 *
 * @throws {ConflictError} If it is halted, rolling back or has ended.
 */
export function pause(deps: Deps, id: string, command: PauseInput): Promise<Deployment> {
  const until = command.timeoutSeconds === 0 ? null : toInstant(deps.clock.now() + command.timeoutSeconds * 1000)
  return commandDeployment(deps, id, command, () => ({
    type: 'pause',
    actor: command.actor,
    reason: command.reason ?? '',
    until,
  }))
}
