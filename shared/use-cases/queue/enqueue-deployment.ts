import type { Deps } from '../../deps.ts'
import type { Actor, Deployment, QueuedRequest } from '../../domain/deployment.ts'
import type { DeploymentRequest } from '../../domain/deployment-request.ts'
import { ConflictError, ValidationError } from '../../domain/errors.ts'
import { queueLimit } from '../../domain/queue.ts'
import type { Service } from '../../domain/service.ts'
import { otherSlot, type Slot } from '../../domain/traffic.ts'
import { toInstant } from '../../ports/clock.ts'
import { loadDeployment } from '../change-deployment.ts'
import { invokeRollBack } from '../invoke-roll-back.ts'
import { newDeployment } from '../new-deployment.ts'
import { requireKnownFunctions, resolveRoutes } from '../resolve-routes.ts'
import { resolveStable } from '../resolve-stable.ts'
import { readWaiting } from './read-waiting.ts'
import { advanceQueue } from './supersede-open.ts'

export interface EnqueueInput {
  readonly id: string
  readonly service: Service
  readonly request: DeploymentRequest
  readonly actor: Actor
  /** True: it takes the place of what is open and of what waits. */
  readonly takesOver: boolean
}

/**
 * Puts a deployment behind those that wait, then starts whatever is next: this one at once, if nothing is in its way.
 * First its place, then its record, so that no record waits without a place; both may be repeated.
 *
 * @returns The record as it is then: `queued`, or `preparing`.
 * @throws {ConflictError} If as many wait already as may.
 * @throws {ValidationError} If nothing is in its way and `to` is the slot that serves already.
 */
export async function enqueueDeployment(deps: Deps, input: EnqueueInput): Promise<Deployment> {
  const { id, service, request, actor, takesOver } = input
  const ahead = (await readWaiting(deps, service.name)).filter(({ deployment }) => deployment.id !== id)
  if (!takesOver && ahead.length >= queueLimit)
    throw new ConflictError(
      `${ahead.length} deployments of service "${service.name}" wait already, and no more than ${queueLimit} may; try again when one has started, or abort one`,
      { queued: ahead.length },
    )
  const isFirst = ahead.length === 0 && (await deps.deployments.pointer(service.name)) === null
  requireKnownFunctions(service, request)
  const resolved = await resolveProvisionally(deps, service, request, isFirst)
  const queued = toQueued(request, takesOver)
  await takePlace(deps, service.name, id)
  // An entry whose record does not come is tidied away: so the place is taken once more when the record is there.
  return goOnWaiting(
    deps,
    await deps.deployments.create(newDeployment({ deps, id, ...resolved, request, actor, queued })),
  )
}

/** Goes on with one that was put in the queue by an earlier call. */
export async function goOnWaiting(deps: Deps, { service, id }: Deployment): Promise<Deployment> {
  await takePlace(deps, service, id)
  return advance(deps, service, id)
}

function takePlace(deps: Deps, service: string, id: string): Promise<void> {
  return deps.deployments.enqueue({ service, id, enqueuedAt: toInstant(deps.clock.now()) })
}

/** It waits, whatever fails now: its caller has an answer, and the check goes on. */
async function advance(deps: Deps, service: string, id: string): Promise<Deployment> {
  try {
    await advanceQueue(deps, service, invokeRollBack)
  } catch (error) {
    deps.logger.warn('advance-queue-failed', { deployment: id, service, error })
  }
  return loadDeployment(deps, id)
}

function toQueued({ to, strategy, gates, codedeploy, lambda }: DeploymentRequest, takesOver: boolean): QueuedRequest {
  return {
    ...(to && { to }),
    ...(strategy && { strategy }),
    ...(gates && { gates }),
    ...(codedeploy && { codedeploy }),
    ...(lambda && { lambda }),
    takesOver,
  }
}

/** Behind others, what serves by its turn cannot be known: then it is decided again, and refused if it must be. */
async function resolveProvisionally(
  deps: Deps,
  document: Service,
  request: DeploymentRequest,
  isFirst: boolean,
): Promise<{ readonly service: Service; readonly stable: Slot }> {
  const { to } = request
  const service = await orAsItIs(isFirst, document, () => resolveRoutes(deps, document, request))
  const stable = await orAsItIs(isFirst || to === undefined, otherSlot(to ?? 'green'), () =>
    resolveStable(deps, service, to),
  )
  return { service, stable }
}

/** What cannot be as it is asked for now may be by its turn. */
async function orAsItIs<T>(isStrict: boolean, otherwise: T, resolve: () => Promise<T>): Promise<T> {
  try {
    return await resolve()
  } catch (error) {
    if (isStrict || !(error instanceof ValidationError)) throw error
    return otherwise
  }
}
