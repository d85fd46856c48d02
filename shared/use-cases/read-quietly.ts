import type { Deps } from '../deps.ts'
import { TransientError } from '../domain/errors.ts'
import type { RequestLane } from '../domain/request-budget.ts'
import type { Route } from '../domain/service.ts'
import type { RouteState } from '../domain/traffic.ts'
import type { Clock } from '../ports/clock.ts'
import type { LeaseView } from '../ports/lease.ts'
import type { RouteAtWork } from './route-guard.ts'

/** What is live on a route, and what Sluice last wrote there, read at one moment. */
export interface QuietLook {
  readonly live: RouteState
  readonly lease: LeaseView
}

/**
 * Reads a route while Sluice writes nothing there; null when that cannot be told: somebody is writing just now, nobody has
 * written yet, or Route 53 has no request to spare. Writes nothing and takes no lease.
 *
 * @param lane - Whom the reading goes before. Default: nobody.
 */
export async function readQuietly(
  deps: Pick<Deps, 'leases' | 'routerFor' | 'clock'>,
  { route, resource }: Pick<RouteAtWork, 'route' | 'resource'>,
  lane: RequestLane = 'background',
): Promise<QuietLook | null> {
  const before = await deps.leases.peek(resource)
  if (before === null || isHeld(before, deps.clock)) return null
  const live = await readOrNull(deps, route, lane)
  if (live === null) return null
  const after = await deps.leases.peek(resource)
  // Each taking raises the fence. Between two looks at a lease that nobody held or took, Sluice began no write.
  return after?.fence === before.fence ? { live, lease: after } : null
}

/** One that was never given back, as its call had no answer or its process died, is over when its time is. */
function isHeld({ holder, expiresAtMs }: LeaseView, clock: Pick<Clock, 'realNow'>): boolean {
  return holder !== null && expiresAtMs > clock.realNow()
}

/**
 * Every open deployment is looked at each minute, and Route 53 gives an account five requests a second: a look must not
 * take those that the writers need, who compare before they write. Null where there was none to spare.
 */
async function readOrNull(deps: Pick<Deps, 'routerFor'>, route: Route, lane: RequestLane): Promise<RouteState | null> {
  try {
    return await deps.routerFor(route).read(lane)
  } catch (error) {
    if (route.kind === 'route53' && error instanceof TransientError && error.refused) return null
    throw error
  }
}
