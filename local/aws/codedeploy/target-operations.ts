import * as sdk from '@aws-sdk/client-codedeploy'
import { type AwsOperation, operation } from '../service.ts'
import { checkOneOf, refuse } from './check.ts'
import type { Control } from './control.ts'
import { getDeployment } from './lookup.ts'
import { toPage } from './pages.ts'
import { targetStatus } from './present-deployment.ts'
import { showTarget } from './present-target.ts'
import type { DeploymentRecord, TargetRecord } from './records.ts'

const MOST_IN_BATCH = 25

export function createTargetOperations(control: Control): Record<string, AwsOperation> {
  const { store, callsIn, accountId } = control
  const started = (region: string, id: string | undefined) => checkStarted(getDeployment(store.in(region), id))
  const show = (deployment: DeploymentRecord, target: TargetRecord) =>
    showTarget(deployment, target, { calls: callsIn(deployment.region), accountId })
  return {
    ListDeploymentTargets: operation<sdk.ListDeploymentTargetsCommandInput, sdk.ListDeploymentTargetsCommandOutput>(
      sdk.ListDeploymentTargets$,
      false,
      (input, { region }) => {
        const deployment = started(region, input.deploymentId)
        const targets = deployment.targets.filter((target) => isWanted(deployment, target, input.targetFilters))
        const page = toPage(targets, ({ id }) => id, input.nextToken)
        return { targetIds: page.items.map(({ id }) => id), ...(page.nextToken && { nextToken: page.nextToken }) }
      },
    ),
    GetDeploymentTarget: operation<sdk.GetDeploymentTargetCommandInput, sdk.GetDeploymentTargetCommandOutput>(
      sdk.GetDeploymentTarget$,
      false,
      async (input, { region }) => {
        const deployment = started(region, input.deploymentId)
        return { deploymentTarget: await show(deployment, getTarget(deployment, input.targetId)) }
      },
    ),
    BatchGetDeploymentTargets: operation<
      sdk.BatchGetDeploymentTargetsCommandInput,
      sdk.BatchGetDeploymentTargetsCommandOutput
    >(sdk.BatchGetDeploymentTargets$, false, async (input, { region }) => {
      const deployment = started(region, input.deploymentId)
      const ids = input.targetIds ?? []
      if (ids.length === 0) getTarget(deployment, undefined)
      if (ids.length > MOST_IN_BATCH) {
        refuse('DeploymentTargetListSizeExceededException', `At most ${MOST_IN_BATCH} targets can be asked for`)
      }
      const targets = ids.map((id) => getTarget(deployment, id))
      return { deploymentTargets: await Promise.all(targets.map((target) => show(deployment, target))) }
    }),
  }
}

/** Targets are found when a deployment begins. */
function checkStarted(deployment: DeploymentRecord): DeploymentRecord {
  const hasStarted = deployment.startedAt !== undefined || deployment.completedAt !== undefined
  return hasStarted
    ? deployment
    : refuse('DeploymentNotStartedException', `The deployment ${deployment.id} has not started`)
}

function getTarget(deployment: DeploymentRecord, id: string | undefined): TargetRecord {
  if (!id) return refuse('DeploymentTargetIdRequiredException', 'A deployment target ID is missing')
  return (
    deployment.targets.find((target) => target.id === id) ??
    refuse('DeploymentTargetDoesNotExistException', `The deployment ${deployment.id} has no target ${id}`)
  )
}

function isWanted(
  deployment: DeploymentRecord,
  target: TargetRecord,
  filters: sdk.ListDeploymentTargetsInput['targetFilters'],
): boolean {
  return Object.entries(filters ?? {}).every(([key, values = []]) => {
    const name = checkOneOf('InvalidTargetFilterNameException', 'target filter', key, [
      'TargetStatus',
      'ServerInstanceLabel',
    ])
    // Instances are deployed to in place here, and have no label.
    return name === 'TargetStatus' && values.some((value) => value === targetStatus(deployment, target))
  })
}
