import type { Deps } from '../deps.ts'
import type { CommandInput } from '../domain/command.ts'
import type { Deployment } from '../domain/deployment.ts'
import { ConflictError } from '../domain/errors.ts'
import { abort } from './abort.ts'

/**
 * Refuses the step that waits for approval: the deployment is aborted and its traffic taken back.
 *
 * @throws {ConflictError} If no step waits for approval, or the deployment is not where the caller thinks.
 */
export async function reject(deps: Deps, id: string, command: CommandInput): Promise<Deployment> {
  const reason = command.reason ?? 'the step was rejected'
  const { deployment } = await abort(deps, id, { ...command, reason }, requireWaiting)
  return deployment
}

function requireWaiting({ id, phase, stage, step }: Deployment): void {
  if (stage === 'awaiting-approval') return
  throw new ConflictError(`${id} is ${phase}: no step waits for approval`, { phase, step })
}
