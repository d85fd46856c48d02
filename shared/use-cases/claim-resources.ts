import type { Deps } from '../deps.ts'
import { ConflictError } from '../domain/errors.ts'
import { type Route, resourceOf, testEntryOf } from '../domain/service.ts'

/** Everything that a service's routes write: rules and listeners, test entries included. */
export function resourcesOf(routes: readonly Route[]): readonly string[] {
  return routes.flatMap((route) => {
    const test = testEntryOf(route)
    return test ? [resourceOf(route), resourceOf(test)] : [resourceOf(route)]
  })
}

/**
 * Makes `service` the owner of every one of `resources`, or of none that it did not own in its stored document.
 *
 * @throws {ConflictError} Naming the owner, if one belongs to another service.
 */
export async function claimResources(deps: Deps, service: string, resources: readonly string[]): Promise<void> {
  try {
    for (const resource of resources) await claim(deps, service, resource)
  } catch (error) {
    await releaseUnused(deps, service, resources)
    throw error
  }
}

async function claim(deps: Deps, service: string, resource: string): Promise<void> {
  let owner = await deps.services.claim(resource, service)
  if (owner !== service && (await isAbandoned(deps, owner, resource))) {
    await deps.services.release(resource, owner)
    owner = await deps.services.claim(resource, service)
  }
  if (owner !== service)
    throw new ConflictError(`${resource} belongs to service "${owner}"; remove its route there first`, {
      owner,
      resource,
    })
}

/**
 * A registration that died half-way leaves claims that no document backs; they must not lock a rule for ever. If the
 * owner is only slow, it finds its claim gone when it looks again after saving (`requireClaims`).
 */
async function isAbandoned(deps: Deps, owner: string, resource: string): Promise<boolean> {
  const document = await deps.services.get(owner)
  return document === null || !resourcesOf(document.routes).includes(resource)
}

/**
 * The second look, after the document was saved.
 *
 * @throws {ConflictError} Naming the new owner, if a claim was taken over in between.
 */
export async function requireClaims(deps: Deps, service: string, resources: readonly string[]): Promise<void> {
  for (const resource of resources) {
    const owner = await deps.services.claim(resource, service)
    if (owner !== service)
      throw new ConflictError(`${resource} was taken by service "${owner}" meanwhile`, { owner, resource })
  }
}

/** Gives up those of `resources` that the stored document of `service` does not name. */
export async function releaseUnused(deps: Deps, service: string, resources: readonly string[]): Promise<void> {
  const stored = await deps.services.get(service)
  const used = new Set(stored ? resourcesOf(stored.routes) : [])
  for (const resource of resources) if (!used.has(resource)) await deps.services.release(resource, service)
}
