import type { Deps } from '../deps.ts'
import { type Deployment, isFinal } from '../domain/deployment.ts'
import { startedAtMs } from '../domain/deployment-id.ts'
import { type Action, decideNext, unjudged } from '../domain/next-action.ts'
import { systemActor } from '../domain/transition.ts'
import { changeDeployment } from './change-deployment.ts'
import { findDrift } from './find-drift.ts'
import { followDrift } from './follow-drift.ts'
import { type Judged, judgeGates } from './judge-gates.ts'
import { performAction } from './perform-action.ts'
import { closeDeployment, rollBack, wakeWorkflow } from './roll-back.ts'
import { rollBackIfSafe } from './roll-back-if-safe.ts'
import { type DriftFound, mayOverwrite } from './route-guard.ts'

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
  const isRollingBack = deployment.goal === 'snapshot' && !isFinal(deployment.phase)
  if (deployment.phase === 'rollback-failed' || isRollingBack) {
    await rollBack(deps, id, deployment.cause ?? workflowDied(deployment))
    return
  }
  if (isFinal(deployment.phase)) return void (await closeDeployment(deps, id))
  // A source that fails must not hide deadlines and dead workflows: those are looked at first, then it is reported.
  const failures: unknown[] = []
  const orElse =
    <T>(fallback: T) =>
    (error: unknown) => {
      failures.push(error)
      return fallback
    }
  const judged = await judgeGates(deps, id).catch(orElse({ deployment, gates: unjudged }))
  await act(deps, judged, await findDriftOf(deps, judged.deployment).catch(orElse(null)))
  if (failures.length > 0) throw failures[0]
}

async function act(deps: Deps, { deployment, gates }: Judged, drift: DriftFound | null): Promise<void> {
  const action = decideNext(deployment, gates, deps.clock.now())
  if (action.type === 'roll-back') {
    await rollBackIfSafe(deps, deployment, action.cause)
    return wakeWorkflow(deps, deployment.id)
  }
  if (action.type === 'halt') {
    await performAction(deps, deployment, action)
    return wakeWorkflow(deps, deployment.id)
  }
  if (drift && (await isStill(deps, deployment))) {
    await followDrift(deps, deployment, drift)
    return wakeWorkflow(deps, deployment.id)
  }
  await keepGoing(deps, deployment, action)
}

/** Only while nothing is being written: a shift looks for itself. Where drift is to be overwritten, the next write does. */
async function findDriftOf(deps: Deps, deployment: Deployment): Promise<DriftFound | null> {
  const isResting = deployment.stage === 'baking' || deployment.stage === 'awaiting-approval'
  if (!isResting || deployment.hold !== null || isFinal(deployment.phase) || deployment.goal === 'snapshot') return null
  return mayOverwrite(deployment) ? null : findDrift(deps, deployment)
}

async function isStill(deps: Deps, deployment: Deployment): Promise<boolean> {
  return (await deps.deployments.load(deployment.id))?.version === deployment.version
}

/** The workflow does everything that raises traffic; here it is only woken, or replaced where it died. */
async function keepGoing(deps: Deps, deployment: Deployment, action: Action): Promise<void> {
  const status = await deps.workflow.status(deployment.id, deployment.execution)
  if (status === 'running') {
    if (action.type !== 'wait') await wakeWorkflow(deps, deployment.id)
    return
  }
  // A start that never happened is made up for under the same number; an execution that ended gets a successor.
  if (status === 'unknown') return deps.workflow.start(deployment.id, deployment.execution)
  if (deployment.execution >= lastExecution) {
    // A halt is a person's to end; what they decide, the check carries out.
    if (deployment.hold?.kind === 'halted') return
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
