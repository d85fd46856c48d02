import {
  ContinueDeploymentCommand,
  CreateDeploymentCommand,
  type CreateDeploymentCommandInput,
  StopDeploymentCommand,
} from '@aws-sdk/client-codedeploy'
import { type ConfigWish, toDeploymentConfig } from '../../domain/deployment-config.ts'
import type { DriverWait } from '../../domain/driver-progress.ts'
import { NotFoundError, TransientError, UpstreamError } from '../../domain/errors.ts'
import { messageOf } from '../../domain/message-of.ts'
import type { CodeDeployRoute } from '../../domain/service.ts'
import type { DeploymentDriver, DriverWish } from '../../ports/deployment-driver.ts'
import { withDeadline } from '../deadline.ts'
import { type CodeDeployClients, codeDeployDeadlineMs, createDeadlineMs } from './clients.ts'
import { callingCodeDeploy, unlessCode } from './codedeploy-error.ts'
import { createDeploymentReads, createdAtMs } from './deployment-reads.ts'
import { provideOwnConfig } from './own-config.ts'
import { toProgress } from './progress.ts'
import { fromRevisionLocation, toRevisionLocation } from './revision.ts'

/** How far CodeDeploy's clock may be behind that of whoever asks. */
const clockSkewMs = 5 * 60_000

export interface DriverDeadlines {
  /** Real milliseconds for each call, retries included. Default 3000. */
  readonly callMs?: number
  /** Real milliseconds for a creation, which is tried once. Default 6000. */
  readonly createMs?: number
}

/**
 * Drives one deployment group. Whoever creates holds the group's lease and has asked `find` before: CreateDeployment
 * knows no token that would make it safe to repeat.
 */
export function createCodeDeployDriver(
  clients: CodeDeployClients,
  route: CodeDeployRoute,
  { callMs = codeDeployDeadlineMs, createMs = createDeadlineMs }: DriverDeadlines = {},
): DeploymentDriver {
  const { applicationName, deploymentGroupName } = route
  const { repeating, once } = clients
  const group = `${applicationName}/${deploymentGroupName}`
  const reads = createDeploymentReads(repeating, route, callMs)
  return {
    async find(tag, sinceMs) {
      const start = new Date(Math.max(0, sinceMs - clockSkewMs))
      const all = await reads.list({ createTimeRange: { start } })
      return all.find(({ description }) => description === tag)?.deploymentId ?? null
    },
    async create(wish, mayCreate) {
      const deploymentConfigName = await beforeCreation(() => provideConfig(clients, wish, callMs))
      const input: CreateDeploymentCommandInput = {
        ...{ applicationName, deploymentGroupName, description: wish.tag },
        revision: toRevisionLocation(wish.revision),
        ...(deploymentConfigName !== null && { deploymentConfigName }),
      }
      const attempt = { tried: 'codedeploy:CreateDeployment', on: group }
      // Making the configuration took time, in which the lease may have gone to somebody else.
      await mayCreate?.()
      const { deploymentId } = await orRefusal(() =>
        callingCodeDeploy(attempt, () =>
          withDeadline(createMs, (abortSignal) => once.send(new CreateDeploymentCommand(input), { abortSignal })),
        ),
      )
      if (deploymentId) return deploymentId
      throw new TransientError(`codedeploy:CreateDeployment on ${group} answered without an id; look for ${wish.tag}`)
    },
    async read(deploymentId) {
      const info = await reads.get(deploymentId)
      return toProgress(info, await reads.targets(deploymentId))
    },
    async continue(deploymentId, wait) {
      const command = new ContinueDeploymentCommand({ deploymentId, deploymentWaitType: waitTypes[wait] })
      await callingCodeDeploy({ tried: 'codedeploy:ContinueDeployment', on: deploymentId }, () =>
        unlessCode(notWaiting, undefined, () =>
          withDeadline(callMs, async (abortSignal) => void (await repeating.send(command, { abortSignal }))),
        ),
      )
    },
    async stop(deploymentId) {
      const command = new StopDeploymentCommand({ deploymentId, autoRollbackEnabled: true })
      await callingCodeDeploy({ tried: 'codedeploy:StopDeployment', on: deploymentId }, () =>
        unlessCode(['DeploymentAlreadyCompleted'], undefined, () =>
          withDeadline(callMs, async (abortSignal) => void (await repeating.send(command, { abortSignal }))),
        ),
      )
    },
    async previousRevision(deploymentId) {
      const deployment = await reads.get(deploymentId)
      const told = fromRevisionLocation(deployment.previousRevision)
      if (told || !deployment.createTime) return told
      const earlier = await reads.list({
        includeOnlyStatuses: ['Succeeded'],
        createTimeRange: { end: deployment.createTime },
      })
      const before = earlier.find(
        (one) => one.deploymentId !== deploymentId && createdAtMs(one) <= createdAtMs(deployment),
      )
      return fromRevisionLocation(before?.revision)
    },
  }
}

const waitTypes = {
  ready: 'READY_WAIT',
  termination: 'TERMINATION_WAIT',
} as const satisfies Readonly<Record<DriverWait, string>>

/** What CodeDeploy answers where nothing waits: not yet, not any more, or never. */
const notWaiting = ['DeploymentIsNotInReadyState', 'DeploymentAlreadyCompleted', 'UnsupportedActionForDeploymentType']

/** The name of the configuration that a wish comes to, which is there then; null: the group's own. */
async function provideConfig(clients: CodeDeployClients, wish: DriverWish, deadlineMs: number): Promise<string | null> {
  const config = configOf(wish)
  if (config && !config.isPredefined) await provideOwnConfig(clients, config, deadlineMs)
  return config?.name ?? null
}

/** @throws {UpstreamError} If CodeDeploy has no configuration for the strategy: the plan has said so before. */
function configOf({ strategy, platform }: DriverWish): ConfigWish | null {
  if (strategy === null) return null
  if (platform === 'Server')
    throw new UpstreamError('CodeDeploy shifts no traffic in steps on servers: leave the strategy to the group')
  const answer = toDeploymentConfig(strategy, platform, 'strategy')
  if (answer.status === 'found') return answer.config
  const reasons = answer.problems.map(({ path, message }) => `${path} ${message}`)
  throw new UpstreamError(`CodeDeploy has no configuration for this strategy: ${reasons.join('; ')}`)
}

/** Whatever fails before CreateDeployment is sent has created no deployment, and whoever asked may know. */
async function beforeCreation<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof TransientError)
      throw new TransientError(`${messageOf(error)}; no deployment was created`, { cause: error, refused: true })
    throw error
  }
}

/** For a creation, a missing application or group is a refusal like any other. */
async function orRefusal<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof NotFoundError) throw new UpstreamError(messageOf(error), { cause: error })
    throw error
  }
}
