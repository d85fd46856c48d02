import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { sameRouting } from '../domain/traffic.ts'
import { DriftFound, type RouteAtWork, routesAtWork } from './route-guard.ts'

/**
 * A foreign change on one of the routes that this deployment has written; null when there is none, or when somebody is
 * writing just now and it cannot be told. Writes nothing and takes no lease.
 */
export async function findDrift(
  deps: Pick<Deps, 'leases' | 'routerFor' | 'clock'>,
  deployment: Deployment,
): Promise<DriftFound | null> {
  const found = await Promise.all(
    routesAtWork(deployment)
      .filter(({ progress }) => progress.touched)
      .map((work) => findRouteDrift(deps, work)),
  )
  return found.find((drift) => drift !== null) ?? null
}

async function findRouteDrift(
  deps: Pick<Deps, 'leases' | 'routerFor' | 'clock'>,
  { route, resource }: RouteAtWork,
): Promise<DriftFound | null> {
  const before = await deps.leases.peek(resource)
  const live = await deps.routerFor(route).read()
  const after = await deps.leases.peek(resource)
  if (!before || !after) return null
  // Between two looks at the lease that nobody took or held, only somebody else can have written.
  const isQuiet = before.fence === after.fence && after.holder === null
  if (!isQuiet) return null
  const ours = [after.lastWritten, after.intended]
  if (ours.some((state) => state !== null && sameRouting(state, live))) return null
  return new DriftFound(resource, after.lastWritten, live)
}
