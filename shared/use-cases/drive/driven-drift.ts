import type { Deps } from '../../deps.ts'
import type { Deployment } from '../../domain/deployment.ts'
import { UpstreamError } from '../../domain/errors.ts'
import { canaryPercent, type RouteState, sameRouting } from '../../domain/traffic.ts'
import type { DirectRouter } from '../../ports/traffic-router.ts'
import { DriftFound, type RouteAtWork } from '../route-guard.ts'

/**
 * What somebody else changed after the driver had succeeded: until then only the driver knows what should be there, and from
 * then on everything is to be on the new version. Null where nothing is known to be wrong.
 *
 * @throws {TransientError} If AWS cannot be asked now.
 */
export async function findDrivenDrift(
  deps: Pick<Deps, 'routerFor'>,
  { driven, canary }: Deployment,
  { route, resource }: RouteAtWork,
): Promise<DriftFound | null> {
  if (route.kind !== 'codedeploy' || !route.moves || driven?.progress?.status !== 'succeeded') return null
  const router = deps.routerFor(route.moves)
  const live = await router.read('background')
  if (canaryPercent(live.weights, canary) === 100) return null
  return new DriftFound(resource, wholeOf(router, live, canary), live)
}

/** Leaves out what a person has adopted: that is the new truth. */
export async function findNewDrivenDrift(
  deps: Pick<Deps, 'routerFor' | 'leases'>,
  deployment: Deployment,
  work: RouteAtWork,
): Promise<DriftFound | null> {
  const found = await findDrivenDrift(deps, deployment, work)
  if (found === null) return null
  const adopted = (await deps.leases.peek(work.resource))?.lastWritten ?? null
  return adopted !== null && sameRouting(adopted, found.found) ? null : found
}

/** Null where a third group gets traffic by now: what would be right cannot be said then. */
function wholeOf(router: DirectRouter, live: RouteState, canary: Deployment['canary']): RouteState | null {
  try {
    return router.target(live, { canary, percent: 100, keepIdle: true })
  } catch (error) {
    if (error instanceof UpstreamError) return null
    throw error
  }
}
