import type { Deps } from '../../deps.ts'
import type { Deployment } from '../../domain/deployment.ts'
import type { CodeDeployRoute } from '../../domain/service.ts'

/**
 * The end of a driven deployment whose gates have passed: lets the driver give up the old side where it waits with that.
 *
 * @returns True once the driver itself says that it succeeded: only then did ours.
 */
export async function finishDriver(deps: Deps, { driven }: Deployment, route: CodeDeployRoute): Promise<boolean> {
  const progress = driven?.progress
  if (!progress) return false
  if (progress.waitsFor === 'termination') await deps.driverFor(route).continue(progress.deploymentId, 'termination')
  return progress.status === 'succeeded'
}
