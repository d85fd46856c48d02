import type { Deployment } from './deployment.ts'
import { ConflictError } from './errors.ts'
import { change, commandEvent, end, here, isPersonal, quietly, said, withEvent } from './record-change.ts'
import { endOf } from './rollback-transitions.ts'
import { otherSlot } from './traffic.ts'
import type { TransitionEvent } from './transition-event.ts'

// From the request to the turn. Nothing was written for a deployment that waits: it can end at once.

export function whileQueued(deployment: Deployment, event: TransitionEvent, at: string): Deployment {
  switch (event.type) {
    case 'dequeued':
      return dequeued(deployment, event, at)
    case 'refused':
      return end(deployment, at, 'rejected', { type: 'preflight', reason: event.reason }, { findings: event.findings })
    case 'start-blocked':
      return startBlocked(deployment, event, at)
    case 'held-back':
      return heldBack(deployment, event, at)
    case 'roll-back':
      return endWaiting(deployment, event, at)
    case 'note':
      return quietly(deployment, at, {}, said('note', event.reason))
    default:
      throw new ConflictError(
        `${deployment.id} is queued: it has no traffic until its turn comes, and can only be aborted`,
        here(deployment),
      )
  }
}

/** The deployment before it may have swapped the roles, and the service may have another document. */
function dequeued(
  deployment: Deployment,
  { stable, settings, plan, routes }: Extract<TransitionEvent, { type: 'dequeued' }>,
  at: string,
): Deployment {
  return change(
    deployment,
    at,
    {
      stage: 'preparing',
      stable,
      canary: otherSlot(stable),
      settings,
      plan,
      routes,
      waitsFor: null,
      heldBack: null,
      nextActionAt: at,
    },
    said('phase', 'its turn has come'),
  )
}

/** Said once of each block, however often the start is tried. */
function startBlocked(
  deployment: Deployment,
  { block }: Extract<TransitionEvent, { type: 'start-blocked' }>,
  at: string,
): Deployment {
  const { waitsFor } = deployment
  if (waitsFor?.reason === block.reason && waitsFor.until === block.until) return deployment
  const changes = { waitsFor: block, nextActionAt: block.until }
  return quietly(deployment, at, changes, said('note', `the start waits: ${block.reason}`))
}

function heldBack(
  deployment: Deployment,
  { by }: Extract<TransitionEvent, { type: 'held-back' }>,
  at: string,
): Deployment {
  if (deployment.heldBack?.deployment === by.deployment) return deployment
  return quietly(deployment, at, { heldBack: by }, said('note', `${by.deployment} stays: ${by.reason}`))
}

function endWaiting(
  deployment: Deployment,
  { cause }: Extract<TransitionEvent, { type: 'roll-back' }>,
  at: string,
): Deployment {
  const ended = end(deployment, at, endOf(cause), cause, { waitsFor: null, heldBack: null })
  return isPersonal(cause) ? withEvent(ended, at, commandEvent('abort', cause)) : ended
}
