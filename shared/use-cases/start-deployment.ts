import { createHash } from 'node:crypto'
import type { Deps } from '../deps.ts'
import { toCanonicalText } from '../domain/canonical-text.ts'
import type { Actor, Deployment } from '../domain/deployment.ts'
import { isFinal, isOver } from '../domain/deployment.ts'
import type { DeploymentRequest } from '../domain/deployment-request.ts'
import { ConflictError, NotFoundError } from '../domain/errors.ts'
import type { Service } from '../domain/service.ts'
import type { Slot } from '../domain/traffic.ts'
import { changeDeployment } from './change-deployment.ts'
import { newDeployment } from './new-deployment.ts'
import { enqueueDeployment, goOnWaiting } from './queue/enqueue-deployment.ts'
import { readWaiting } from './queue/read-waiting.ts'
import { requireCallableUrls } from './require-callable-urls.ts'
import { requireFittingRequest } from './require-fitting-request.ts'
import { resolveRoutes } from './resolve-routes.ts'
import { resolveStable } from './resolve-stable.ts'
import { closeDeployment } from './roll-back.ts'
import { startWorkflow } from './start-workflow.ts'

export interface StartInput {
  /** The caller's Idempotency-Key. */
  readonly key: string
  readonly request: DeploymentRequest
  readonly actor: Actor
}

/**
 * Starts a deployment: binds the key, takes the service, writes the record, starts the workflow. Each of the four may be
 * repeated with the same id, so a caller (or the check) that finds it half done only has to go on. Where the service lets
 * deployments wait, or take over, it goes through the queue.
 *
 * @returns The deployment; for a key that was used with the same body, the one it started.
 * @throws {NotFoundError} If there is no such service.
 * @throws {ConflictError} If another deployment of the service is open and this one may not wait, or the key was used with
 *   another body.
 * @throws {ValidationError} If `to` is the slot that serves already, or the request does not fit the service's routes.
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
  if (existing?.phase === 'queued') return goOnWaiting(deps, existing)
  if (existing) {
    if (!isFinal(existing.phase)) await keepService(deps, existing)
    await startWorkflow(deps, existing)
    return existing
  }
  requireFittingRequest(service, request)
  requireCallableUrls(deps, request.gates ?? [])
  const { concurrency = 'reject' } = service
  if (concurrency !== 'reject') {
    const takesOver = concurrency === 'supersede'
    return enqueueDeployment(deps, { id: claim.id, service, request, actor, takesOver })
  }
  await requireNoneWaiting(deps, service.name)
  await takeService(deps, service.name, claim.id)
  await requireUnchanged(deps, service, claim.id)
  const resolved = await resolveHeld(deps, service, claim.id, request)
  const created = await deps.deployments.create(newDeployment({ deps, id: claim.id, ...resolved, request, actor }))
  await keepService(deps, created)
  await startWorkflow(deps, created)
  return created
}

/** They were put in the queue while the service had one, and still get their turn. */
async function requireNoneWaiting(deps: Deps, service: string): Promise<void> {
  const [first] = await readWaiting(deps, service)
  if (!first) return
  const { id } = first.deployment
  throw new ConflictError(`service "${service}" has deployments that wait for their turn: ${id}`, { deployment: id })
}

/** From here on the document cannot lose its routes: a PUT or DELETE that wants that looks at the pointer after its save. */
async function requireUnchanged(deps: Deps, service: Service, id: string): Promise<void> {
  const now = await deps.services.get(service.name)
  if (now?.revision === service.revision) return
  await deps.deployments.freePointer(service.name, id)
  throw new ConflictError(`service "${service.name}" was changed while the deployment was started; try again`)
}

/** Which side serves is asked only now that no other deployment of the service can move it. */
async function resolveHeld(
  deps: Deps,
  document: Service,
  id: string,
  request: DeploymentRequest,
): Promise<{ readonly service: Service; readonly stable: Slot }> {
  try {
    const service = await resolveRoutes(deps, document, request)
    return { service, stable: await resolveStable(deps, service, request.to) }
  } catch (error) {
    await deps.deployments.freePointer(document.name, id)
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
