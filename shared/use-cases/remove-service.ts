import type { Deps } from '../deps.ts'
import { ConflictError } from '../domain/errors.ts'
import type { Service } from '../domain/service.ts'
import { releaseUnused, resourcesOf } from './claim-resources.ts'
import { readWaiting } from './queue/read-waiting.ts'
import { readService } from './read-service.ts'

/**
 * Forgets a service and frees what it owned. Its deployments stay on record; traffic stays where it is.
 *
 * @throws {NotFoundError} If there is no such service.
 * @throws {ConflictError} If a deployment is open or waits, or somebody changed the service at the same time.
 */
export async function removeService(deps: Deps, name: string): Promise<void> {
  const service = await readService(deps, name)
  await requireNoneOpen(deps, name)
  await deps.services.delete(name, service.revision)
  try {
    // A deployment may have started since the first look; it keeps its service.
    await requireNoneOpen(deps, name)
  } catch (error) {
    await putBack(deps, service)
    throw error
  }
  await releaseUnused(deps, name, resourcesOf(service.routes))
}

async function requireNoneOpen(deps: Deps, name: string): Promise<void> {
  const open = await deps.deployments.pointer(name)
  if (open !== null) throw new ConflictError(`service "${name}" has an open deployment: ${open}`, { deployment: open })
  const [first] = await readWaiting(deps, name)
  if (!first) return
  const { id } = first.deployment
  throw new ConflictError(`service "${name}" has deployments that wait for their turn: ${id}`, { deployment: id })
}

async function putBack(deps: Deps, service: Service): Promise<void> {
  try {
    await deps.services.put({ ...service, revision: 0 })
  } catch (error) {
    // Registered anew meanwhile: that document counts.
    if (!(error instanceof ConflictError)) throw error
  }
}
