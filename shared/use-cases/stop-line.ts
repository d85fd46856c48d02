import type { Deps } from '../deps.ts'
import type { Actor } from '../domain/deployment.ts'
import type { Stop } from '../domain/raise-block.ts'
import { toInstant } from '../ports/clock.ts'

export interface StopInput {
  readonly actor: Actor
  readonly reason: string
}

export interface StopAnswer {
  readonly stop: Stop
  /** False when this very stop stood already. */
  readonly created: boolean
}

/**
 * Stops the line: no deployment starts and no share is raised, of any service, until somebody lets it run again. What is
 * deployed stays as it is, its gates armed; rolling back and aborting go on. Another reason, or another person, makes a
 * new stop in place of the one that stands; deployments that overrode that one wait for the new one.
 */
export async function stopLine(deps: Deps, { actor, reason }: StopInput): Promise<StopAnswer> {
  const standing = await deps.line.read()
  if (standing && standing.reason === reason && standing.by.kind === actor.kind && standing.by.name === actor.name)
    return { stop: standing, created: false }
  const stop: Stop = { reason, by: actor, at: toInstant(deps.clock.now()) }
  await deps.line.stop(stop)
  deps.logger.info('line-stopped', { by: actor, reason })
  return { stop, created: true }
}
