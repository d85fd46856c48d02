import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { type RouteState, slots } from '../domain/traffic.ts'
import { changeDeployment } from './change-deployment.ts'
import { allowPlanWrite, requireOurs, routesAtWork } from './route-guard.ts'
import { writeRoute } from './write-route.ts'

/**
 * Takes the old side out of every action that has group stickiness: its cookie would otherwise be honoured for as long
 * as clients come back, whatever the weights. Routes without stickiness stay as they are, both sides attached.
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
        requireOurs(work, seen, lease)
        return router.target(seen, { canary: deployment.canary, percent: 100, keepIdle: false })
      },
      isThere: sameMembers,
      mayWrite: (seen) => allowPlanWrite(deps, deployment.id, work.resource, seen),
    })
    if (!receipt.wrote) continue
    await changeDeployment(deps, deployment.id, () => ({
      type: 'written',
      resource: work.resource,
      before: receipt.before,
      after: receipt.after,
      reason: 'the old side left the action: its stickiness cookie would keep sending it traffic',
    }))
  }
}

function sameMembers(seen: RouteState, target: RouteState): boolean {
  return slots.every((slot) => (seen.weights[slot] === null) === (target.weights[slot] === null))
}
