import type { Deps } from '../../deps.ts'
import type { Deployment } from '../../domain/deployment.ts'
import type { CodeDeployRoute } from '../../domain/service.ts'
import { routesAtWork } from '../route-guard.ts'
import { findDrivenDrift } from './driven-drift.ts'

/**
 * The end of a driven deployment whose gates have passed: lets the driver give up the old side where it waits with that.
 *
 * @throws {DriftFound} If somebody else has moved traffic since: the deployment must not end as if all were well.
 * @returns True once the driver itself says that it succeeded: only then did ours.
 */
export async function finishDriver(deps: Deps, deployment: Deployment, route: CodeDeployRoute): Promise<boolean> {
  const progress = deployment.driven?.progress
  if (!progress) return false
  if (progress.waitsFor === 'termination') await deps.driverFor(route).continue(progress.deploymentId, 'termination')
  for (const work of routesAtWork(deployment)) {
    const drift = await findDrivenDrift(deps, deployment, work)
    if (drift) throw drift
  }
  return progress.status === 'succeeded'
}
