import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { TransientError } from '../domain/errors.ts'
import type { Route } from '../domain/service.ts'
import { type RouteState, sameRouting } from '../domain/traffic.ts'
import { DriftFound, type RouteAtWork, routesAtWork } from './route-guard.ts'

/**
 * A foreign change on one of the routes that this deployment has written; null when there is none, or when it cannot be
 * told: somebody is writing just now, or Route 53 has no request to spare. Writes nothing and takes no lease.
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
  const live = await readInBackground(deps, route)
  if (live === null) return null
  const after = await deps.leases.peek(resource)
  if (!before || !after) return null
  // Between two looks at the lease that nobody took or held, only somebody else can have written.
  const isQuiet = before.fence === after.fence && after.holder === null
  if (!isQuiet) return null
  const ours = [after.lastWritten, after.intended]
  if (ours.some((state) => state !== null && sameRouting(state, live))) return null
  return new DriftFound(resource, after.lastWritten, live)
}

/**
 * Every open deployment is looked at each minute, and Route 53 gives an account five requests a second: a look must not
 * take those that the writers need, who compare before they write. Null where there was none to spare.
 */
async function readInBackground(deps: Pick<Deps, 'routerFor'>, route: Route): Promise<RouteState | null> {
  try {
    return await deps.routerFor(route).read('background')
  } catch (error) {
    if (route.kind === 'route53' && error instanceof TransientError && error.refused) return null
    throw error
  }
}
