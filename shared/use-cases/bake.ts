import type { Deps } from '../deps.ts'
import { isDue } from '../domain/next-action.ts'
import { loadDeployment } from './change-deployment.ts'

/**
 * Begins a wait: stores the token that ends it, and only then reads the record. Whoever changes the record does it the
 * other way round (record first, then the token), so one of the two always sees the other and no wake-up is lost.
 */
export async function bake(deps: Deps, id: string, taskToken: string): Promise<void> {
  await deps.deployments.saveWakeToken(id, taskToken)
  const deployment = await loadDeployment(deps, id)
  if (isDue(deployment, deps.clock.now())) await deps.workflow.wake(taskToken)
}
