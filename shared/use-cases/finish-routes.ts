import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { type RouteState, sameRouting, slots } from '../domain/traffic.ts'
import { changeDeployment } from './change-deployment.ts'
import { allowPlanWrite, mayOverwrite, requireOurs, routesAtWork } from './route-guard.ts'
import { writeRoute } from './write-route.ts'

/**
 * Makes sure that every route ends with everything on the canary: a change that was adopted, or may be overwritten, is
 * no success. Takes the old side out of every action that has group stickiness: its cookie would otherwise be honoured
 * for as long as clients come back, whatever the weights. Without stickiness both sides stay attached.
 *
 * @throws {DriftFound} If somebody else changed a route: the deployment must not end as if all were well.
 */
export async function finishRoutes(deps: Deps, deployment: Deployment): Promise<void> {
  for (const work of routesAtWork(deployment)) {
    const router = deps.routerFor(work.route)
    const receipt = await writeRoute(deps, {
      resource: work.resource,
      router,
      target: (seen, lease) => {
        if (!mayOverwrite(deployment)) requireOurs(work, seen, lease)
        return router.target(seen, { canary: deployment.canary, percent: 100, keepIdle: false })
      },
      isThere: (seen, target) => sameRouting(seen, target) && sameMembers(seen, target),
      mayWrite: (seen) => allowPlanWrite(deps, deployment.id, work.resource, seen),
    })
    if (!receipt.wrote) continue
    await changeDeployment(deps, deployment.id, () => ({
      type: 'written',
      resource: work.resource,
      before: receipt.before,
      after: receipt.after,
      reason: 'everything to the canary; with group stickiness the old side leaves the action',
    }))
  }
}

function sameMembers(seen: RouteState, target: RouteState): boolean {
  return slots.every((slot) => (seen.weights[slot] === null) === (target.weights[slot] === null))
}
