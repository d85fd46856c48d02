import type { DeploymentWaitType } from '@aws-sdk/client-codedeploy'
import { checkOneOf, refuse } from './check.ts'
import { type DeploymentRecord, isFinal } from './records.ts'

/**
 * Releases a wait. Asked twice for the same wait, the second is refused only once the deployment has gone on.
 *
 * @param asked - Default `READY_WAIT`.
 * @throws {AwsError} `InvalidDeploymentWaitTypeException`, `UnsupportedActionForDeploymentTypeException`,
 *   `DeploymentAlreadyCompletedException`, `DeploymentIsNotInReadyStateException`
 */
export function continueDeployment(
  deployment: DeploymentRecord,
  asked: DeploymentWaitType | undefined,
): DeploymentRecord {
  const { id, status, waitingSince, released } = deployment
  const types = ['READY_WAIT', 'TERMINATION_WAIT'] as const
  const type = checkOneOf('InvalidDeploymentWaitTypeException', 'deploymentWaitType', asked ?? 'READY_WAIT', types)
  if (deployment.settings.deploymentStyle.deploymentType !== 'BLUE_GREEN' || deployment.platform === 'Lambda') {
    refuse('UnsupportedActionForDeploymentTypeException', `The deployment ${id} never waits to be continued`)
  }
  if (isFinal(deployment)) refuseCompleted(deployment)
  const isWaiting = type === 'READY_WAIT' ? status === 'Ready' : status === 'InProgress' && waitingSince !== undefined
  if (!isWaiting) {
    refuse(
      'DeploymentIsNotInReadyStateException',
      `The deployment ${id} is ${status} and does not wait for ${type}; it cannot continue yet`,
    )
  }
  return { ...deployment, released: [...released, type] }
}

/**
 * Asks a deployment to stop. Asked again while it is pending, the first request stands.
 *
 * @param autoRollbackEnabled - Undefined leaves it to the deployment's autoRollbackConfiguration.
 * @throws {AwsError} `DeploymentAlreadyCompletedException`
 */
export function stopDeployment(
  deployment: DeploymentRecord,
  autoRollbackEnabled: boolean | undefined,
  now: number,
): DeploymentRecord {
  if (isFinal(deployment)) refuseCompleted(deployment)
  if (deployment.stop) return deployment
  return {
    ...deployment,
    stop: { requestedAt: now, ...(autoRollbackEnabled !== undefined && { autoRollbackEnabled }) },
  }
}

function refuseCompleted({ id, status }: DeploymentRecord): never {
  return refuse('DeploymentAlreadyCompletedException', `The deployment ${id} is already ${status}`)
}
