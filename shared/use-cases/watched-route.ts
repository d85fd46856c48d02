import type { Deployment } from '../domain/deployment.ts'
import { UpstreamError } from '../domain/errors.ts'
import { canaryPercent, type RouteState, sameRouting } from '../domain/traffic.ts'
import { writtenShares } from '../domain/written-shares.ts'
import type { LeaseMemory } from '../ports/lease.ts'
import type { TrafficRouter } from '../ports/traffic-router.ts'
import { restoreGoal, toStable } from './restore-goal.ts'
import type { RouteAtWork } from './route-guard.ts'

type Targeting = Pick<TrafficRouter, 'target'>

/** A route of a deployment that has ended, with what can become of a state without asking anybody. */
export interface WatchedRoute {
  readonly deployment: Deployment
  readonly work: RouteAtWork
  readonly router: Targeting
}

/**
 * How the deployment left the route: as the snapshot was, or with everything on the canary; null where Sluice has
 * confirmed something else since. That was for another deployment, and what is there is not this one's to judge.
 */
export function endStateOf({ deployment, work, router }: WatchedRoute, { lastWritten }: LeaseMemory) {
  const { snapshot } = work.progress
  if (lastWritten === null) return null
  if (deployment.phase === 'succeeded')
    return canaryPercent(lastWritten.weights, deployment.canary) === 100 ? lastWritten : null
  if (snapshot === null) return null
  // Where the snapshot names a group that was deleted, the rollback sent everything to stable.
  const ends = [restoreGoal(router, deployment, snapshot), toStable(router, deployment, snapshot)]
  return ends.find((end) => sameRouting(end, lastWritten)) ?? null
}

/**
 * True for a state that this deployment has written or was about to write: one of its shares, on the routing that it
 * found or left. Whoever sets exactly such a state by hand cannot be told from it.
 */
export function isOwnState(route: WatchedRoute, live: RouteState, { intended }: LeaseMemory, end: RouteState): boolean {
  const { deployment, work, router } = route
  if (intended !== null && sameRouting(intended, live)) return true
  const bases = work.progress.snapshot === null ? [end] : [work.progress.snapshot, end]
  const wishes = writtenShares(deployment, work.route).flatMap((percent) =>
    [true, false].map((keepIdle) => ({ canary: deployment.canary, percent, keepIdle })),
  )
  return bases.some((base) =>
    wishes.some((wish) => {
      const own = targetOrNull(router, base, wish)
      return own !== null && sameRouting(own, live)
    }),
  )
}

/** Null for a share that could not be written on `base`: a group besides blue and green gets traffic there. */
function targetOrNull(router: Targeting, base: RouteState, wish: Parameters<Targeting['target']>[1]) {
  try {
    return router.target(base, wish)
  } catch (error) {
    if (error instanceof UpstreamError) return null
    throw error
  }
}
