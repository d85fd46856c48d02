import type { Deps } from '../deps.ts'
import type { Cause, Deployment } from '../domain/deployment.ts'
import { systemActor } from '../domain/transition.ts'
import { changeDeployment } from './change-deployment.ts'
import { rollBackIfSafe } from './roll-back-if-safe.ts'
import type { DriftFound } from './route-guard.ts'

/**
 * Does what the service's `onDrift` says about a foreign change: ask a person, or take everything back. (`overwrite` is
 * decided by the writer itself, which then finds no drift.)
 */
export async function followDrift(deps: Deps, deployment: Deployment, drift: DriftFound): Promise<Deployment> {
  const cause: Cause = { type: 'drift', actor: systemActor, reason: drift.message }
  switch (deployment.settings.onDrift) {
    case 'roll-back':
      return rollBackIfSafe(deps, deployment, cause)
    case 'halt':
    case 'overwrite': {
      const halted = await changeDeployment(deps, deployment.id, (newest) =>
        newest.goal === 'plan' && newest.endedAt === null ? { type: 'halt', cause } : null,
      )
      // A rollback decided meanwhile writes over whatever is there: nobody has to look.
      if (halted.hold?.kind === 'halted') await deps.notifier.page(halted, drift.message)
      return halted
    }
  }
}
