import { randomUUID } from 'node:crypto'
import type { LifecycleEventStatus } from '@aws-sdk/client-codedeploy'
import { refuse } from './check.ts'
import type { DeploymentRecord } from './records.ts'

/** What the id of a hook's execution stands for. */
interface HookExecution {
  readonly deploymentId: string
  readonly event: string
}

/** An id as opaque as AWS's. It names its event itself, so that it is still known after a restart. */
export function toExecutionId(execution: HookExecution): string {
  return Buffer.from(JSON.stringify({ ...execution, nonce: randomUUID() })).toString('base64')
}

/**
 * Takes what a hook answered into its deployment's record.
 *
 * @throws {AwsError} `InvalidLifecycleEventHookExecutionStatusException` for anything but Succeeded and Failed,
 *   `InvalidLifecycleEventHookExecutionIdException` for an id that is not one of this deployment's,
 *   `LifecycleEventAlreadyCompletedException` for an event that has its answer or is over.
 */
export function answerHook(
  deployment: DeploymentRecord,
  executionId: string | undefined,
  status: LifecycleEventStatus | undefined,
): DeploymentRecord {
  if (status !== 'Succeeded' && status !== 'Failed') {
    return refuse(
      'InvalidLifecycleEventHookExecutionStatusException',
      `The status of a lifecycle event hook must be Succeeded or Failed, not ${status}`,
    )
  }
  const name = eventOf(deployment.id, executionId)
  const event = deployment.targets.flatMap(({ events }) => events).find((candidate) => candidate.name === name)
  if (event?.hook === undefined || event.startedAt === undefined) return refuseId()
  if (event.status !== 'InProgress' || event.answer) {
    return refuse('LifecycleEventAlreadyCompletedException', `The lifecycle event ${name} is already completed`)
  }
  return {
    ...deployment,
    targets: deployment.targets.map((target) => ({
      ...target,
      events: target.events.map((one) => (one.name === name ? { ...one, answer: status } : one)),
    })),
  }
}

function eventOf(deploymentId: string, executionId: string | undefined): string {
  let execution: unknown
  try {
    execution = JSON.parse(Buffer.from(executionId ?? '', 'base64').toString())
  } catch {
    return refuseId()
  }
  if (typeof execution !== 'object' || execution === null || !('event' in execution)) return refuseId()
  if (!('deploymentId' in execution) || execution.deploymentId !== deploymentId) return refuseId()
  return String(execution.event)
}

function refuseId(): never {
  return refuse('InvalidLifecycleEventHookExecutionIdException', 'The lifecycle event hook execution ID is not valid')
}
