import type { Deps } from '../../deps.ts'
import { commandsOfStart } from '../../domain/access/needed-commands.ts'
import type { Actor, Deployment } from '../../domain/deployment.ts'
import type { DeploymentRequest } from '../../domain/deployment-request.ts'
import { NotFoundError } from '../../domain/errors.ts'
import { authorise, type CommandRequest } from './authorise.ts'

/** Who asks for what, before it is known what that is about. */
export type Asking = Omit<CommandRequest, 'service' | 'deployment' | 'creator' | 'change'>

/**
 * Lets a command about the deployment `id` pass, or not: by its service, and by who created it.
 *
 * @throws {NotFoundError} If there is no such deployment.
 * @throws As {@link authorise}.
 */
export async function authoriseDeployment(
  deps: Deps,
  asking: Asking,
  id: string,
): Promise<{ readonly actor: Actor; readonly deployment: Deployment }> {
  const deployment = await deps.deployments.load(id)
  if (!deployment) return refuseUnknown(deps, asking, id)
  const { service, createdBy } = deployment
  return { actor: await authorise(deps, { ...asking, service, deployment: id, creator: createdBy }), deployment }
}

/** Whether there is one is told only to who may see some. */
async function refuseUnknown(deps: Deps, asking: Asking, id: string): Promise<never> {
  await authorise(deps, { ...asking, commands: ['list-deployments'], service: null, deployment: null, creator: null })
  throw new NotFoundError(`there is no deployment ${id}`)
}

/**
 * Lets a start pass, or not. What weakens a safeguard of the service needs another command besides. Where there is no such
 * service the start says so, to callers who might start it.
 *
 * @throws As {@link authorise}.
 */
export async function authoriseStart(
  deps: Deps,
  asking: Omit<Asking, 'commands'>,
  request: DeploymentRequest,
): Promise<Actor> {
  const service = await deps.services.get(request.service)
  const commands = service ? commandsOfStart(request, service) : (['start-deployment'] as const)
  return authorise(deps, { ...asking, commands, service: request.service, deployment: null, creator: null })
}
