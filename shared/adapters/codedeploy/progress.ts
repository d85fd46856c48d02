import type {
  DeploymentInfo,
  DeploymentStatus,
  DeploymentTarget,
  Diagnostics,
  LifecycleEvent as SdkEvent,
} from '@aws-sdk/client-codedeploy'
import type { DriverProgress, DriverStatus, DriverWait, LifecycleEvent } from '../../domain/driver-progress.ts'
import { hasEnded } from '../../domain/driver-progress.ts'
import { UpstreamError } from '../../domain/errors.ts'

const statuses: Readonly<Record<DeploymentStatus, DriverStatus>> = {
  Created: 'created',
  Queued: 'queued',
  InProgress: 'in-progress',
  Baking: 'baking',
  Ready: 'ready',
  Succeeded: 'succeeded',
  Failed: 'failed',
  Stopped: 'stopped',
}

const eventStatuses: Readonly<Record<string, LifecycleEvent['status']>> = {
  Pending: 'pending',
  InProgress: 'in-progress',
  Succeeded: 'succeeded',
  Failed: 'failed',
  Skipped: 'skipped',
  Unknown: 'unknown',
}

/** Longest part of a script's log that is kept, characters: its end, where the failure is. */
const logTailLength = 600

/**
 * How far a deployment has come.
 *
 * @param info - As GetDeployment answers, which knows no lifecycle events.
 * @param targets - As BatchGetDeploymentTargets answers; none before it has started.
 * @throws {UpstreamError} If CodeDeploy reports a status that is none of those it documents.
 */
export function toProgress(info: DeploymentInfo, targets: readonly DeploymentTarget[]): DriverProgress {
  const status = toStatus(info)
  const events = (furthestBehind(targets) ?? []).map(toEvent)
  return {
    deploymentId: info.deploymentId ?? '',
    status,
    weight: toWeight(info, targets, status),
    waitsFor: toWait(info, status, events),
    events,
    error: toError(info),
    rollbackId: info.rollbackInfo?.rollbackDeploymentId || null,
  }
}

function toStatus({ status, deploymentId }: DeploymentInfo): DriverStatus {
  if (status && Object.hasOwn(statuses, status)) return statuses[status]
  throw new UpstreamError(
    `deployment ${deploymentId} has the status ${status}, which is none that CodeDeploy documents`,
  )
}

function toError({ errorInformation }: DeploymentInfo): DriverProgress['error'] {
  if (!errorInformation?.code && !errorInformation?.message) return null
  return { code: errorInformation.code ?? 'UNKNOWN', message: errorInformation.message ?? '' }
}

/** An ECS task set has percent, a Lambda version a fraction; servers are whole, so their share is counted. */
function toWeight(info: DeploymentInfo, targets: readonly DeploymentTarget[], status: DriverStatus): number | null {
  const unreported = status === 'succeeded' ? 100 : 0
  switch (info.computePlatform) {
    case 'ECS':
      return lowest(targets.map(greenWeight)) ?? unreported
    case 'Lambda': {
      const fractions = targets.map(({ lambdaTarget }) => lambdaTarget?.lambdaFunctionInfo?.targetVersionWeight)
      return lowest(fractions.map((fraction) => (fraction === undefined ? undefined : fraction * 100))) ?? unreported
    }
    case 'Server':
    case undefined:
      return shareOfInstances(targets)
  }
}

function greenWeight({ ecsTarget }: DeploymentTarget): number | undefined {
  return ecsTarget?.taskSetsInfo?.find(({ taskSetLabel }) => taskSetLabel === 'Green')?.trafficWeight
}

/** Of those that are known, in percent with one decimal. */
function lowest(percents: readonly (number | undefined)[]): number | null {
  const known = percents.filter((percent) => percent !== undefined)
  return known.length === 0 ? null : toTenth(Math.min(...known))
}

const toTenth = (percent: number) => Math.round(percent * 10) / 10

/** In a blue/green deployment the instances that are replaced are listed too, and never get the revision. */
function shareOfInstances(targets: readonly DeploymentTarget[]): number | null {
  const instances = targets.flatMap(({ instanceTarget }) =>
    instanceTarget && instanceTarget.instanceLabel !== 'Blue' ? instanceTarget : [],
  )
  if (instances.length === 0) return null
  return toTenth((100 * instances.filter(({ status }) => status === 'Succeeded').length) / instances.length)
}

/**
 * For ECS the wait before the old tasks are terminated is told by nothing but this: all events have ended well, and the
 * deployment has not. A rollback never waits.
 *
 * @see aws/containers-roadmap#269: `instanceTerminationWaitTimeStarted` stays false for ECS
 */
function toWait(info: DeploymentInfo, status: DriverStatus, events: readonly LifecycleEvent[]): DriverWait | null {
  if (status === 'ready') return 'ready'
  if (hasEnded({ status }) || status === 'created' || status === 'queued') return null
  if (info.instanceTerminationWaitTimeStarted) return 'termination'
  if (info.computePlatform !== 'ECS' || info.creator === 'codeDeployRollback') return null
  const { action, terminationWaitTimeInMinutes = 0 } =
    info.blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess ?? {}
  const isDone = events.length > 0 && events.every(hasEndedWell)
  return isDone && action === 'TERMINATE' && terminationWaitTimeInMinutes > 0 ? 'termination' : null
}

function hasEndedWell({ status }: LifecycleEvent): boolean {
  return status === 'succeeded' || status === 'skipped'
}

/** Whatever failed on one target will not come there any more, so it counts as behind all others. */
function furthestBehind(targets: readonly DeploymentTarget[]): readonly SdkEvent[] | undefined {
  const rank = (events: readonly SdkEvent[]) =>
    events.some(({ status }) => status === 'Failed') ? -1 : events.filter(({ status }) => status === 'Succeeded').length
  const [first] = targets.map(eventsOf).sort((a, b) => rank(a) - rank(b))
  return first
}

function eventsOf(target: DeploymentTarget): readonly SdkEvent[] {
  const { ecsTarget, lambdaTarget, instanceTarget, cloudFormationTarget } = target
  return (ecsTarget ?? lambdaTarget ?? instanceTarget ?? cloudFormationTarget)?.lifecycleEvents ?? []
}

function toEvent({ lifecycleEventName = '', status = 'Unknown', diagnostics, startTime }: SdkEvent): LifecycleEvent {
  const problem = toProblem(diagnostics)
  return {
    name: lifecycleEventName,
    status: (Object.hasOwn(eventStatuses, status) ? eventStatuses[status] : undefined) ?? 'unknown',
    ...(problem !== null && { problem }),
    ...(startTime && { startedAt: startTime.toISOString() }),
  }
}

/** `Success` is an error code too. */
function toProblem(diagnostics: Diagnostics | undefined): string | null {
  const { errorCode, message, scriptName, logTail } = diagnostics ?? {}
  if (errorCode === 'Success' || (!errorCode && !message && !logTail)) return null
  const where = scriptName ? ` in ${scriptName}` : ''
  const tail = logTail ? `; the end of its log: ${logTail.trim().slice(-logTailLength)}` : ''
  return `${errorCode ?? 'UnknownError'}${where}${message ? `: ${message}` : ''}${tail}`
}
