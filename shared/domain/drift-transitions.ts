import type { Deployment } from './deployment.ts'
import { isSameDrift } from './drift.ts'
import { change, notedDrift, quietly, requireStage, said, settled, withDrift, withRoute } from './record-change.ts'
import type { TransitionEvent } from './transition-event.ts'

// What a foreign change does to the record, short of a halt or a rollback.

/** Said once for each change that is found. */
export function driftNoted(
  deployment: Deployment,
  { drift, stands, reason }: Extract<TransitionEvent, { type: 'drift-noted' }>,
  at: string,
): Deployment {
  const known = deployment.routes.find((route) => route.resource === drift.resource)?.drift
  if (stands && known && isSameDrift(known, drift)) return deployment
  const routes = stands ? notedDrift(deployment, drift, at) : withRoute(deployment, drift.resource, settled)
  return quietly(deployment, at, { routes }, withDrift(said('note', reason), drift))
}

/** Back to the write of the step that was last verified, and with it to the start of its clock. */
export function overwriteWanted(
  deployment: Deployment,
  event: Extract<TransitionEvent, { type: 'overwrite-wanted' }>,
  at: string,
): Deployment {
  requireStage(deployment, event, ['shifting', 'baking', 'awaiting-approval'])
  return change(
    deployment,
    at,
    {
      stage: 'shifting',
      target: deployment.step,
      promote: null,
      deadlineAt: event.deadlineAt,
      nextActionAt: at,
      waitsFor: null,
      overwriteDrift: true,
      overwrites: (deployment.overwrites ?? 0) + 1,
      routes: notedDrift(deployment, event.drift, at),
    },
    withDrift(said('phase', event.reason), event.drift),
  )
}
