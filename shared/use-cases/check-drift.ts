import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { decideOnDrift, isResting, isSameDrift } from '../domain/drift.ts'
import type { Action } from '../domain/next-action.ts'
import { toInstant } from '../ports/clock.ts'
import { changeDeployment } from './change-deployment.ts'
import { findDrift } from './find-drift.ts'
import { followDrift, isStillAs } from './follow-drift.ts'
import { shiftSeconds } from './perform-action.ts'
import type { DriftFound } from './route-guard.ts'

/** What somebody else changed on the routes of a deployment, while none of them is due to be written: a write looks itself. */
export async function lookForDrift(deps: Deps, deployment: Deployment): Promise<readonly DriftFound[]> {
  return isResting(deployment, deps.clock.now()) ? findDrift(deps, deployment) : []
}

/**
 * Does about foreign changes what a look from outside can do: asks a person, takes everything back, has the current step
 * written again, or notes them where nothing may be written now. Of several, one is followed: one write goes over all of
 * them, and the next look finds what is left.
 *
 * @param next - What follows without them.
 * @returns True where the workflow has something to see; false where `next` still follows.
 */
export async function treatDrift(
  deps: Deps,
  deployment: Deployment,
  drifts: readonly DriftFound[],
  next: Action,
): Promise<boolean> {
  const [first] = drifts
  if (!first) return false
  switch (decideOnDrift(deployment, next.type)) {
    case 'leave':
      return false
    case 'note':
      for (const found of drifts) await noteDrift(deps, deployment, found)
      return false
    case 'halt-or-roll-back':
      if (drifts.every((found) => isWaitedFor(deployment, found))) return false
      await followDrift(deps, deployment, first, insisting(deployment, first))
      return true
    case 'overwrite': {
      const [news, ...others] = drifts.filter((found) => !isWaitedFor(deployment, found))
      if (!news) return false
      for (const found of others) await noteAlso(deps, deployment, found)
      await wantOverwrite(deps, deployment, news)
      return true
    }
  }
}

/**
 * True for a change whose overwriting was decided and waits for a freeze window or the line, as it would raise the share:
 * nothing was written since, so finding it again says nothing of who changed it.
 */
function isWaitedFor({ overwriteDrift, waitsFor, stage, routes }: Deployment, { drift }: DriftFound): boolean {
  const noted = routes.find(({ resource }) => resource === drift.resource)?.drift
  return stage === 'shifting' && overwriteDrift && !!waitsFor && noted !== undefined && isSameDrift(noted, drift)
}

/** Somebody who changes it whenever we have written is not argued with: why a person is asked, although nobody wanted that. */
function insisting({ overwrites = 0 }: Deployment, { message }: DriftFound): string {
  return overwrites === 0 ? message : `${message}; it was written over ${overwrites} time(s) in this step and came back`
}

/** Every change that is found is noted once; a person is called at the first one of a route. */
async function noteDrift(deps: Deps, deployment: Deployment, { drift, message }: DriftFound): Promise<void> {
  const reason = `${message}; nothing is written while the deployment is ${deployment.phase}`
  let isFirst = false
  const noted = await changeDeployment(deps, deployment.id, (newest) => {
    const isStill = isStillAs(deployment, newest)
    isFirst = isStill && newest.routes.some((route) => route.resource === drift.resource && !route.drift)
    return isStill ? { type: 'drift-noted', drift, stands: true, reason } : null
  })
  if (isFirst) await deps.notifier.page(noted, reason)
}

/** The same write goes over all of them: none of them is found again as if it had come back. */
async function noteAlso(deps: Deps, deployment: Deployment, { drift, message }: DriftFound): Promise<void> {
  const reason = `${message}; it is written over as well`
  await changeDeployment(deps, deployment.id, (newest) =>
    isStillAs(deployment, newest) ? { type: 'drift-noted', drift, stands: true, reason } : null,
  )
}

/** The write itself is the workflow's, which looks at health, freeze windows and the line before it. */
async function wantOverwrite(deps: Deps, deployment: Deployment, { drift, message }: DriftFound): Promise<void> {
  const { id, step } = deployment
  const reason = `${message}; step ${step} is written again, over it`
  const deadlineAt = toInstant(deps.clock.now() + shiftSeconds * 1000)
  await changeDeployment(deps, id, (newest) =>
    isStillAs(deployment, newest) ? { type: 'overwrite-wanted', drift, reason, deadlineAt } : null,
  )
}
