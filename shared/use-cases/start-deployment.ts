import { createHash } from 'node:crypto'
import type { Deps } from '../deps.ts'
import { toCanonicalText } from '../domain/canonical-text.ts'
import type { Actor, Deployment } from '../domain/deployment.ts'
import { isFinal, isOver } from '../domain/deployment.ts'
import type { DeploymentRequest } from '../domain/deployment-request.ts'
import { ConflictError, NotFoundError, UpstreamError, ValidationError } from '../domain/errors.ts'
import { withAlwaysOnGate } from '../domain/gates/always-on.ts'
import { buildPlan } from '../domain/plan.ts'
import { resourceOf, type Service } from '../domain/service.ts'
import { canaryPercent, otherSlot, type Slot } from '../domain/traffic.ts'
import { wavesOf } from '../domain/waves.ts'
import { toInstant } from '../ports/clock.ts'
import { changeDeployment } from './change-deployment.ts'
import { closeDeployment } from './roll-back.ts'

export interface StartInput {
  /** The caller's Idempotency-Key. */
  readonly key: string
  readonly request: DeploymentRequest
  readonly actor: Actor
}

/**
 * Starts a deployment: binds the key, takes the service, writes the record, starts the workflow. Each of the four may be
 * repeated with the same id, so a caller (or the check) that finds it half done only has to go on.
 *
 * @returns The deployment; for a key that was used with the same body, the one it started.
 * @throws {NotFoundError} If there is no such service.
 * @throws {ConflictError} If another deployment of the service is open, or the key was used with another body.
 * @throws {ValidationError} If `to` is the slot that serves already.
 */
export async function startDeployment(deps: Deps, { key, request, actor }: StartInput): Promise<Deployment> {
  const service = await deps.services.get(request.service)
  if (!service)
    throw new NotFoundError(
      `there is no service "${request.service}"; register it with PUT /v1/services/${request.service}`,
    )
  const bodyHash = createHash('sha256').update(toCanonicalText(request)).digest('hex')
  const claim = await deps.deployments.claimKey(key, { id: deps.newDeploymentId(), bodyHash })
  if (claim.bodyHash !== bodyHash) {
    throw new ConflictError('this Idempotency-Key was used with another body', { deployment: claim.id })
  }
  const existing = await deps.deployments.load(claim.id)
  if (existing) {
    if (!isFinal(existing.phase)) await keepService(deps, existing)
    await startWorkflow(deps, existing)
    return existing
  }
  await takeService(deps, service.name, claim.id)
  await requireUnchanged(deps, service, claim.id)
  const stable = await resolveHeld(deps, service, claim.id, request.to)
  const created = await deps.deployments.create(newDeployment({ deps, id: claim.id, service, request, actor, stable }))
  await keepService(deps, created)
  await startWorkflow(deps, created)
  return created
}

/** From here on the document cannot lose its routes: a PUT or DELETE that wants that looks at the pointer after its save. */
async function requireUnchanged(deps: Deps, service: Service, id: string): Promise<void> {
  const now = await deps.services.get(service.name)
  if (now?.revision === service.revision) return
  await deps.deployments.freePointer(service.name, id)
  throw new ConflictError(`service "${service.name}" was changed while the deployment was started; try again`)
}

/** Which side serves is asked only now that no other deployment of the service can move it. */
async function resolveHeld(deps: Deps, service: Service, id: string, to: Slot | undefined): Promise<Slot> {
  try {
    return await resolveStable(deps, service, to)
  } catch (error) {
    await deps.deployments.freePointer(service.name, id)
    throw error
  }
}

/** Between the pointer and the record somebody may have tidied up a pointer without a record: it must be ours. */
async function keepService(deps: Deps, created: Deployment): Promise<void> {
  try {
    await takeService(deps, created.service, created.id)
  } catch (error) {
    if (error instanceof ConflictError) {
      await changeDeployment(deps, created.id, (deployment) =>
        deployment.stage === 'preparing' && deployment.endedAt === null
          ? { type: 'refused', findings: [], reason: error.message }
          : null,
      )
    }
    throw error
  }
}

/** The record exists, so a start that fails now is made up for by the scheduled check: the caller has an answer. */
async function startWorkflow(deps: Deps, deployment: Deployment): Promise<void> {
  if (deployment.phase !== 'preparing') return
  try {
    await deps.workflow.start(deployment.id, deployment.execution)
  } catch (error) {
    deps.logger.warn('workflow-start-failed', { deployment: deployment.id, error })
  }
}

async function takeService(deps: Deps, service: string, id: string): Promise<void> {
  const holder = await deps.deployments.takePointer(service, id)
  if (holder === id) return
  const other = await deps.deployments.load(holder)
  if (other && isOver(other.phase)) {
    // One that was never closed is closed as its own workflow would have: should this start be refused, it is still watched.
    await closeDeployment(deps, holder)
    if ((await deps.deployments.takePointer(service, id)) === id) return
  }
  throw new ConflictError(`service "${service}" has a deployment that has not ended: ${holder}`, { deployment: holder })
}

/** The slot that serves now is stable; a mixed routing is preflight's matter, the larger share counts as stable. */
export async function resolveStable(deps: Deps, service: Service, to: Slot | undefined): Promise<Slot> {
  const serving = await readServing(deps, service)
  if (to === undefined) return serving?.slot ?? 'blue'
  if (serving?.whole && serving.slot === to) {
    throw new ValidationError(`"${to}" serves already`, [
      { path: 'to', message: `must be the slot that does not serve: "${otherSlot(to)}", or leave it out` },
    ])
  }
  return otherSlot(to)
}

async function readServing(deps: Deps, service: Service): Promise<{ slot: Slot; whole: boolean } | null> {
  const route = service.routes[0]
  if (!route) return null
  try {
    const state = await deps.routerFor(route).read()
    const green = canaryPercent(state.weights, 'green')
    return green === null ? null : { slot: green >= 50 ? 'green' : 'blue', whole: green === 0 || green === 100 }
  } catch (error) {
    // A rule that is gone or forwards no more is a finding of the deployment, not a reason to refuse the request.
    if (error instanceof NotFoundError || error instanceof UpstreamError) return null
    throw error
  }
}

interface NewDeployment {
  readonly deps: Deps
  readonly id: string
  readonly service: Service
  readonly request: DeploymentRequest
  readonly actor: Actor
  readonly stable: Slot
}

function newDeployment({ deps, id, service, request, actor, stable }: NewDeployment): Deployment {
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
