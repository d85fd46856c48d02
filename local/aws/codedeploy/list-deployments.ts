import type { DeploymentStatus, ListDeploymentsInput, ListDeploymentsOutput } from '@aws-sdk/client-codedeploy'
import { checkApplicationName, checkGroupName, checkOneOf, refuse } from './check.ts'
import { getGroup } from './lookup.ts'
import { toPage } from './pages.ts'
import type { DeploymentRecord } from './records.ts'
import type { RegionStore } from './store.ts'

const statuses: readonly DeploymentStatus[] = [
  ...(['Created', 'Queued', 'InProgress', 'Baking', 'Ready', 'Succeeded', 'Failed', 'Stopped'] as const),
]

/**
 * Ids of deployments, newest first.
 *
 * @throws {AwsError} `ApplicationNameRequiredException` or `DeploymentGroupNameRequiredException` when one is given without
 *   the other, `InvalidDeploymentStatusException`, `InvalidTimeRangeException`, `InvalidNextTokenException`
 */
export function listDeployments(store: RegionStore, input: ListDeploymentsInput): ListDeploymentsOutput {
  const isWanted = [byGroup(store, input), byStatus(input), byTime(input), byExternalId(input)]
  const wanted = [...store.deployments.values()]
    .filter((deployment) => isWanted.every((matches) => matches(deployment)))
    .reverse()
  const page = toPage(wanted, ({ id }) => id, input.nextToken)
  return { deployments: page.items.map(({ id }) => id), ...(page.nextToken && { nextToken: page.nextToken }) }
}

type Filter = (deployment: DeploymentRecord) => boolean

function byGroup(store: RegionStore, input: ListDeploymentsInput): Filter {
  const { applicationName, deploymentGroupName } = input
  if (applicationName === undefined && deploymentGroupName === undefined) return () => true
  checkApplicationName(applicationName)
  checkGroupName(deploymentGroupName)
  const group = getGroup(store, applicationName, deploymentGroupName)
  return ({ groupId }) => groupId === group.id
}

function byStatus({ includeOnlyStatuses: given }: ListDeploymentsInput): Filter {
  if (!given?.length) return () => true
  const wanted = given.map((status) => checkOneOf('InvalidDeploymentStatusException', 'status', status, statuses))
  return ({ status }) => wanted.includes(status)
}

function byTime({ createTimeRange: { start, end } = {} }: ListDeploymentsInput): Filter {
  if (start && end && start > end) refuse('InvalidTimeRangeException', 'The time range begins after its end')
  const from = start?.getTime() ?? Number.NEGATIVE_INFINITY
  const to = end?.getTime() ?? Number.POSITIVE_INFINITY
  return ({ createdAt }) => createdAt >= from && createdAt <= to
}

/** Nothing outside CodeDeploy creates deployments here. */
function byExternalId({ externalId }: ListDeploymentsInput): Filter {
  return () => externalId === undefined
}
