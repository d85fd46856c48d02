import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { sameRouting } from '../domain/traffic.ts'
import { routesAtWork } from './route-guard.ts'
import { sameMembers, writeEach, writePlanned } from './write-planned.ts'

/**
 * Makes sure that every route ends with everything on the canary: a change that was adopted, or may be overwritten, is
 * no success. Takes the old side out of every action that has group stickiness: its cookie would otherwise be honoured
 * for as long as clients come back, whatever the weights. Without stickiness both sides stay attached.
 *
 * @throws {DriftFound} If somebody else changed a route: the deployment must not end as if all were well.
 */
export async function finishRoutes(deps: Deps, deployment: Deployment): Promise<void> {
  await writeEach(routesAtWork(deployment), (work) =>
    writePlanned(deps, deployment, work, {
      percent: 100,
      keepIdle: false,
      isThere: (seen, target) => sameRouting(seen, target) && sameMembers(seen, target),
      reason: 'everything to the canary; with group stickiness the old side leaves the action',
    }),
  )
}
