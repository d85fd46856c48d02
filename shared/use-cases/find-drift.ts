import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { sameRouting } from '../domain/traffic.ts'
import { readQuietly } from './read-quietly.ts'
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
  work: RouteAtWork,
): Promise<DriftFound | null> {
  const look = await readQuietly(deps, work)
  if (look === null) return null
  const { live, lease } = look
  const ours = [lease.lastWritten, lease.intended]
  if (ours.some((state) => state !== null && sameRouting(state, live))) return null
  return new DriftFound(work.resource, lease.lastWritten, live)
}
