import type { Deployment } from './deployment.ts'
import { ConflictError } from './errors.ts'
import { change, here, quietly, said, verdictEvent } from './record-change.ts'
import type { TransitionEvent } from './transition-event.ts'

// What follows a success: the late watch of the deployment itself, and the record of a late rollback.

/**
 * What may still happen to a deployment that succeeded: its gates go on being judged, and it may be taken back by a
 * record of its own. Its phase stays. Null for everything else, which a final phase absorbs or refuses.
 */
export function afterSuccess(deployment: Deployment, event: TransitionEvent, at: string): Deployment | null {
  switch (event.type) {
    case 'verdict':
      return change(deployment, at, {}, verdictEvent(event))
    case 'failed-late':
      return failedLate(deployment, event, at)
    case 'late-watch-over':
      if (deployment.lateWatchEndedAt !== undefined) return deployment
      return quietly(deployment, at, { lateWatchEndedAt: at }, said('note', event.reason))
    case 'taken-back':
      if (deployment.lateRollbackBy !== undefined) return deployment
      return change(deployment, at, { lateRollbackBy: event.by }, said('note', event.reason))
    default:
      return null
  }
}

/** Said once of each gate: it may be judged for days. */
function failedLate(
  deployment: Deployment,
  { gate, reason }: Extract<TransitionEvent, { type: 'failed-late' }>,
  at: string,
): Deployment {
  const { lateFailed = [] } = deployment
  if (lateFailed.includes(gate)) return deployment
  return quietly(deployment, at, { lateFailed: [...lateFailed, gate] }, { ...said('note', reason), gate })
}

/**
 * A late rollback looks at the side it goes back to before it writes any share (`verifying`), and then either restores
 * (`shifting`) or ends `rejected`, its traffic untouched. Whoever decides second is refused.
 */
export function beforeLateRestore(
  deployment: Deployment,
  event: Extract<TransitionEvent, { type: 'refused' | 'old-side-ready' }>,
  at: string,
): Deployment {
  if (deployment.lateRollbackOf === undefined || deployment.stage !== 'verifying')
    throw new ConflictError(`${deployment.id} is rolling back`, here(deployment))
  switch (event.type) {
    case 'old-side-ready': {
      const { reason, forcedBy } = event
      const ready = { stage: 'shifting', deadlineAt: null, ...(forcedBy && { forced: true as const }) } as const
      return quietly(deployment, at, ready, said('note', reason, forcedBy))
    }
    case 'refused': {
      const { findings, reason } = event
      const ended = { endedAt: at, nextActionAt: null, deadlineAt: null }
      const cause = { type: 'preflight', reason } as const
      return change(deployment, at, { ...ended, phase: 'rejected', findings, cause }, said('phase', reason))
    }
  }
}
