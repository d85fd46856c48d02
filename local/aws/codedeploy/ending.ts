import type { AutoRollbackEvent, DeploymentStatus, ErrorInformation } from '@aws-sdk/client-codedeploy'
import { breakOff } from './lifecycle.ts'
import type { DeploymentRecord } from './records.ts'
import { buildRollback, canRollBack, wantsRollback } from './rollback.ts'

/** How a deployment ends when it does not succeed. */
export interface Ending {
  readonly status: Extract<DeploymentStatus, 'Failed' | 'Stopped'>
  readonly error: ErrorInformation
  readonly cause: AutoRollbackEvent
}

/**
 * Ends a deployment: the event under way fails, the rest is skipped, and where it is asked for and possible a rollback is
 * created in the same moment, so that no record ever names a rollback that does not exist.
 *
 * @param newId - Id for the rollback.
 * @returns The ended deployment, and its rollback if there is one.
 */
export function endUnsuccessfully(
  deployment: DeploymentRecord,
  { status, error, cause }: Ending,
  { now, newId }: { readonly now: number; readonly newId: () => string },
): readonly DeploymentRecord[] {
  const ended: DeploymentRecord = {
    ...deployment,
    status,
    error,
    completedAt: now,
    targets: deployment.targets.map((target) => ({
      ...target,
      events: breakOff(target.events, now, error.message ?? ''),
      updatedAt: now,
    })),
  }
  if (!wantsRollback(deployment, cause)) return [ended]
  if (!canRollBack(deployment)) {
    const rollbackMessage = `Deployment ${deployment.id} terminated. A rollback is not possible at this point.`
    return [{ ...ended, rollback: { rollbackMessage } }]
  }
  const rollback = buildRollback(ended, newId(), now)
  const rollbackMessage = `Deployment ${deployment.id} terminated. Automatic rollback is triggered with a DeploymentId ${rollback.id}.`
  return [{ ...ended, rollback: { rollbackDeploymentId: rollback.id, rollbackMessage } }, rollback]
}
