import type { Deps } from '../../deps.ts'
import type { Deployment } from '../../domain/deployment.ts'
import { type CodeDeployRoute, resourceOf } from '../../domain/service.ts'
import { canaryPercent, type RouteState, sameRouting, servingSlot } from '../../domain/traffic.ts'
import { DriftFound, routesAtWork } from '../route-guard.ts'
import { GroupBusy } from './group-busy.ts'
import { readRunning } from './group-facts.ts'

/**
 * The last look before the driver's deployment is created: CodeDeploy brings the new version to whichever side has less
 * traffic then, so one that somebody else deployed since our snapshot would turn ours round.
 *
 * @throws {GroupBusy} If it may be somebody else's deployment that is under way.
 * @throws {DriftFound} If somebody else has changed what serves.
 * @throws {TransientError} If AWS cannot be asked now.
 */
export async function requireSides(deps: Deps, deployment: Deployment, route: CodeDeployRoute): Promise<void> {
  const resource = resourceOf(route)
  const snapshot = routesAtWork(deployment).find((work) => work.resource === resource)?.progress.snapshot ?? null
  if (!route.moves || snapshot === null) return
  const live = await deps.routerFor(route.moves).read()
  // Where somebody else's was under way at our snapshot, that is divided, and what was taken back since is whole.
  if (servingSlot(live) === deployment.stable || sameRouting(live, snapshot)) return
  const [running] = await readRunning(deps, route)
  if (running) throw new GroupBusy(`${running.deploymentId} is under way in the group`)
  throw new DriftFound(resource, snapshot, live)
}

/** As it was, or with everything on the old side: CodeDeploy may write the same share in other words. */
export function isAllStable(live: RouteState, was: RouteState, { canary, stable }: Deployment): boolean {
  if (sameRouting(live, was)) return true
  return servingSlot(was) === stable && servingSlot(live) === stable && canaryPercent(live.weights, canary) === 0
}
