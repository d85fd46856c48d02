import type { ErrorInformation } from '@aws-sdk/client-codedeploy'
import type { LocalClock } from '../../clock.ts'
import { type Decision, LOOK_MS } from './decide.ts'
import type { Ending } from './ending.ts'
import { DeploymentFailure } from './failure.ts'
import type { HookFunctions } from './hook-functions.ts'
import type { Platform } from './platform.ts'
import { lookAtEvent, startTargetEvent } from './progress.ts'
import type { DeploymentRecord } from './records.ts'
import type { Store } from './store.ts'

/** What deployments stand on. */
export interface DeploymentWorld {
  readonly store: Store
  readonly clock: LocalClock
  readonly platforms: Readonly<Record<DeploymentRecord['platform'], Platform>>
  readonly hooks: HookFunctions
  /** Makes every change up to now outlive the process. */
  readonly save: () => Promise<void>
}

/** What carrying out a decision works with. */
export interface Acts extends DeploymentWorld {
  /** Changes the record as it is now, which may differ from the one decided on. */
  readonly change: (next: (current: DeploymentRecord) => readonly DeploymentRecord[]) => void
  readonly end: (ending: Ending) => void
}

/**
 * Carries out what was decided.
 *
 * @returns When to look again, in local milliseconds; undefined when the deployment is over.
 * @throws {DeploymentFailure} When the deployment cannot go on.
 */
export async function carryOut(
  decision: Decision,
  deployment: DeploymentRecord,
  acts: Acts,
): Promise<number | undefined> {
  const now = acts.clock.now()
  const patch = (members: Partial<DeploymentRecord>) => acts.change((current) => [{ ...current, ...members }])
  switch (decision.type) {
    case 'none':
      return undefined
    case 'wait':
      return decision.ms
    case 'queue':
      patch({ status: 'Queued' })
      return 0
    case 'begin': {
      if (!acts.store.in(deployment.region).groups.has(deployment.groupId)) throw groupMissing(deployment)
      const prepared = await acts.platforms[deployment.platform].prepare(deployment, now)
      patch({ ...prepared, status: 'InProgress', startedAt: now })
      return 0
    }
    case 'stop':
      acts.end({ status: 'Stopped', error: stoppedByUser, cause: 'DEPLOYMENT_STOP_ON_REQUEST' })
      return undefined
    case 'make-ready':
      patch({ status: 'Ready', waitingSince: now })
      return LOOK_MS
    case 'ready-timed-out':
      acts.end({ status: 'Stopped', error: notContinued(deployment), cause: 'DEPLOYMENT_FAILURE' })
      return undefined
    case 'go-on':
      acts.change(({ waitingSince: _since, ...current }) => [{ ...current, status: 'InProgress' }])
      return 0
    case 'await-termination':
      patch({ waitingSince: now })
      return LOOK_MS
    case 'succeed':
      patch({ status: 'Succeeded', completedAt: now })
      return undefined
    case 'start-event':
      await startTargetEvent(deployment, decision, acts)
      return 0
    case 'work':
      return lookAtEvent(deployment, decision, acts)
  }
}

const stoppedByUser: ErrorInformation = { code: 'MANUAL_STOP', message: 'The deployment was stopped by a user.' }

function notContinued({ settings }: DeploymentRecord): ErrorInformation {
  const minutes = settings.blueGreenDeploymentConfiguration?.deploymentReadyOption?.waitTimeInMinutes ?? 0
  return {
    code: 'TIMEOUT',
    message: `The deployment timed out while waiting for a notification to continue. This time out period is ${minutes} minutes.`,
  }
}

function groupMissing({ groupName }: DeploymentRecord): DeploymentFailure {
  return new DeploymentFailure('DEPLOYMENT_GROUP_MISSING', `The deployment group ${groupName} was deleted`)
}
