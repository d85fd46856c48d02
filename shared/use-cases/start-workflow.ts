import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'

/** The record exists, so a start that fails now is made up for by the scheduled check: the caller has an answer. */
export async function startWorkflow(deps: Deps, deployment: Deployment): Promise<void> {
  if (deployment.phase !== 'preparing') return
  try {
    await deps.workflow.start(deployment.id, deployment.execution)
  } catch (error) {
    deps.logger.warn('workflow-start-failed', { deployment: deployment.id, error })
  }
}
