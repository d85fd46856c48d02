import { availableTargets, neededHealthy } from './capacity.ts'
import type { Actor, Cause, Deployment, DeploymentEvent } from './deployment.ts'
import type { Problem } from './errors.ts'
import { commandEvent, isPersonal, said } from './record-change.ts'
import type { SideHealth } from './safe-split.ts'

/**
 * Why a late rollback cannot be done now.
 *
 * `open`: another deployment of the service has not ended. `nothing`: there is nothing to go back to. `route`: the service
 * has other routes by now. `reused`: a later deployment may have put another revision on the old side. `drift`: live routing
 * is not what the deployment left. `cold`: the old side could not carry the traffic. `gone`: what it needs was deleted.
 * `unread`: it could not be told.
 */
export interface Obstacle extends Problem {
  readonly kind: 'open' | 'nothing' | 'route' | 'reused' | 'drift' | 'cold' | 'gone' | 'unread'
}

/** True where a person may go on all the same, with `force`. */
export function yieldsToForce({ kind }: Obstacle): boolean {
  switch (kind) {
    case 'open':
    case 'nothing':
    case 'route':
    case 'gone':
      return false
    case 'reused':
    case 'drift':
    case 'cold':
    case 'unread':
      return true
  }
}

/** True where waiting may help: targets become healthy, and a source that failed answers. */
export function mayPass({ kind }: Obstacle): boolean {
  return kind === 'cold' || kind === 'unread'
}

export interface OldSide {
  /** What it is called where its health was asked. */
  readonly group: string
  readonly old: SideHealth
  readonly serving: SideHealth
  /** False: nothing checks its health until it is in the action again. */
  readonly isAttached: boolean
}

/**
 * Why the old side could not carry the whole traffic, in a sentence; null when it is warm. It needs as many targets as
 * serve now, not as many as it once had: load may have grown since. Health that cannot be told counts as missing.
 */
export function whyCold({ group, old, serving, isAttached }: OldSide): Omit<Obstacle, 'path'> | null {
  if (old === 'unknown' || serving === 'unknown') {
    const which = old === 'unknown' ? group : 'the side that serves'
    return { kind: 'unread', message: `the health of ${which} is not known now` }
  }
  const needed = neededHealthy({ sharePercent: 100, otherHealthy: availableTargets(serving) })
  const needs = `and needs ${needed}: as many as serve now`
  if (!isAttached)
    return old.total >= needed
      ? null
      : { kind: 'cold', message: `${group} has ${old.total} targets registered ${needs}` }
  const available = availableTargets(old)
  return available >= needed
    ? null
    : { kind: 'cold', message: `${group} has ${available} of ${old.total} targets healthy ${needs}` }
}

export interface LateRollbackStart {
  readonly id: string
  readonly at: string
  readonly cause: Cause
  readonly actor: Actor
  readonly reason: string | null
  readonly forced: boolean
  /** What spoke against it and was overridden. */
  readonly overridden: readonly Obstacle[]
  /** Until when the old side may take to become healthy; then the late rollback is refused. */
  readonly deadlineAt: string
}

/**
 * The record of a late rollback: roles, routes with their snapshots, plan and settings are those of the deployment that is
 * taken back. It begins where that one ended, at 100 %, with the snapshot as its goal.
 */
export function buildLateRollback(of: Deployment, start: LateRollbackStart): Deployment {
  const { id, at, cause, actor, reason, forced, overridden, deadlineAt } = start
  const last = of.plan.steps.length - 1
  const events = toEvents(of, start)
  return {
    ...{ schemaVersion: 1, id, service: of.service, version: 1, revision: 1, phase: 'rolling-back', cause },
    ...{ goal: 'snapshot', stage: 'verifying', hold: null, stable: of.stable, canary: of.canary },
    settings: of.settings,
    ...{ revisionLabel: null, reason, links: {} },
    overrides: overridden.map(({ kind, message }) => ({ finding: `late-rollback:${kind}`, reason: message })),
    plan: of.plan,
    ...{ step: last, target: last, weight: of.weight, effectiveWeight: of.effectiveWeight },
    ...{ firstShiftAt: of.firstShiftAt, settledAt: of.settledAt, bakeEndsAt: null, deadlineAt, promote: null },
    ...{ overwriteDrift: false, waivedGates: [], approvals: [], findings: [] },
    routes: of.routes.map(({ resource, snapshot, touched, stableHealthyBefore }) => ({
      ...{ resource, snapshot, touched, stableHealthyBefore, test: null },
    })),
    lateRollbackOf: of.id,
    ...(forced && { forced }),
    ...{ execution: 1, createdBy: actor, createdAt: at, nextActionAt: at, endedAt: null },
    ...{ eventSeq: events.length, lastEvents: events },
  }
}

function toEvents(of: Deployment, { at, cause, overridden, forced }: LateRollbackStart): readonly DeploymentEvent[] {
  const began = said('phase', `late rollback of ${of.id}: ${cause.reason}`, cause.actor)
  const against = overridden.map(({ message }) => message).join('; ') || 'nothing that was known'
  const news = [
    { ...began, to: 'rolling-back' as const },
    ...(isPersonal(cause) ? [commandEvent('rollback', { actor: cause.actor, reason: cause.reason })] : []),
    ...(forced ? [said('note', `forced, in spite of: ${against}`, cause.actor)] : []),
  ]
  return news.map((event, index) => ({ seq: index + 1, at, ...event }))
}
