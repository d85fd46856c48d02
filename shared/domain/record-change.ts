import {
  type Actor,
  type Cause,
  type Deployment,
  type DeploymentEvent,
  type FinalPhase,
  isFinal,
  type Phase,
  type RouteProgress,
  type Stage,
} from './deployment.ts'
import type { Drift } from './drift.ts'
import { ConflictError } from './errors.ts'
import type { TransitionEvent } from './transition-event.ts'

// How a record changes, whatever the reason: every change moves `revision`, carries its event in the same write, and
// shows the phase that follows from stage and hold. Used by transition.ts and its parts only.

type Changes = Partial<Deployment>
/** An event before it has its number and time. */
export type NewEvent = Omit<DeploymentEvent, 'seq' | 'at' | 'from' | 'to'>

export const systemActor: Actor = { kind: 'system', name: 'sluice' }

/** A change that readers wait for: moves `version`. */
export function change(deployment: Deployment, at: string, changes: Changes, event: NewEvent): Deployment {
  const next = quietly(deployment, at, changes, event)
  return { ...next, version: deployment.version + 1 }
}

/** A change that only Sluice needs to know of: `version` stays. */
export function quietly(deployment: Deployment, at: string, changes: Changes, event?: NewEvent): Deployment {
  const merged: Deployment = { ...deployment, ...changes, revision: deployment.revision + 1 }
  const phase = changes.phase ?? shownPhase(merged)
  const shown: Deployment = { ...merged, phase, nextActionAt: nextActionOf(merged, phase) }
  if (!event) return shown
  const moved = event.type === 'phase' || shown.phase !== deployment.phase
  return withEvent(shown, at, { ...event, ...(moved && { from: deployment.phase, to: shown.phase }) })
}

export function withEvent(deployment: Deployment, at: string, event: Omit<DeploymentEvent, 'seq' | 'at'>): Deployment {
  const seq = deployment.eventSeq + 1
  return { ...deployment, eventSeq: seq, lastEvents: [...deployment.lastEvents, { seq, at, ...event }] }
}

export function end(
  deployment: Deployment,
  at: string,
  phase: FinalPhase,
  cause: Cause | null,
  changes: Changes,
): Deployment {
  return change(
    deployment,
    at,
    { ...changes, phase, cause, endedAt: at, nextActionAt: null, deadlineAt: null, hold: null },
    said('phase', cause?.reason ?? 'every step passed its gates', cause?.actor),
  )
}

/** A hold hides the stage under it; a rollback or an end hides both. */
export function shownPhase(deployment: Deployment): Phase {
  if (isFinal(deployment.phase) || deployment.goal === 'snapshot') return deployment.phase
  return deployment.hold?.kind ?? deployment.stage
}

/** While held nothing is due but the end of the hold, whatever the stage under it brings meanwhile. */
function nextActionOf(deployment: Deployment, phase: Phase): string | null {
  const isHeld = deployment.hold !== null && phase === deployment.hold.kind
  return isHeld ? deployment.hold.until : deployment.nextActionAt
}

export function requireStage(deployment: Deployment, event: TransitionEvent, allowed: readonly Stage[]): void {
  if (allowed.includes(deployment.stage)) return
  throw new ConflictError(
    `"${event.type}" does not fit ${deployment.id}, which is ${deployment.stage}`,
    here(deployment),
  )
}

export function here(deployment: Deployment): Record<string, string | number> {
  return { phase: deployment.phase, step: deployment.step, version: deployment.version }
}

/** A command of a person or CI, as opposed to a time-out that Sluice turns into one. */
export function isPersonal(cause: Cause | null): cause is Cause & { readonly actor: Actor } {
  return cause?.type === 'command' && cause.actor !== undefined && cause.actor.kind !== 'system'
}

export function said(type: 'phase' | 'note', reason: string, actor?: Actor): NewEvent {
  return { type, actor: actor ?? systemActor, reason }
}

export function commandEvent(word: string, by: { readonly actor: Actor; readonly reason: string }): NewEvent {
  return { type: 'command', actor: by.actor, reason: by.reason ? `${word}: ${by.reason}` : word }
}

export function withRoute(deployment: Deployment, resource: string, update: (route: RouteProgress) => RouteProgress) {
  return deployment.routes.map((route) => (route.resource === resource ? update(route) : route))
}

export function writeEvent(event: Extract<TransitionEvent, { type: 'written' }>): NewEvent {
  return {
    type: 'write',
    actor: systemActor,
    reason: event.reason,
    resource: event.resource,
    before: event.before,
    after: event.after,
  }
}

/** An event that names a foreign change, if there is one. */
export function withDrift(event: NewEvent, drift: Drift | undefined): NewEvent {
  if (!drift) return event
  const { resource, before, after } = drift
  return { ...event, resource, ...(before && { before }), after }
}

/** What was changed on a route stays noted until it is settled. */
export function notedDrift(deployment: Deployment, drift: Drift | undefined, at: string): readonly RouteProgress[] {
  if (!drift) return deployment.routes
  const { resource, before, after, beyondWeights } = drift
  return withRoute(deployment, resource, (route) => ({ ...route, drift: { at, before, after, beyondWeights } }))
}

/** A write of ours, or a person's answer, settles what somebody else had changed. */
export function settled({ drift: _settled, ...route }: RouteProgress): RouteProgress {
  return route
}

export function verdictEvent(event: Extract<TransitionEvent, { type: 'verdict' }>): NewEvent {
  const { gate, verdict, reason, evidence } = event
  return { type: 'verdict', actor: systemActor, reason, gate, verdict, evidence }
}

export function laterBy(instant: string, seconds: number): string {
  return new Date(Date.parse(instant) + seconds * 1000).toISOString()
}

/** What a step's bake begins with, whoever has put its weight in place: what the step before it left is over. */
export function beginBake(
  { firstShiftAt }: Deployment,
  event: Extract<TransitionEvent, { type: 'shifted' | 'driver-shifted' }>,
  at: string,
): Changes {
  return {
    stage: 'baking',
    step: event.step,
    firstShiftAt: firstShiftAt ?? at,
    settledAt: event.settledAt,
    bakeEndsAt: event.bakeEndsAt,
    nextActionAt: event.lookAt,
    deadlineAt: null,
    waitsFor: null,
    overwriteDrift: false,
    waivedGates: [],
  }
}
