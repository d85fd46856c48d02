import type { Acts } from './carry-out.ts'
import { LOOK_MS } from './decide.ts'
import { DeploymentFailure } from './failure.ts'
import { toExecutionId } from './hook-execution.ts'
import { type EventRecord, HOOK_TIMEOUT_MS, startEvent, succeedEvent } from './lifecycle.ts'
import { briefly, type Work } from './platform.ts'
import type { DeploymentRecord, TargetRecord } from './records.ts'

interface At {
  readonly target: TargetRecord
  readonly event: EventRecord
}

/**
 * Starts an event, and calls its hook. The start is on the disk before: whatever dies in between, a hook is called once,
 * and one that was never called runs into its time-out.
 *
 * @throws {DeploymentFailure} `HOOK_EXECUTION_FAILURE` when there is no such function.
 */
export async function startTargetEvent(deployment: DeploymentRecord, { target, event }: At, acts: Acts): Promise<void> {
  changeEvents(acts, target.id, (events, now) => startEvent(events, event.name, now))
  if (event.hook === undefined) return
  await acts.save()
  const isThere = acts.hooks.invoke(event.hook, {
    DeploymentId: deployment.id,
    LifecycleEventHookExecutionId: toExecutionId({ deploymentId: deployment.id, event: event.name }),
  })
  if (isThere) return
  throw new DeploymentFailure(
    'HOOK_EXECUTION_FAILURE',
    `The deployment failed because the Lambda function ${event.hook} of the hook ${event.name} could not be found`,
  )
}

/**
 * Looks at an event that is under way, and ends it when it is done.
 *
 * @returns When to look again, in local milliseconds.
 * @throws {DeploymentFailure}
 */
export async function lookAtEvent(deployment: DeploymentRecord, at: At, acts: Acts): Promise<number> {
  const now = acts.clock.now()
  const { target, event } = at
  const work =
    event.hook === undefined
      ? await acts.platforms[deployment.platform].work(deployment, event, now)
      : lookAtHook(event, now)
  if (work.percent !== undefined && work.percent !== deployment.percent) {
    const { percent } = work
    acts.change((current) => [{ ...current, percent }])
  }
  if (work.done) changeEvents(acts, target.id, (events, at) => succeedEvent(events, event.name, at))
  return work.done ? 0 : Math.min(work.againInMs ?? LOOK_MS, LOOK_MS)
}

function lookAtHook(event: EventRecord, now: number): Work {
  if (event.answer === 'Succeeded') return briefly(event, now)
  if (event.answer === 'Failed') {
    const message = 'The deployment failed because one or more of the lifecycle event validation functions failed.'
    throw new DeploymentFailure('HOOK_EXECUTION_FAILURE', message)
  }
  if (now - (event.startedAt ?? now) < HOOK_TIMEOUT_MS) return { done: false }
  throw new DeploymentFailure(
    'TIMEOUT',
    'The deployment timed out while waiting for a status callback. CodeDeploy expects a status callback within one hour ' +
      'after a deployment hook is invoked.',
  )
}

function changeEvents(
  acts: Acts,
  targetId: string,
  next: (events: readonly EventRecord[], now: number) => readonly EventRecord[],
): void {
  const now = acts.clock.now()
  acts.change((current) => [
    {
      ...current,
      targets: current.targets.map((target) =>
        target.id === targetId ? { ...target, events: next(target.events, now), updatedAt: now } : target,
      ),
    },
  ])
}
