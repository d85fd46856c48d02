import type { Deps } from '../deps.ts'
import type { Actor, Deployment, QueuedRequest } from '../domain/deployment.ts'
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
  /** Given: it waits for its turn, and what follows from the service is decided again then. Default: it prepares at once. */
  readonly queued?: QueuedRequest
}

/** What a deployment takes over from its service's document as it stands, and from its request. */
export function fromService(service: Service, request: Pick<DeploymentRequest, 'strategy' | 'gates' | 'codedeploy'>) {
  const { routes, settleSeconds, approvals, onDrift, freeze = [], lateWatch, notify } = service
  const strategy = request.strategy ?? service.strategy
  const gates = withAlwaysOnGate(request.gates ?? service.gates, routes)
  return {
    settings: {
      ...{ routes, strategy, gates, settleSeconds, approvals, onDrift, freeze },
      ...(lateWatch && { lateWatch }),
      ...(notify && { notify }),
      ...(request.codedeploy && { codedeploy: request.codedeploy }),
    },
    plan: buildPlan(strategy, wavesOf(routes)),
    routes: routes.map((route) => ({
      resource: resourceOf(route),
      snapshot: null,
      touched: false,
      stableHealthyBefore: null,
      test: null,
    })),
  }
}

/** The first record of a deployment. */
export function newDeployment({ deps, id, service, request, actor, stable, queued }: NewDeployment): Deployment {
  const at = toInstant(deps.clock.now())
  const phase = queued ? 'queued' : 'preparing'
  return {
    schemaVersion: 1,
    id,
    service: service.name,
    version: 1,
    revision: 1,
    phase,
    cause: null,
    goal: 'plan',
    stage: phase,
    hold: null,
    stable,
    canary: otherSlot(stable),
    ...fromService(service, request),
    ...(queued && { queued }),
    revisionLabel: request.revision ?? null,
    reason: request.reason ?? null,
    links: request.links ?? {},
    overrides: request.override ?? [],
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
    execution: 1,
    createdBy: actor,
    createdAt: at,
    nextActionAt: queued ? null : at,
    endedAt: null,
    eventSeq: 1,
    lastEvents: [{ seq: 1, at, type: 'phase', actor, reason: request.reason ?? 'started', to: phase }],
  }
}
