import {
  BatchGetDeploymentsCommand,
  BatchGetDeploymentTargetsCommand,
  type CodeDeployClient,
  type DeploymentInfo,
  type DeploymentTarget,
  GetDeploymentCommand,
  ListDeploymentsCommand,
  type ListDeploymentsCommandInput,
  ListDeploymentTargetsCommand,
} from '@aws-sdk/client-codedeploy'
import { NotFoundError } from '../../domain/errors.ts'
import type { CodeDeployRoute } from '../../domain/service.ts'
import { withDeadline } from '../deadline.ts'
import { callingCodeDeploy, unlessCode } from './codedeploy-error.ts'

/** How many ids BatchGetDeployments and BatchGetDeploymentTargets take. */
const mostInBatch = 25

/** Which deployments of a group: by status, by when they were created. */
export type DeploymentFilter = Pick<ListDeploymentsCommandInput, 'includeOnlyStatuses' | 'createTimeRange'>

/** What is read of the deployments of one group. Every read throws our errors only. */
export interface DeploymentReads {
  /** Newest first, paged to the end. @throws {NotFoundError} If there is no such group. */
  list(filter: DeploymentFilter): Promise<readonly DeploymentInfo[]>
  /** @throws {NotFoundError} If there is none. */
  get(deploymentId: string): Promise<DeploymentInfo>
  /** All of them, paged to the end; none before the deployment has started. */
  targets(deploymentId: string): Promise<readonly DeploymentTarget[]>
}

/** @param deadlineMs - Real milliseconds for each page, retries included. */
export function createDeploymentReads(
  client: CodeDeployClient,
  { applicationName, deploymentGroupName }: Pick<CodeDeployRoute, 'applicationName' | 'deploymentGroupName'>,
  deadlineMs: number,
): DeploymentReads {
  const group = `${applicationName}/${deploymentGroupName}`
  const within = <T>(tried: string, on: string, send: (abortSignal: AbortSignal) => Promise<T>) =>
    callingCodeDeploy({ tried: `codedeploy:${tried}`, on }, () => withDeadline(deadlineMs, send))

  async function listIds(filter: DeploymentFilter): Promise<readonly string[]> {
    const ids: string[] = []
    let nextToken: string | undefined
    do {
      const input = { applicationName, deploymentGroupName, ...filter, ...(nextToken && { nextToken }) }
      const command = new ListDeploymentsCommand(input)
      const answer = await within('ListDeployments', group, (abortSignal) => client.send(command, { abortSignal }))
      ids.push(...(answer.deployments ?? []))
      nextToken = answer.nextToken
    } while (nextToken)
    return ids
  }

  async function listTargetIds(deploymentId: string): Promise<readonly string[]> {
    const ids: string[] = []
    let nextToken: string | undefined
    do {
      const command = new ListDeploymentTargetsCommand({ deploymentId, ...(nextToken && { nextToken }) })
      const answer = await within('ListDeploymentTargets', deploymentId, (abortSignal) =>
        unlessCode(['DeploymentNotStarted'], null, () => client.send(command, { abortSignal })),
      )
      ids.push(...(answer?.targetIds ?? []))
      nextToken = answer?.nextToken
    } while (nextToken)
    return ids
  }

  return {
    async list(filter) {
      const found: DeploymentInfo[] = []
      for (const deploymentIds of inBatches(await listIds(filter))) {
        const command = new BatchGetDeploymentsCommand({ deploymentIds })
        const answer = await within('BatchGetDeployments', group, (abortSignal) =>
          client.send(command, { abortSignal }),
        )
        found.push(...(answer.deploymentsInfo ?? []))
      }
      return found.sort((a, b) => createdAtMs(b) - createdAtMs(a))
    },
    async get(deploymentId) {
      const command = new GetDeploymentCommand({ deploymentId })
      const { deploymentInfo } = await within('GetDeployment', deploymentId, (abortSignal) =>
        client.send(command, { abortSignal }),
      )
      if (!deploymentInfo) throw new NotFoundError(`there is no deployment ${deploymentId} in CodeDeploy`)
      return { deploymentId, ...deploymentInfo }
    },
    async targets(deploymentId) {
      const found: DeploymentTarget[] = []
      for (const targetIds of inBatches(await listTargetIds(deploymentId))) {
        const command = new BatchGetDeploymentTargetsCommand({ deploymentId, targetIds })
        const answer = await within('BatchGetDeploymentTargets', deploymentId, (abortSignal) =>
          client.send(command, { abortSignal }),
        )
        found.push(...(answer.deploymentTargets ?? []))
      }
      return found
    },
  }
}

/** When a deployment was created, milliseconds since 1970. */
export function createdAtMs({ createTime }: DeploymentInfo): number {
  return createTime?.getTime() ?? 0
}

function inBatches(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / mostInBatch) }, (_, batch) =>
    ids.slice(batch * mostInBatch, (batch + 1) * mostInBatch),
  )
}
