import type { Deps } from '../deps.ts'
import { type Deployment, isOver } from '../domain/deployment.ts'
import { toDriverTag } from '../domain/driver-tag.ts'
import { ConflictError, NotFoundError } from '../domain/errors.ts'
import { openLateWatch } from '../domain/late-watch.ts'
import { whyWatchStops } from '../domain/may-write.ts'
import { messageOf } from '../domain/message-of.ts'
import { type CodeDeployRoute, resourceOf } from '../domain/service.ts'
import { sameRouting } from '../domain/traffic.ts'
import { changeDeployment, loadDeployment } from './change-deployment.ts'
import { takeBack } from './drive/take-back.ts'
import { readQuietly } from './read-quietly.ts'
import { DriftFound, type RouteAtWork, routesAtWork } from './route-guard.ts'
import { endStateOf, isOwnState } from './watched-route.ts'
import { recordWrite } from './write-planned.ts'
import { writeRoute } from './write-route.ts'

/**
 * How long a deployment is looked at after its end, milliseconds of local time: a write that was on the wire may take
 * effect long after its lease ran out. 15 minutes, and one more for the check that comes each minute: its last look is
 * never before the 15 are over.
 */
const watchMs = 16 * 60_000

/** True for a deployment whose traffic may still change by a write of its own: it wrote, and nothing is left to do. */
export function needsWatch({ phase, routes }: Deployment): boolean {
  return isOver(phase) && phase !== 'rejected' && routes.some(({ touched }) => touched)
}

/**
 * Compares every route that a deployment has written with how the deployment left it. What a late write of its own
 * changed is put back; what anybody else changed is noted, a person is called once, and the route is left alone. Ends by
 * itself after 15 minutes of local time, and at once when another deployment of the service begins. While the late watch
 * goes on after that, the service's pointer is kept for it.
 *
 * @throws {AggregateError} If any route could not be looked at or put back; the next look tries again.
 */
export async function watchEnded(deps: Deps, deployment: Deployment): Promise<void> {
  const { id, service, endedAt } = deployment
  const isPast = endedAt === null || deps.clock.now() - Date.parse(endedAt) > watchMs
  if (!needsWatch(deployment) || (isPast && openLateWatch(deployment) === null))
    return deps.deployments.freePointer(service, id)
  if (isPast) return
  const watched = routesAtWork(deployment).filter(({ progress }) => progress.touched && !progress.changedAfterEnd)
  const looked = await Promise.allSettled(watched.map((work) => watchRoute(deps, deployment, work)))
  const failures = looked.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
  if (failures.length > 0)
    throw new AggregateError(failures, `${id}: ${failures.length} route(s) could not be watched: ${listed(failures)}`)
}

function listed(failures: readonly unknown[]): string {
  return failures.map(messageOf).join('; ')
}

async function watchRoute(deps: Deps, deployment: Deployment, work: RouteAtWork): Promise<void> {
  if (work.route.kind === 'codedeploy') return watchDriver(deps, deployment, work, work.route)
  try {
    const look = await readQuietly(deps, work)
    if (look === null) return
    const { live, lease } = look
    const route = { deployment, work, router: deps.routerFor(work.route) }
    const end = endStateOf(route, lease)
    if (end === null || sameRouting(end, live)) return
    if (isOwnState(route, live, lease, end)) await putBack(deps, deployment, work)
    else await noteForeign(deps, deployment, new DriftFound(work.resource, end, live))
  } catch (error) {
    if (error instanceof DriftFound) return noteForeign(deps, deployment, error)
    // A rule that somebody deleted routes nothing: there is nothing to put back.
    if (error instanceof NotFoundError) return
    // Another deployment began, or somebody writes just now: the next look sees what became of it.
    if (!(error instanceof ConflictError)) throw error
    deps.logger.info('watch-stopped', { deployment: deployment.id, resource: work.resource, error })
  }
}

/**
 * A creation that was on the wire when ours was taken back may take effect after that: then it is stopped as any other,
 * also where a later try had created another one. The one that is known was followed to its end before ours had one.
 */
async function watchDriver(
  deps: Deps,
  deployment: Deployment,
  work: RouteAtWork,
  route: CodeDeployRoute,
): Promise<void> {
  const { id, phase, driven, createdAt } = deployment
  if (phase === 'succeeded') return
  const sinceMs = Date.parse(driven?.wantedAt ?? createdAt)
  const late = await deps.driverFor(route).find(toDriverTag(id, 'shift'), sinceMs)
  if (late === null || late === driven?.progress?.deploymentId) return
  const mayRestore = () => requireWatched(deps, id, work.resource)
  await takeBack(deps, { deployment, work, route, mayRestore, driversId: late })
}

/** Decided again on what is there under the lease: since the look, anybody may have written. */
async function putBack(deps: Deps, deployment: Deployment, work: RouteAtWork): Promise<void> {
  const router = deps.routerFor(work.route)
  const route = { deployment, work, router }
  const { id } = deployment
  const receipt = await writeRoute(deps, {
    deployment: id,
    afterEnd: true,
    resource: work.resource,
    router,
    target(seen, lease) {
      const end = endStateOf(route, lease)
      if (end === null) throw new ConflictError(`${work.resource} was written for another deployment since`)
      if (!sameRouting(end, seen) && !isOwnState(route, seen, lease, end))
        throw new DriftFound(work.resource, end, seen)
      return end
    },
    mayWrite: async () => {
      await requireWatched(deps, id, work.resource)
      return false
    },
  })
  const reason = 'a write of this deployment took effect after its end; put back'
  await recordWrite(deps, id, { ...receipt, resource: work.resource, reason })
  deps.logger.warn('late-write-put-back', { deployment: id, resource: work.resource })
}

/** The last look before the write: nobody has begun, and the route is still this service's. */
async function requireWatched(deps: Deps, id: string, resource: string): Promise<void> {
  const deployment = await loadDeployment(deps, id)
  const service = await deps.services.get(deployment.service)
  if (!service?.routes.some((route) => resourceOf(route) === resource))
    throw new ConflictError(`${resource} is no route of ${deployment.service} any more`, { resource })
  const why = whyWatchStops(deployment, await deps.deployments.watched(deployment.service))
  if (why !== null) throw new ConflictError(why, { phase: deployment.phase })
}

/** Noted in the record first, where it also ends the watch of this route; whoever noted it calls a person. */
async function noteForeign(deps: Deps, { id, service }: Deployment, { resource, found, message }: DriftFound) {
  // The next deployment's own writes are no news, and its own checks look after them.
  if ((await deps.deployments.watched(service)) !== id) return
  let isNews = false
  const noted = await changeDeployment(deps, id, (newest) => {
    isNews = !newest.routes.some((route) => route.resource === resource && route.changedAfterEnd)
    return isNews ? { type: 'changed-after-end', resource, found: found.weights, reason: message } : null
  })
  if (isNews) await deps.notifier.page(noted, message)
}
