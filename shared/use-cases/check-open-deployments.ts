import type { Deps, InTurn } from '../deps.ts'
import { type Deployment, isFinal } from '../domain/deployment.ts'
import { isBrokenStart } from '../domain/deployment-id.ts'
import { messageOf } from '../domain/message-of.ts'
import { type Action, decideNext, unjudged } from '../domain/next-action.ts'
import { isStalled, stalledSeconds } from '../domain/stalled.ts'
import { systemActor } from '../domain/transition.ts'
import type { CheckReport } from '../ports/check-invoker.ts'
import type { Pointer } from '../ports/deployment-store.ts'
import type { Page } from '../ports/page.ts'
import { changeDeployment } from './change-deployment.ts'
import { lookForDrift, treatDrift } from './check-drift.ts'
import { followDriver } from './drive/follow-driver.ts'
import { forEachAtOnce } from './for-each-at-once.ts'
import { type Judged, judgeGates } from './judge-gates.ts'
import { needsAttention } from './needs-attention.ts'
import { performAction } from './perform-action.ts'
import { checkQueues } from './queue/check-queues.ts'
import { startNext } from './queue/start-next.ts'
import { closeDeployment, rollBack, wakeWorkflow } from './roll-back.ts'
import { rollBackIfSafe } from './roll-back-if-safe.ts'
import type { DriftFound } from './route-guard.ts'
import { unlessEnded } from './unless-ended.ts'
import { watchEnded } from './watch-ended.ts'
import { watchLate } from './watch-late.ts'

/** After this many executions of a deployment died, it is rolled back instead of being continued. */
const lastExecution = 3
/**
 * How many deployments are looked at at the same time: so many that what they ask fills the calls that they share. Each
 * waits most of the time, so memory is what bounds it: a record is some ten kilobytes.
 */
const atOnce = 500
const pageSize = 100
/**
 * How long a rollback is tried before the check calls a person, local milliseconds. A workflow does it after an hour; this
 * is for one that died, or was refused even that. A late rollback has none.
 */
const callAfterMs = { late: 60 * 60_000, other: 75 * 60_000 }

/**
 * The scheduled look at everything that is open, with the workflow or without it: judges gates (this is what judges
 * while a deployment bakes), performs what cannot wait, wakes a workflow that has something to do and continues one that
 * died. Looks after what has just ended, and what waits for its turn, as well. One failure never stops the others.
 *
 * @throws {AggregateError} After everything was looked at, if any deployment could not be: an error that only a log
 *   knows alarms nobody.
 */
export async function checkOpenDeployments(deps: Deps): Promise<CheckReport> {
  const { checked, failures } = await checkEach(deps)
  const { failed } = toReport(checked, failures)
  if (failures.length === 0) return { checked, failed }
  throw new AggregateError(
    failures.map(({ error }) => error),
    `${failed.length} of ${checked} deployments could not be checked: ${failed.map(({ id, reason }) => `${id}: ${reason}`).join('; ')}`,
  )
}

/**
 * The same look for somebody who reads the answer: what could not be checked is part of it.
 *
 * @throws {TransientError | UpstreamError} If the list of what is open could not be read.
 */
export async function reportOnOpenDeployments(deps: Deps): Promise<CheckReport> {
  const { checked, failures } = await checkEach(deps)
  return toReport(checked, failures)
}

interface Failure {
  readonly id: string
  readonly error: unknown
}

async function checkEach(deps: Deps): Promise<{ readonly checked: number; readonly failures: readonly Failure[] }> {
  const failures: Failure[] = []
  const { rollBackInTurn = atOnceForAll, ...reads } = deps.lookTogether()
  const looking: Deps = { ...deps, ...reads }
  // Before traffic is moved, health is asked for as it is: a count of some minutes ago will do for a look only. And a lease
  // runs on while its holder waits for the store.
  const acting: Deps = { ...looking, targetHealth: deps.targetHealth, deployments: deps.deployments }
  const checked = await forEachAtOnce(listAll(deps), atOnce, async (pointer) => {
    try {
      await checkPointer({ looking, acting, inTurn: rollBackInTurn }, pointer)
    } catch (error) {
      deps.logger.error('check-failed', { deployment: pointer.id, error })
      failures.push({ id: pointer.id, error })
    }
  })
  // After the pointers: what was just freed is taken by the next one at once.
  const queues = await checkQueues(deps)
  return { checked: checked + queues.checked, failures: [...failures, ...queues.failures] }
}

function toReport(checked: number, failures: readonly Failure[]): CheckReport {
  const failed = failures.map(({ id, error }) => ({
    id,
    reason: messageOf(error),
  }))
  return { checked, failed: failed.sort((a, b) => (a.id < b.id ? -1 : 1)) }
}

async function* listAll(deps: Deps): AsyncGenerator<Pointer> {
  let cursor: string | null = null
  do {
    const page: Page<Pointer> = await deps.deployments.listPointers({ limit: pageSize, cursor })
    yield* page.items
    cursor = page.nextCursor
  } while (cursor !== null)
}

/** The same world twice: to judge by, and to act on. */
interface Check {
  readonly looking: Deps
  readonly acting: Deps
  /** For what begins a rollback. */
  readonly inTurn: InTurn
}

const atOnceForAll: InTurn = (call) => call()

async function checkPointer(check: Check, { service, id, state }: Pointer): Promise<void> {
  const { looking, acting: deps } = check
  const deployment = await looking.deployments.load(id)
  if (!deployment) return freeBrokenStart(deps, service, id)
  await looking.deployments.copyEvents(deployment)
  if (state === 'watched') return watch(check, deployment)
  await unlessEnded(deps, id, () => checkDeployment(check, deployment))
}

/** Weights first: they are put back whatever the sources of the gates say. */
async function watch({ looking, acting: deps }: Check, deployment: Deployment): Promise<void> {
  const [compared] = await Promise.allSettled([watchEnded(deps, deployment)])
  const watched = await watchLate(deps, deployment, looking)
  if (compared.status === 'rejected') throw compared.reason
  // What ended just now frees its service in this look; one that was taken back is watched no more.
  if (watched !== deployment) await watchEnded(deps, watched)
}

async function checkDeployment(check: Check, deployment: Deployment): Promise<void> {
  const { looking, acting: deps } = check
  const { id } = deployment
  // Whoever took the service for it did not get further.
  if (deployment.phase === 'queued') return startNext(deps, deployment.service)
  const isRollingBack = deployment.goal === 'snapshot' && !isFinal(deployment.phase)
  const isLate = deployment.lateRollbackOf !== undefined
  if (isLate || isRollingBack || deployment.phase === 'rollback-failed') return finishRollBack(check, deployment)
  if (isFinal(deployment.phase)) return void (await closeDeployment(deps, id))
  // A source that fails must not hide deadlines and dead workflows: those are looked at first, then it is reported.
  const failures: unknown[] = []
  const orElse =
    <T>(fallback: T) =>
    (error: unknown) => {
      failures.push(error)
      return fallback
    }
  const followed = await followDriver(looking, deployment).catch(orElse(deployment))
  const judged = await judgeGates(looking, id, followed).catch(orElse({ deployment: followed, gates: unjudged }))
  await act(check, judged, () => lookForDrift(deps, judged.deployment).catch(orElse([])))
  if (failures.length > 0) throw failures[0]
}

/** Goes on trying, whoever else does. After a long time a person is called, once. */
async function finishRollBack({ acting: deps, inTurn }: Check, deployment: Deployment): Promise<void> {
  const { id, phase, cause, nextActionAt, createdAt, lateRollbackOf } = deployment
  try {
    await inTurn(() => rollBack(deps, id, cause ?? workflowDied(deployment)))
  } catch (error) {
    // While it rolls back, `nextActionAt` is when that was decided.
    const triedMs = deps.clock.now() - Date.parse(nextActionAt ?? createdAt)
    const isLong = triedMs > callAfterMs[lateRollbackOf === undefined ? 'other' : 'late']
    if (isLong && !isFinal(phase)) await needsAttention(deps, id, messageOf(error))
    throw error
  }
}

/** @param lookForDrifts - Asked only where the answer matters: what moves traffic back waits for no reading in the background. */
async function act(
  check: Check,
  { deployment, gates }: Judged,
  lookForDrifts: () => Promise<readonly DriftFound[]>,
): Promise<void> {
  const { acting: deps, inTurn } = check
  const action = decideNext(deployment, gates, deps.clock.now())
  if (action.type === 'roll-back') {
    await inTurn(() => rollBackIfSafe(deps, deployment, action.cause))
    return wakeWorkflow(deps, deployment.id)
  }
  if (action.type === 'halt') {
    await performAction(deps, deployment, action)
    return wakeWorkflow(deps, deployment.id)
  }
  if (await treatDrift(deps, deployment, await lookForDrifts(), action)) return wakeWorkflow(deps, deployment.id)
  await keepGoing(check, deployment, action)
}

/** The workflow does everything that raises traffic; here it is only woken, or replaced where it died. */
async function keepGoing(check: Check, deployment: Deployment, action: Action): Promise<void> {
  const { acting: deps, inTurn } = check
  const status = await deps.workflow.status(deployment.id, deployment.execution)
  if (status === 'running') {
    if (action.type !== 'wait') await wakeWorkflow(deps, deployment.id)
    return
  }
  if (status !== 'unknown' && deployment.execution >= lastExecution) {
    // A halt is a person's to end; what they decide, the check carries out.
    if (deployment.hold?.kind === 'halted') return
    await inTurn(() => rollBackIfSafe(deps, deployment, workflowDied(deployment)))
    return
  }
  try {
    await replaceWorkflow(deps, deployment, status)
  } catch (error) {
    if (!isStalled(deployment, action, deps.clock.now())) throw error
    deps.logger.error('workflow-not-started', { deployment: deployment.id, error })
    const why = messageOf(error)
    const reason = `the workflow is dead and no other could be started for ${stalledSeconds} s: ${why}`
    await inTurn(() => rollBackIfSafe(deps, deployment, { type: 'recovery', actor: systemActor, reason }))
  }
}

/** @throws Whatever the start of an execution throws; the next check tries again. */
async function replaceWorkflow(deps: Deps, deployment: Deployment, status: 'ended' | 'failed' | 'unknown') {
  // A start that never happened is made up for under the same number; an execution that ended gets a successor.
  if (status === 'unknown') return deps.workflow.start(deployment.id, deployment.execution)
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
  if (!isBrokenStart(id, deps.clock.now())) return
  deps.logger.warn('broken-start-freed', { deployment: id, service })
  await deps.deployments.freePointer(service, id)
}
