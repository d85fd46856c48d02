import type { Deps } from '../deps.ts'
import { ConflictError } from '../domain/errors.ts'
import { releaseUnused, resourcesOf } from './claim-resources.ts'
import { readService } from './read-service.ts'

/**
 * Forgets a service and frees what it owned. Its deployments stay on record; traffic stays where it is.
 *
 * @throws {NotFoundError} If there is no such service.
 * @throws {ConflictError} If a deployment is open, or somebody changed the service at the same time.
 */
export async function removeService(deps: Deps, name: string): Promise<void> {
  const service = await readService(deps, name)
  const open = await deps.deployments.pointer(name)
  if (open !== null) throw new ConflictError(`service "${name}" has an open deployment: ${open}`, { deployment: open })
  await deps.services.delete(name, service.revision)
  await releaseUnused(deps, name, resourcesOf(service.routes))
}
