import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { findNewDrivenDrift } from './drive/driven-drift.ts'
import { readQuietly } from './read-quietly.ts'
import { type DriftFound, findForeign, type RouteAtWork, routesAtWork } from './route-guard.ts'

/**
 * Foreign changes of the routes that this deployment has written, as far as it can be told: not of those that somebody is
 * writing just now, or where Route 53 has no request to spare. Writes nothing and takes no lease.
 */
export async function findDrift(
  deps: Pick<Deps, 'leases' | 'routerFor' | 'clock'>,
  deployment: Deployment,
): Promise<readonly DriftFound[]> {
  const found = await Promise.all(
    routesAtWork(deployment)
      .filter(({ progress }) => progress.touched)
      .map((work) =>
        // What a driver moves changes under its hand, and no lease of ours knows it.
        work.route.kind === 'codedeploy' ? findNewDrivenDrift(deps, deployment, work) : findRouteDrift(deps, work),
      ),
  )
  return found.filter((drift) => drift !== null)
}

async function findRouteDrift(
  deps: Pick<Deps, 'leases' | 'routerFor' | 'clock'>,
  work: RouteAtWork,
): Promise<DriftFound | null> {
  const look = await readQuietly(deps, work)
  if (look === null) return null
  const { live, lease } = look
  return findForeign(work, live, lease)
}
