import { isDeepStrictEqual } from 'node:util'
import type { Deps } from '../deps.ts'
import type { Finding } from '../domain/deployment.ts'
import { findDriverLimits } from '../domain/driver-limits.ts'
import { ConflictError, ValidationError } from '../domain/errors.ts'
import { buildPlan } from '../domain/plan.ts'
import type { Service } from '../domain/service.ts'
import { wavesOf } from '../domain/waves.ts'
import { toInstant } from '../ports/clock.ts'
import { claimResources, releaseUnused, requireClaims, resourcesOf } from './claim-resources.ts'
import { preflight } from './preflight.ts'
import { requireCallableUrls } from './require-callable-urls.ts'

/** A service as its owner writes it: checked for shape, defaults filled in, not stored yet. */
export type ServiceDraft = Omit<Service, 'createdAt' | 'updatedAt' | 'revision'>

export interface Registration {
  readonly service: Service
  readonly findings: readonly Finding[]
  /** False when it replaced an earlier document. */
  readonly created: boolean
}

/**
 * Stores a service, after looking at everything it names. Every part may be repeated: whoever got no answer puts again.
 * While a deployment is open its routes cannot change; other settings can, and count from the next deployment on.
 *
 * @throws {ValidationError} If a route names what is not there or hangs on another load balancer, or if a setting asks
 * what CodeDeploy cannot do. Nothing is stored.
 * @throws {ConflictError} If a resource belongs to another service, if the routes of an open deployment would change,
 * or if somebody else changed the service at the same time. Nothing is stored.
 */
export async function registerService(deps: Deps, draft: ServiceDraft): Promise<Registration> {
  requireDrivable(draft)
  requireCallableUrls(deps, draft.gates)
  const previous = await deps.services.get(draft.name)
  await requireFreeRoutes(deps, draft, previous)
  const findings = await lookAtRoutes(deps, draft)
  const resources = resourcesOf(draft.routes)
  await claimResources(deps, draft.name, resources)
  const service = await save(deps, draft, previous)
  try {
    // Looked at again now that the document is there: whoever claimed or started meanwhile is seen here at the latest.
    await requireClaims(deps, draft.name, resources)
    await requireFreeRoutes(deps, draft, previous)
  } catch (error) {
    if (error instanceof ConflictError) await takeBack(deps, service, previous)
    throw error
  }
  if (previous) await releaseUnused(deps, draft.name, resourcesOf(previous.routes))
  return { service, findings, created: previous === null }
}

function requireDrivable(draft: ServiceDraft): void {
  if (draft.routes.every(({ kind }) => kind !== 'codedeploy')) return
  const problems = findDriverLimits(draft)
  if (problems.length > 0) throw new ValidationError('the service asks what CodeDeploy cannot do', problems)
}

async function requireFreeRoutes(deps: Deps, draft: ServiceDraft, previous: Service | null): Promise<void> {
  if (!previous || isDeepStrictEqual(previous.routes, draft.routes)) return
  const open = await deps.deployments.pointer(draft.name)
  if (open !== null)
    throw new ConflictError(`the routes of "${draft.name}" cannot change while deployment ${open} is open`, {
      deployment: open,
    })
}

async function lookAtRoutes(deps: Deps, draft: ServiceDraft): Promise<readonly Finding[]> {
  const { routes, gates, strategy } = draft
  const plan = buildPlan(strategy, wavesOf(routes))
  const { findings, problems } = await preflight(deps, {
    ...{ routes, gates, plan, stable: null, canary: null, at: 'put' },
    driven: { strategy, revision: null },
  })
  if (problems.length > 0) throw new ValidationError('the service does not fit what is in AWS', problems)
  return findings
}

async function save(deps: Deps, draft: ServiceDraft, previous: Service | null): Promise<Service> {
  const now = toInstant(deps.clock.now())
  try {
    return await deps.services.put({
      ...draft,
      createdAt: previous?.createdAt ?? now,
      updatedAt: now,
      revision: previous?.revision ?? 0,
    })
  } catch (error) {
    // Another registration of the same service won: what it uses stays claimed.
    if (error instanceof ConflictError) await releaseUnused(deps, draft.name, resourcesOf(draft.routes))
    throw error
  }
}

/** Puts the document back to what it was before ours. A newer one stays. */
async function takeBack(deps: Deps, service: Service, previous: Service | null): Promise<void> {
  try {
    if (previous) await deps.services.put({ ...previous, revision: service.revision })
    else await deps.services.delete(service.name, service.revision)
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error
  }
  await releaseUnused(deps, service.name, resourcesOf(service.routes))
}
