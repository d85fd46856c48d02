import type { Deps } from '../deps.ts'
import type { Cause, Deployment } from '../domain/deployment.ts'
import { systemActor } from '../domain/transition.ts'
import { changeDeployment, loadDeployment } from './change-deployment.ts'
import { rollBackIfSafe } from './roll-back-if-safe.ts'
import type { DriftFound } from './route-guard.ts'

/**
 * Does what the service's `onDrift` says about a foreign change: ask a person, or take everything back. (Where it says
 * `overwrite`, the writer itself finds no drift; a person is asked only about one that always comes back.)
 *
 * A function that stood still compares with a record that has moved on: what it takes for foreign may be the next step of
 * our own. Then nothing follows; whoever drives the deployment now looks for itself.
 *
 * @param deployment - The record that the drift was found with.
 * @param reason - Why, in the record. Default: what was found.
 */
export async function followDrift(
  deps: Deps,
  deployment: Deployment,
  { drift, message }: DriftFound,
  reason = message,
): Promise<Deployment> {
  const cause: Cause = { type: 'drift', actor: systemActor, reason }
  const isStill = (newest: Deployment) => isStillAs(deployment, newest)
  switch (deployment.settings.onDrift) {
    case 'roll-back': {
      const newest = await loadDeployment(deps, deployment.id)
      return isStill(newest) ? rollBackIfSafe(deps, newest, cause, drift) : newest
    }
    case 'halt':
    case 'overwrite': {
      let isHalted = false
      const halted = await changeDeployment(deps, deployment.id, (newest) => {
        isHalted = isStill(newest)
        return isHalted ? { type: 'halt', cause, drift } : null
      })
      // A rollback decided meanwhile writes over whatever is there: nobody has to look.
      if (isHalted) await deps.notifier.page(halted, reason)
      return halted
    }
  }
}

/** True while nothing was decided since `seen` was read: what was found then is no step of our own. */
export function isStillAs(seen: Deployment, newest: Deployment): boolean {
  return newest.version === seen.version && newest.goal === 'plan' && newest.endedAt === null
}
