import type { Deps } from '../deps.ts'
import type { CommandInput } from '../domain/command.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { TransitionEvent } from '../domain/transition.ts'
import { changeDeployment } from './change-deployment.ts'
import { requireExpected } from './require-expected.ts'
import { wakeWorkflow } from './roll-back.ts'

/**
 * Records a command, then wakes the workflow to act on it: in this order, so that a waiting Bake always finds it.
 * A command that repeats what is so changes nothing.
 *
 * @throws {ConflictError} If the phase forbids it, or the deployment is not where the caller thinks.
 */
export async function commandDeployment(
  deps: Deps,
  id: string,
  command: CommandInput,
  toEvent: (deployment: Deployment) => TransitionEvent,
): Promise<Deployment> {
  const deployment = await changeDeployment(deps, id, (newest) => {
    requireExpected(newest, command)
    return toEvent(newest)
  })
  await wakeWorkflow(deps, id)
  return deployment
}
