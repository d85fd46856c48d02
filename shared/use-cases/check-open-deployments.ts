import type { Deps } from '../deps.ts'
import { type Deployment, isFinal } from '../domain/deployment.ts'
import { startedAtMs } from '../domain/deployment-id.ts'
import { type Action, decideNext } from '../domain/next-action.ts'
import { systemActor } from '../domain/transition.ts'
import { changeDeployment } from './change-deployment.ts'
import { judgeGates } from './judge-gates.ts'
import { performAction } from './perform-action.ts'
import { closeDeployment, rollBack, wakeWorkflow } from './roll-back.ts'
import { rollBackIfSafe } from './roll-back-if-safe.ts'

/** After this many executions of a deployment died, it is rolled back instead of being continued. */
const lastExecution = 3
/** A pointer without a record is a start that broke off; its caller had this long to go on. Milliseconds. */
const brokenStartMs = 120_000

export interface CheckReport {
  readonly checked: number
  readonly failed: readonly { readonly id: string; readonly reason: string }[]
}

/**
 * The scheduled look at everything that is open, with the workflow or without it: judges gates (this is what judges
 * while a deployment bakes), performs what cannot wait, wakes a workflow that has something to do and continues one that
 * died. One failure never stops the others.
 *
 * @throws {AggregateError} After everything was looked at, if any deployment could not be: an error that only a log
 *   knows alarms nobody.
 */
export async function checkOpenDeployments(deps: Deps): Promise<CheckReport> {
  const failed: { id: string; reason: string; error: unknown }[] = []
  let checked = 0
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<Deps['deployments']['listPointers']>> = await deps.deployments.listPointers({
      limit: 100,
      cursor,
    })
    await Promise.all(
      page.items.map(async ({ service, id }) => {
        try {
          await checkDeployment(deps, service, id)
        } catch (error) {
          deps.logger.error('check-failed', { deployment: id, error })
          failed.push({ id, reason: error instanceof Error ? error.message : String(error), error })
        }
      }),
    )
    checked += page.items.length
    cursor = page.nextCursor
  } while (cursor !== null)
  if (failed.length > 0) {
    throw new AggregateError(
      failed.map(({ error }) => error),
      `${failed.length} of ${checked} deployments could not be checked: ${failed.map(({ id, reason }) => `${id}: ${reason}`).join('; ')}`,
    )
  }
  return { checked, failed }
}

async function checkDeployment(deps: Deps, service: string, id: string): Promise<void> {
  const deployment = await deps.deployments.load(id)
  if (!deployment) return freeBrokenStart(deps, service, id)
  await deps.deployments.copyEvents(deployment)
  if (deployment.phase === 'rollback-failed' || deployment.goal === 'snapshot') {
    if (!isFinal(deployment.phase) || deployment.phase === 'rollback-failed') {
      await rollBack(deps, id, deployment.cause ?? workflowDied(deployment))
      return
    }
  }
  if (isFinal(deployment.phase)) return void (await closeDeployment(deps, id))
  const gates = await judgeGates(deps, id)
  const newest = (await deps.deployments.load(id)) ?? deployment
  const action = decideNext(newest, gates, deps.clock.now())
  if (action.type === 'roll-back' || action.type === 'halt') {
    await performAction(deps, newest, action)
    return wakeWorkflow(deps, id)
  }
  await keepGoing(deps, newest, action)
}

/** The workflow does everything that raises traffic; here it is only woken, or replaced where it died. */
async function keepGoing(deps: Deps, deployment: Deployment, action: Action): Promise<void> {
  const status = await deps.workflow.status(deployment.id, deployment.execution)
  if (status === 'running') {
    if (action.type !== 'wait' && action.type !== 'verify') await wakeWorkflow(deps, deployment.id)
    return
  }
  // A start that never happened is made up for under the same number; an execution that ended gets a successor.
  if (status === 'unknown') return deps.workflow.start(deployment.id, deployment.execution)
  if (deployment.execution >= lastExecution) {
    await rollBackIfSafe(deps, deployment, workflowDied(deployment))
    return
  }
  const execution = deployment.execution + 1
  const next = await changeDeployment(deps, deployment.id, (newest) =>
    newest.execution < execution
      ? {
          type: 'succeeded-by',
          execution,
          reason: `execution ${deployment.execution} died (${status}); execution ${execution} goes on`,
        }
      : null,
  )
  await deps.workflow.start(next.id, next.execution)
}

function workflowDied(deployment: Deployment) {
  return { type: 'recovery', actor: systemActor, reason: `the workflow died ${deployment.execution} time(s)` } as const
}

/** No traffic can have moved: a record comes before any write. */
async function freeBrokenStart(deps: Deps, service: string, id: string): Promise<void> {
  if (deps.clock.now() - startedAtMs(id) < brokenStartMs) return
  deps.logger.warn('broken-start-freed', { deployment: id, service })
  await deps.deployments.freePointer(service, id)
}
