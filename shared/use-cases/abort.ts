import type { Deps } from '../deps.ts'
import type { AbortInput } from '../domain/command.ts'
import type { Cause, Deployment } from '../domain/deployment.ts'
import { isOver } from '../domain/deployment.ts'
import { ConflictError } from '../domain/errors.ts'
import { changeDeployment, loadDeployment } from './change-deployment.ts'
import { invokeRollBack } from './invoke-roll-back.ts'
import { startNextQuietly } from './queue/start-next.ts'
import { requireExpected } from './require-expected.ts'
import { findUnsafeStable } from './safe-side.ts'

export interface AbortAnswer {
  readonly deployment: Deployment
  /** True when traffic was read back equal to the snapshot. */
  readonly restored: boolean
}

/**
 * Stops a deployment and takes its traffic back. The wish is recorded first: from then on nobody raises, and the check
 * finishes what a failing function leaves undone. Aborting again answers what is so.
 *
 * Where stable could not carry what comes back while the canary still serves, going back would be an outage: the
 * deployment halts instead, and only `force` goes back.
 *
 * @param mayAbort - Looks at the record that the wish is recorded on, and throws to refuse. Default: nothing refuses.
 * @throws {ConflictError} If it ended in another way, is not where the caller thinks, or going back is not safe.
 */
export async function abort(
  deps: Deps,
  id: string,
  command: AbortInput,
  mayAbort: (deployment: Deployment) => void = () => undefined,
): Promise<AbortAnswer> {
  const asked = command.reason ?? 'aborted'
  const reason = command.force ? `${asked} (by force: the health of stable was not asked)` : asked
  const cause: Cause = { type: 'command', actor: command.actor, reason }
  if (!command.force) await requireSafeStable(deps, id, command, mayAbort)
  const decided = await changeDeployment(deps, id, (deployment) => {
    // Taking traffic back is right wherever the deployment is by now: only an abort that is done already is not checked.
    if (deployment.phase !== 'aborted') requireExpected(deployment, command)
    mayAbort(deployment)
    return { type: 'roll-back', cause }
  })
  if (isOver(decided.phase)) {
    // One that waited leaves the queue, and may have been about to start: the next one need not wait for the check.
    if (decided.stage === 'queued') await startNextQuietly(deps, decided.service)
    return { deployment: decided, restored: true }
  }
  const restored = await invokeRollBack(deps, id, decided.cause ?? cause)
  const deployment = await loadDeployment(deps, id)
  return { deployment, restored: restored || isOver(deployment.phase) }
}

/** Refuses to go back onto a side that cannot serve, and stops everything that raises until a person decides. */
async function requireSafeStable(
  deps: Deps,
  id: string,
  command: AbortInput,
  mayAbort: (deployment: Deployment) => void,
): Promise<void> {
  const deployment = await loadDeployment(deps, id)
  // What was decided is only carried out.
  if (deployment.goal === 'snapshot' || deployment.endedAt !== null) return
  const unsafe = await findUnsafeStable(deps, deployment)
  if (unsafe === null) return
  const reason = `abort asked for by ${command.actor.name}; not rolled back, a person must weigh it: ${unsafe}`
  let isNew = false
  let isDecided = false
  const halted = await changeDeployment(deps, id, (newest) => {
    isDecided = newest.goal === 'snapshot' || newest.endedAt !== null
    if (isDecided) return null
    requireExpected(newest, command)
    mayAbort(newest)
    isNew = newest.hold?.kind !== 'halted'
    return isNew ? { type: 'halt', cause: { type: 'command', actor: command.actor, reason } } : null
  })
  if (isDecided) return
  if (isNew) await deps.notifier.page(halted, reason)
  throw new ConflictError(
    `${id} was not aborted, as going back would be an outage: ${unsafe}. It is halted: nothing raises traffic. Make stable healthy and abort again, or abort with {"force": true}`,
    { phase: halted.phase, version: halted.version },
  )
}
