import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { NotFoundError, TransientError, UpstreamError } from '../domain/errors.ts'
import { type Obstacle, whyCold } from '../domain/late-rollback.ts'
import type { RequestLane } from '../domain/request-budget.ts'
import type { SideHealth } from '../domain/safe-split.ts'
import {
  type AliasVersion,
  aliasVersionOf,
  type Route,
  resourceOf,
  type Service,
  sideNameOf,
  targetGroupOf,
} from '../domain/service.ts'
import { type RouteState, sameRouting, slots } from '../domain/traffic.ts'
import { readQuietly } from './read-quietly.ts'
import { DriftFound, type RouteAtWork, routesAtWork } from './route-guard.ts'
import { endStateOf } from './watched-route.ts'

/**
 * Everything that speaks against taking back a deployment that succeeded, as AWS shows it now: its routes are still the
 * service's and as it left them, and its old side could carry what comes back. Writes nothing.
 *
 * @param of - The deployment that succeeded.
 */
export async function findLateObstacles(deps: Deps, of: Deployment, lane: RequestLane): Promise<readonly Obstacle[]> {
  const service = await deps.services.get(of.service)
  const found = await Promise.all(
    routesAtWork(of).map((work, index) =>
      work.progress.touched ? lookAtRoute(deps, { of, work, service, lane, index }) : [],
    ),
  )
  return found.flat()
}

/** The deployments of the service that were asked for after `of`, late rollbacks of it left out; newest first. */
export async function listLaterThan(
  deps: Pick<Deps, 'deployments'>,
  { id, service }: Pick<Deployment, 'id' | 'service'>,
): Promise<readonly Deployment[]> {
  const { items } = await deps.deployments.list({ service }, { limit: 20, cursor: null })
  return items.filter((one) => one.id > id && one.lateRollbackOf !== id)
}

/** The next release is put on the old side before anybody asks Sluice to shift: whatever became of it, that side is used. */
export function toReused(later: readonly Deployment[], { stable }: Deployment): readonly Obstacle[] {
  return later
    .filter(({ phase }) => phase !== 'queued')
    .slice(0, 1)
    .map(({ id, phase }) => ({
      ...{ kind: 'reused', path: stable },
      message: `${id} (${phase}) was asked for since, and may have put another revision on ${stable}`,
    }))
}

interface Look {
  readonly of: Deployment
  readonly work: RouteAtWork
  readonly service: Service | null
  readonly lane: RequestLane
  readonly index: number
}

async function lookAtRoute(deps: Deps, look: Look): Promise<readonly Obstacle[]> {
  const { of, work, service, index } = look
  const path = `routes[${index}]`
  if (work.route.kind === 'codedeploy') {
    const message = `CodeDeploy moves ${work.resource}: deploy the former revision instead`
    return [{ kind: 'route', path, message }]
  }
  if (!isStillRoute(service, work))
    return [
      { kind: 'route', path, message: `${work.resource} is no route of ${of.service} any more, or has other sides` },
    ]
  const { obstacles, live } = await lookAtRouting(deps, look, path)
  // Only a group in the action has its health checked; records of DNS and aliases say nothing of that.
  const isAttached = !hasAction(work.route) || live === null || live.weights[of.stable] !== null
  return [...obstacles, ...(await lookAtOldSide(deps, look, isAttached))]
}

function hasAction(route: Route): boolean {
  return route.kind === 'alb' || (route.kind === 'codedeploy' && route.moves?.kind === 'alb')
}

function isStillRoute(service: Service | null, { route }: RouteAtWork): boolean {
  const same = service?.routes.find((one) => resourceOf(one) === resourceOf(route))
  // The versions of a function are those of one deployment: a service names none.
  if (same === undefined || same.kind === 'lambda-alias') return same !== undefined
  return slots.every((slot) => sideNameOf(same, slot) === sideNameOf(route, slot))
}

interface Routing {
  readonly obstacles: readonly Obstacle[]
  /** Null where it could not be read. */
  readonly live: RouteState | null
}

async function lookAtRouting(deps: Deps, { of, work, lane }: Look, path: string): Promise<Routing> {
  try {
    const look = await readQuietly(deps, work, lane)
    if (look === null) {
      const message = `${work.resource} could not be looked at just now`
      return { obstacles: [{ kind: 'unread', path, message }], live: null }
    }
    const { live, lease } = look
    const end = endStateOf({ deployment: of, work, router: deps.routerFor(work.route) }, lease)
    if (end !== null && sameRouting(end, live)) return { obstacles: [], live }
    const { message } = new DriftFound(work.resource, end ?? lease.lastWritten, live)
    return { obstacles: [{ kind: 'drift', path, message }], live }
  } catch (error) {
    return { obstacles: [{ path, ...toFailure(error) }], live: null }
  }
}

async function lookAtOldSide(deps: Deps, { of, work, index }: Look, isAttached: boolean): Promise<readonly Obstacle[]> {
  const path = `routes[${index}].${of.stable}`
  const version = aliasVersionOf(work.route, of.stable)
  if (version !== null) return lookAtOldVersion(deps, version, path)
  const [group, servingGroup] = [targetGroupOf(work.route, of.stable), targetGroupOf(work.route, of.canary)]
  if (group === null || servingGroup === null) {
    const message = `${work.resource} names no target groups: nothing tells whether ${of.stable} could carry the traffic`
    return [{ kind: 'unread', path, message }]
  }
  try {
    const [old, serving] = await Promise.all([deps.targetHealth.read(group), readServing(deps, servingGroup)])
    const cold = whyCold({ group, old, serving, isAttached })
    return cold === null ? [] : [{ path, ...cold }]
  } catch (error) {
    return [{ path, ...toFailure(error) }]
  }
}

/** A version runs whatever is called through it: nothing has to be warm. But what no alias calls can be deleted. */
async function lookAtOldVersion(
  deps: Pick<Deps, 'inspector'>,
  { functionName, alias, version }: AliasVersion,
  path: string,
): Promise<readonly Obstacle[]> {
  const route = { kind: 'lambda-alias', functionName, alias, blue: version, wave: 1 } as const
  const what = `version ${version} of ${functionName}`
  try {
    const facts = await deps.inspector.inspect(route)
    const isPublished = facts.kind === 'lambda-alias' ? facts.published.blue : null
    if (isPublished === true) return []
    if (isPublished === false) return [{ kind: 'gone', path, message: `${what} was deleted` }]
    const message = `nothing tells whether ${what} is still there: ${facts.notLookedAt.join('; ') || 'its function is not'}`
    return [{ kind: 'unread', path, message }]
  } catch (error) {
    return [{ path, ...toFailure(error) }]
  }
}

/** What serves decides only how many are needed. */
async function readServing(deps: Pick<Deps, 'targetHealth'>, group: string): Promise<SideHealth> {
  try {
    return await deps.targetHealth.read(group)
  } catch (error) {
    if (error instanceof TransientError || error instanceof NotFoundError || error instanceof UpstreamError)
      return 'unknown'
    throw error
  }
}

function toFailure(error: unknown): Omit<Obstacle, 'path'> {
  if (error instanceof NotFoundError) return { kind: 'gone', message: error.message }
  if (error instanceof TransientError || error instanceof UpstreamError)
    return { kind: 'unread', message: error.message }
  throw error
}
