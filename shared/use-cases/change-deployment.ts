import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { ConflictError, NotFoundError, TransientError } from '../domain/errors.ts'
import { type TransitionEvent, transition } from '../domain/transition.ts'
import { toInstant } from '../ports/clock.ts'

/** How often a save may lose against another writer before we say so. Each loser re-reads and decides afresh. */
const attempts = 10

/**
 * Reads a deployment, lets `decide` say what happens to it, and saves the outcome; starts over when somebody else saved
 * in between, so that `decide` always speaks about the newest record.
 *
 * @returns The record afterwards; the one that was read where `decide` answers null or the event changes nothing.
 * @throws {NotFoundError} If there is no such deployment.
 * @throws {ConflictError} If the phase forbids the event.
 */
export async function changeDeployment(
  deps: Pick<Deps, 'deployments' | 'clock'>,
  id: string,
  decide: (deployment: Deployment) => TransitionEvent | null,
): Promise<Deployment> {
  let cause: unknown
  for (let attempt = 0; attempt < attempts; attempt++) {
    const deployment = await loadDeployment(deps, id)
    const event = decide(deployment)
    const next = event ? transition(deployment, event, toInstant(deps.clock.now())) : deployment
    if (next === deployment) return deployment
    try {
      await deps.deployments.save(next)
      return next
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error
      cause = error
    }
  }
  throw new TransientError(`deployment ${id} kept changing while it was saved; try again`, { cause })
}

/** @throws {NotFoundError} If there is no such deployment. */
export async function loadDeployment(deps: Pick<Deps, 'deployments'>, id: string): Promise<Deployment> {
  const deployment = await deps.deployments.load(id)
  if (!deployment) throw new NotFoundError(`there is no deployment ${id}`)
  return deployment
}
