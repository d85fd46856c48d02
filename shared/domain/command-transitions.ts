import type { Approval, Cause, Deployment, Hold } from './deployment.ts'
import { cannotBeHeld, drivenRouteOf } from './driven.ts'
import { ConflictError, ValidationError } from './errors.ts'
import { change, commandEvent, here, laterBy, settled } from './record-change.ts'
import type { RouteState } from './traffic.ts'
import type { TransitionEvent } from './transition-event.ts'

// What people ask for, short of a rollback: pause, resume, promote, approve. Repeating a command changes nothing.

export function pause(
  deployment: Deployment,
  event: Extract<TransitionEvent, { type: 'pause' }>,
  at: string,
): Deployment {
  if (deployment.hold?.kind === 'paused') return deployment
  if (deployment.hold) throw new ConflictError(`${deployment.id} is halted: resume or abort it`, here(deployment))
  if (cannotBeHeld(deployment))
    throw new ConflictError(
      `CodeDeploy moves the traffic of ${deployment.id} and cannot be paused; abort it, or let it go on`,
      here(deployment),
    )
  const cause: Cause = { type: 'command', actor: event.actor, reason: event.reason }
  return change(
    deployment,
    at,
    { hold: { kind: 'paused', since: at, until: event.until, cause }, nextActionAt: event.until },
    commandEvent('pause', event),
  )
}

export function resume(
  deployment: Deployment,
  event: Extract<TransitionEvent, { type: 'resume' }>,
  at: string,
): Deployment {
  const hold = deployment.hold
  if (!hold) return deployment
  if (hold.kind === 'halted' && hold.cause.type === 'drift' && event.drift === null) {
    throw new ValidationError('the deployment halted because somebody else changed the routing', [
      { path: 'drift', message: 'must be "adopt" (keep the foreign change) or "overwrite" (write our weights again)' },
    ])
  }
  const rewrite = event.drift === 'overwrite' && deployment.stage === 'baking'
  const wasBaking = deployment.stage === 'baking' && !rewrite
  const adopted =
    event.drift === 'adopt' && event.adoptedWeight !== null
      ? { weight: event.adoptedWeight, effectiveWeight: event.adoptedWeight }
      : {}
  const bakeEndsAt = deployment.bakeEndsAt && later(deployment.bakeEndsAt, hold, at)
  const deadlineAt = deployment.deadlineAt && later(deployment.deadlineAt, hold, at)
  return change(
    deployment,
    at,
    {
      ...adopted,
      routes: withAdopted(deployment, event.adopted ?? {}),
      hold: null,
      cause: null,
      overwrites: 0,
      waivedGates:
        hold.kind === 'halted' && hold.cause.gate
          ? [...deployment.waivedGates, hold.cause.gate]
          : deployment.waivedGates,
      bakeEndsAt,
      deadlineAt: rewrite ? laterBy(at, rewriteSeconds) : deadlineAt,
      overwriteDrift: event.drift === 'overwrite',
      stage: rewrite ? 'shifting' : deployment.stage,
      nextActionAt: wasBaking ? bakeEndsAt : deployment.stage === 'shifting' || rewrite ? at : (deadlineAt ?? at),
    },
    commandEvent('resume', event),
  )
}

export function promote(
  deployment: Deployment,
  event: Extract<TransitionEvent, { type: 'promote' }>,
  at: string,
): Deployment {
  if (deployment.stage !== 'baking') {
    throw new ConflictError(
      `${deployment.id} is ${deployment.phase}: only a step that bakes can be promoted`,
      here(deployment),
    )
  }
  const isDriven = drivenRouteOf(deployment) !== null
  if (isDriven && deployment.step < deployment.plan.steps.length - 1)
    throw new ConflictError(
      `CodeDeploy raises the share of ${deployment.id} by its own clock; only the last step can be promoted`,
      here(deployment),
    )
  const asked = deployment.promote
  if (asked && asked.step === deployment.step && (asked.full || !event.full)) return deployment
  return change(
    deployment,
    at,
    {
      promote: { step: deployment.step, full: event.full, actor: event.actor },
      ...(isDriven && { nextActionAt: at }),
    },
    commandEvent(event.full ? 'promote to 100 %' : 'promote', event),
  )
}

export function approve(
  deployment: Deployment,
  event: Extract<TransitionEvent, { type: 'approve' }>,
  at: string,
): Deployment {
  const step = deployment.target
  const mine = (approval: Approval) => approval.by === event.actor.name && approval.step === step
  if (deployment.stage !== 'awaiting-approval') {
    const released = deployment.approvals.some(
      (approval) => approval.by === event.actor.name && approval.step === deployment.target,
    )
    if (released) return deployment
    throw new ConflictError(`${deployment.id} is ${deployment.phase}: no step waits for approval`, here(deployment))
  }
  if (deployment.approvals.some(mine)) return deployment
  return change(
    deployment,
    at,
    { approvals: [...deployment.approvals, { by: event.actor.name, at, step }] },
    commandEvent('approve', event),
  )
}

/** What was adopted before our first write of a route is what a rollback restores; with the answer, drift is settled. */
function withAdopted(deployment: Deployment, states: Readonly<Record<string, RouteState>>) {
  return deployment.routes.map(settled).map((route) => {
    const live = states[route.resource]
    return route.touched || !live ? route : { ...route, snapshot: live }
  })
}

/** How long a rewrite of the current weight may take before it rolls back, seconds. */
const rewriteSeconds = 900

function later(instant: string, hold: Hold, at: string): string {
  return new Date(Date.parse(instant) + (Date.parse(at) - Date.parse(hold.since))).toISOString()
}
