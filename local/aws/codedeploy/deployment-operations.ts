import * as sdk from '@aws-sdk/client-codedeploy'
import { type AwsOperation, operation } from '../service.ts'
import { checkDeploymentId, refuse } from './check.ts'
import type { Control } from './control.ts'
import { continueDeployment, stopDeployment } from './deployment-commands.ts'
import { answerHook } from './hook-execution.ts'
import { listDeployments } from './list-deployments.ts'
import { getDeployment } from './lookup.ts'
import { buildDeployment } from './new-deployment.ts'
import { showDeployment } from './present-deployment.ts'
import type { DeploymentRecord } from './records.ts'
import { newDeploymentId } from './store.ts'

/** @see API reference, BatchGetDeployments: the model says 25 ids, though the error's text says 100 */
const MOST_IN_BATCH = 25

export function createDeploymentOperations(control: Control): Record<string, AwsOperation> {
  const { store, clock, engine } = control
  const keep = (deployment: DeploymentRecord) => {
    store.in(deployment.region).deployments.set(deployment.id, deployment)
    engine.wake(deployment)
  }
  return {
    CreateDeployment: operation<sdk.CreateDeploymentCommandInput, sdk.CreateDeploymentCommandOutput>(
      sdk.CreateDeployment$,
      true,
      (input, { region }) => {
        const at = { id: newDeploymentId(), region, now: clock.now() }
        keep(buildDeployment(store.in(region), input, at))
        return { deploymentId: at.id }
      },
    ),
    GetDeployment: operation<sdk.GetDeploymentCommandInput, sdk.GetDeploymentCommandOutput>(
      sdk.GetDeployment$,
      false,
      (input, { region }) => ({
        deploymentInfo: showDeployment(getDeployment(store.in(region), input.deploymentId)),
      }),
    ),
    BatchGetDeployments: operation<sdk.BatchGetDeploymentsCommandInput, sdk.BatchGetDeploymentsCommandOutput>(
      sdk.BatchGetDeployments$,
      false,
      ({ deploymentIds = [] }, { region }) => {
        if (deploymentIds.length === 0) checkDeploymentId(undefined)
        if (deploymentIds.length > MOST_IN_BATCH) {
          refuse('BatchLimitExceededException', `At most ${MOST_IN_BATCH} deployments can be asked for`)
        }
        const { deployments } = store.in(region)
        // Ids that do not exist are left out.
        const found = deploymentIds.flatMap((id) => deployments.get(checkDeploymentId(id)) ?? [])
        return { deploymentsInfo: found.map(showDeployment) }
      },
    ),
    ListDeployments: operation<sdk.ListDeploymentsCommandInput, sdk.ListDeploymentsCommandOutput>(
      sdk.ListDeployments$,
      false,
      (input, { region }) => listDeployments(store.in(region), input),
    ),
    ContinueDeployment: operation<sdk.ContinueDeploymentCommandInput, sdk.ContinueDeploymentCommandOutput>(
      sdk.ContinueDeployment$,
      true,
      (input, { region }) => {
        keep(continueDeployment(getDeployment(store.in(region), input.deploymentId), input.deploymentWaitType))
        return {}
      },
    ),
    StopDeployment: operation<sdk.StopDeploymentCommandInput, sdk.StopDeploymentCommandOutput>(
      sdk.StopDeployment$,
      true,
      (input, { region }) => {
        const deployment = getDeployment(store.in(region), input.deploymentId)
        keep(stopDeployment(deployment, input.autoRollbackEnabled, clock.now()))
        // Pending is not stopped: the deployment is InProgress until it has broken off what it was doing.
        return { status: 'Pending', statusMessage: 'The deployment will be stopped shortly.' }
      },
    ),
    PutLifecycleEventHookExecutionStatus: operation<
      sdk.PutLifecycleEventHookExecutionStatusCommandInput,
      sdk.PutLifecycleEventHookExecutionStatusCommandOutput
    >(sdk.PutLifecycleEventHookExecutionStatus$, true, (input, { region }) => {
      const deployment = getDeployment(store.in(region), input.deploymentId)
      const { lifecycleEventHookExecutionId: id, status } = input
      if (deployment.platform === 'Server') {
        refuse('UnsupportedActionForDeploymentTypeException', 'Deployments to instances have no Lambda hooks')
      }
      keep(answerHook(deployment, id, status))
      return { ...(id !== undefined && { lifecycleEventHookExecutionId: id }) }
    }),
  }
}
