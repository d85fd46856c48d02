import type { Deps } from '../deps.ts'
import type { Actor, Deployment } from '../domain/deployment.ts'
import type { DeploymentRequest } from '../domain/deployment-request.ts'
import { withAlwaysOnGate } from '../domain/gates/always-on.ts'
import { buildPlan } from '../domain/plan.ts'
import { resourceOf, type Service } from '../domain/service.ts'
import { otherSlot, type Slot } from '../domain/traffic.ts'
import { wavesOf } from '../domain/waves.ts'
import { toInstant } from '../ports/clock.ts'

export interface NewDeployment {
  readonly deps: Deps
  readonly id: string
  readonly service: Service
  readonly request: DeploymentRequest
  readonly actor: Actor
  readonly stable: Slot
}

/** The first record of a deployment. */
export function newDeployment({ deps, id, service, request, actor, stable }: NewDeployment): Deployment {
  const at = toInstant(deps.clock.now())
  const { routes, settleSeconds, approvals, onDrift, freeze = [], lateWatch } = service
  const strategy = request.strategy ?? service.strategy
  const gates = withAlwaysOnGate(request.gates ?? service.gates, routes)
  return {
    schemaVersion: 1,
    id,
    service: service.name,
    version: 1,
    revision: 1,
    phase: 'preparing',
    cause: null,
    goal: 'plan',
    stage: 'preparing',
    hold: null,
    stable,
    canary: otherSlot(stable),
    settings: { routes, strategy, gates, settleSeconds, approvals, onDrift, freeze, ...(lateWatch && { lateWatch }) },
    revisionLabel: request.revision ?? null,
    reason: request.reason ?? null,
    links: request.links ?? {},
    overrides: request.override ?? [],
    plan: buildPlan(strategy, wavesOf(routes)),
    step: 0,
    target: 0,
    weight: 0,
    effectiveWeight: 0,
    firstShiftAt: null,
    settledAt: null,
    bakeEndsAt: null,
    deadlineAt: null,
    promote: null,
    overwriteDrift: false,
    waivedGates: [],
    approvals: [],
    findings: [],
    routes: routes.map((route) => ({
      resource: resourceOf(route),
      snapshot: null,
      touched: false,
      stableHealthyBefore: null,
      test: null,
    })),
    execution: 1,
    createdBy: actor,
    createdAt: at,
    nextActionAt: at,
    endedAt: null,
    eventSeq: 1,
    lastEvents: [{ seq: 1, at, type: 'phase', actor, reason: request.reason ?? 'started', to: 'preparing' }],
  }
}
