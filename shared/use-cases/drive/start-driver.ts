import type { Deps } from '../../deps.ts'
import type { Deployment } from '../../domain/deployment.ts'
import { drivenWeight } from '../../domain/driven.ts'
import type { DriverProgress } from '../../domain/driver-progress.ts'
import { toDriverTag } from '../../domain/driver-tag.ts'
import { NotFoundError, TransientError, UpstreamError } from '../../domain/errors.ts'
import { adoptableIn } from '../../domain/foreign-deployments.ts'
import { type CodeDeployRoute, resourceOf } from '../../domain/service.ts'
import type { DeploymentDriver, DriverWish } from '../../ports/deployment-driver.ts'
import { changeDeployment, loadDeployment } from '../change-deployment.ts'
import { requirePlan } from '../route-guard.ts'
import { platformOf, readRunning } from './group-facts.ts'
import { type GroupLease, underGroupLease } from './group-lease.ts'
import { requireSides } from './sides.ts'

/**
 * From this share on, percent, a deployment is not taken over: whoever looks from outside sees the larger side as the
 * trusted one, and going back to that would be going on.
 */
const mostToAdopt = 50

/**
 * Brings the driver's deployment into being, once: under the group's lease it is looked for by our id and created only
 * where it is not there. CodeDeploy takes no token that would make a repeated creation safe, so one whose outcome is not
 * known keeps the lease until it has run out: whoever comes next looks again, after everything that was on the wire.
 *
 * @returns The record, which knows the driver's deployment.
 * @throws {GroupBusy} If somebody else's deployment runs in the group, and is not to be taken over.
 * @throws {UpstreamError} If what was to be taken over has gone too far, or is gone and nothing else is given to deploy.
 * @throws {DriftFound} If somebody else has changed what serves since the snapshot; nothing was created.
 * @throws {ConflictError} If somebody decided to roll back, to hold, or the deployment ended.
 * @throws {TransientError} If the outcome is unknown, or the lease is held by somebody else: call again.
 */
export function startDriver(deps: Deps, { id }: Deployment, route: CodeDeployRoute): Promise<Deployment> {
  return underGroupLease(deps, route, (lease) => startUnderLease(deps, { id, route, lease }))
}

interface Start {
  readonly id: string
  readonly route: CodeDeployRoute
  readonly lease: GroupLease
}

async function startUnderLease(deps: Deps, start: Start): Promise<Deployment> {
  const { id, route } = start
  const newest = await loadDeployment(deps, id)
  requirePlan(newest)
  if (newest.driven?.progress) return newest
  const driver = deps.driverFor(route)
  const adopted = newest.driven ? null : await findAdoptable(deps, route, driver)
  const wanted = await want(deps, id, adopted)
  if (wanted.driven?.progress) return wanted
  const deploymentId = await findOrCreate(deps, start, driver, wanted)
  const progress = await driver.read(deploymentId).catch((error: unknown) => {
    // That it is there must be recorded, even if reads do not show it yet; how far it has come, the next look sees.
    if (error instanceof TransientError || error instanceof NotFoundError) return justCreated(deploymentId)
    throw error
  })
  return changeDeployment(deps, id, () => ({ type: 'driver-followed', progress, diagnosis: null }))
}

/** Saved before the creation: from then on a rollback looks for it. Saving fails if one was decided meanwhile. */
function want(deps: Deps, id: string, adopted: DriverProgress | null): Promise<Deployment> {
  return changeDeployment(deps, id, (deployment) => {
    requirePlan(deployment)
    return { type: 'driver-wanted', adopted }
  })
}

async function findAdoptable(
  deps: Deps,
  route: CodeDeployRoute,
  driver: DeploymentDriver,
): Promise<DriverProgress | null> {
  if (route.onForeignDeployment !== 'adopt') return null
  const [running] = adoptableIn(await readRunning(deps, route))
  if (!running) return null
  const progress = await driver.read(running.deploymentId)
  if (drivenWeight(progress) < mostToAdopt) return progress
  throw new UpstreamError(
    `CodeDeploy's ${running.deploymentId} has ${drivenWeight(progress)} % already: too late to take it over`,
  )
}

async function findOrCreate(deps: Deps, start: Start, driver: DeploymentDriver, wanted: Deployment): Promise<string> {
  const tag = toDriverTag(wanted.id, 'shift')
  const sinceMs = Date.parse(wanted.driven?.wantedAt ?? wanted.createdAt)
  const found = await driver.find(tag, sinceMs)
  if (found !== null) return found
  const wish = await toWish(deps, start.route, wanted, tag)
  await requireSides(deps, wanted, start.route)
  const mayCreate = async () => requirePlan(await loadDeployment(deps, wanted.id))
  return start.lease.create({ driver, wish, sinceMs, mayCreate })
}

async function toWish(deps: Deps, route: CodeDeployRoute, { settings }: Deployment, tag: string): Promise<DriverWish> {
  const { codedeploy: revision, strategy } = settings
  // Preflight saw one that could be taken over, and that has ended since.
  if (!revision)
    throw new UpstreamError(
      `nothing runs in ${resourceOf(route)} any more that could be taken over, nor was a revision given`,
    )
  const platform = await platformOf(deps, route, revision)
  return { tag, revision, platform, strategy: platform === 'Server' ? null : strategy }
}

function justCreated(deploymentId: string): DriverProgress {
  return { deploymentId, status: 'created', weight: null, waitsFor: null, events: [], error: null, rollbackId: null }
}
