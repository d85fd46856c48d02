import type { Deps } from '../deps.ts'
import { type Actor, type Cause, type Deployment, isOver } from '../domain/deployment.ts'
import { ConflictError } from '../domain/errors.ts'
import { beginLateRollback } from './begin-late-rollback.ts'
import { loadDeployment } from './change-deployment.ts'
import { stopWarming } from './warm-old-side.ts'

export interface RollBackServiceInput {
  readonly service: string
  readonly actor: Actor
  readonly reason?: string | null
  /** Go on although the old side is not warm, or somebody else changed the routing. */
  readonly force: boolean
  /** The success that is meant; another one is left alone. Default: the newest. */
  readonly of?: string
}

export interface RollBackServiceAnswer {
  /** The record of the late rollback. */
  readonly deployment: Deployment
  /** True when traffic was read back equal to the snapshot. */
  readonly restored: boolean
}

/**
 * Takes back the newest success of a service: everything goes to the side that served before it, in one verified write a
 * route. The record comes first, so the check finishes what a failing function leaves undone.
 *
 * @throws {NotFoundError} If there is no such service.
 * @throws {ConflictError} With everything that is missing.
 */
export async function rollBackService(
  deps: Deps,
  { service, actor, reason = null, force, of }: RollBackServiceInput,
): Promise<RollBackServiceAnswer> {
  const cause: Cause = { type: 'command', actor, reason: reason ?? 'taken back' }
  const wish = { service, actor, cause, reason, force, lane: 'rollback', ...(of !== undefined && { of }) } as const
  const found = await beginLateRollback(deps, wish)
  const { id, phase, ...begun } = force && !found.forced ? await stopWarming(deps, found, actor) : found
  if (!isOver(phase)) {
    try {
      await deps.rollBackInvoker.rollBack(id, begun.cause ?? cause)
    } catch (error) {
      deps.logger.error('roll-back-invocation-failed', { deployment: id, error })
    }
  }
  const deployment = await loadDeployment(deps, id)
  if (deployment.phase === 'rejected') throw toRefusal(deployment)
  return { deployment, restored: isOver(deployment.phase) }
}

/** What the old side needed to be looked at for is found only once it is in the action again. */
function toRefusal({ id, cause, findings }: Deployment): ConflictError {
  const problems = findings.map((finding) => ({
    path: finding.id.slice(finding.id.indexOf(':') + 1),
    message: finding.detail,
  }))
  return new ConflictError(cause?.reason ?? `${id} was refused`, { deployment: id }, { problems })
}
