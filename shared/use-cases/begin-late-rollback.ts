import type { Deps } from '../deps.ts'
import { type Actor, type Cause, type Deployment, isOver } from '../domain/deployment.ts'
import { isBrokenStart } from '../domain/deployment-id.ts'
import { ConflictError, TransientError } from '../domain/errors.ts'
import { buildLateRollback, type Obstacle, yieldsToForce } from '../domain/late-rollback.ts'
import type { RequestLane } from '../domain/request-budget.ts'
import { toInstant } from '../ports/clock.ts'
import { changeDeployment } from './change-deployment.ts'
import { findLateObstacles, listLaterThan, toReused } from './late-obstacles.ts'
import { readWaiting } from './queue/read-waiting.ts'
import { readService } from './read-service.ts'
import { closeDeployment } from './roll-back.ts'

/** How long the old side may take to become healthy once it is back in the action, local seconds. */
const warmSeconds = 600
/** Late rollbacks of one deployment that were refused, before we say that it makes no sense. */
const mostTries = 50

export interface LateRollbackWish {
  readonly service: string
  readonly actor: Actor
  readonly cause: Cause
  readonly reason: string | null
  /** Go on whatever {@link yieldsToForce}. */
  readonly force: boolean
  /** The success that was meant; another one is left alone. Default: the newest, whichever that is. */
  readonly of?: string
  /** Whom reading Route 53 goes before. */
  readonly lane: RequestLane
}

/**
 * Decides that the newest success of a service is taken back, and writes the record of it: the service is taken first, then
 * the record exists, and from then on the check finishes it. Moves no traffic. Asked for again, by anybody and at the same
 * time, it answers the one record that there is of the same success.
 *
 * @returns The record, new or found; whoever asked performs it.
 * @throws {NotFoundError} If there is no such service.
 * @throws {ConflictError} With everything that is missing, if it cannot be done now. Nothing was changed.
 */
export async function beginLateRollback(deps: Deps, wish: LateRollbackWish): Promise<Deployment> {
  await readService(deps, wish.service)
  const { of, done } = await findSuccess(deps, wish.service)
  if (wish.of !== undefined && wish.of !== of.id && wish.of !== done?.lateRollbackOf)
    throw new ConflictError(`${wish.of} is not the newest success of "${wish.service}" any more`)
  if (done !== null) return done
  const later = await listLaterThan(deps, of)
  const obstacles = await findObstacles(deps, of, later, wish.lane)
  const standing = wish.force ? obstacles.filter((one) => !yieldsToForce(one)) : obstacles
  if (standing.length > 0) throw refusal(wish.service, standing)
  return create(deps, of, wish, { overridden: obstacles, known: later })
}

/** What stands in the way of taking back `of`, a success that is still watched. */
export async function findObstacles(
  deps: Deps,
  of: Deployment,
  later: readonly Deployment[],
  lane: RequestLane,
): Promise<readonly Obstacle[]> {
  const waiting = later.filter(({ phase }) => phase === 'queued').map(({ id }) => isOpen(id, 'waits in the queue'))
  return [...waiting, ...toReused(later, of), ...(await findLateObstacles(deps, of, lane))]
}

interface Success {
  /** The deployment that succeeded. */
  readonly of: Deployment
  /** Its late rollback, done or under way; null where there is none. */
  readonly done: Deployment | null
}

/** Pointers are strongly consistent, the list may lag: what has just ended is found by its watch. */
async function findSuccess(deps: Deps, service: string): Promise<Success> {
  const open = await loadOpen(deps, service)
  if (open?.lateRollbackOf !== undefined) return { of: open, done: open }
  if (open !== null) throw refusal(service, [isOpen(open.id, `is ${open.phase}: abort that one`)], open.id)
  const watchedId = await deps.deployments.watched(service)
  const watched = watchedId === null ? null : await deps.deployments.load(watchedId)
  if (watched?.lateRollbackOf !== undefined) return { of: watched, done: watched }
  const of = watched?.phase === 'succeeded' ? watched : await findNewestSuccess(deps, service)
  return { of, done: of.lateRollbackBy === undefined ? null : await deps.deployments.load(of.lateRollbackBy) }
}

/** The open deployment; null without one, and where its record is not written yet: then the pointer itself refuses. */
async function loadOpen(deps: Deps, service: string): Promise<Deployment | null> {
  const id = await deps.deployments.pointer(service)
  const open = id === null ? null : await deps.deployments.load(id)
  if (open === null || !isOver(open.phase)) return open
  await closeDeployment(deps, open.id)
  return null
}

async function findNewestSuccess(deps: Deps, service: string): Promise<Deployment> {
  const { items } = await deps.deployments.list({ service, phase: 'succeeded' }, { limit: 1, cursor: null })
  const [newest] = items
  if (newest) return newest
  const message = `no deployment of "${service}" has succeeded`
  throw refusal(service, [{ kind: 'nothing', path: 'service', message }])
}

/** Takes the service, writes the record, and makes sure that the service was not freed in between, as a start does. */
async function create(
  deps: Deps,
  of: Deployment,
  { service, actor, cause, reason, force }: LateRollbackWish,
  { overridden, known }: { readonly overridden: readonly Obstacle[]; readonly known: readonly Deployment[] },
): Promise<Deployment> {
  const { id, standing } = await claim(deps, of)
  if (standing !== null) return standing
  await takeService(deps, service, id)
  await requireNothingNewer(deps, id, of, known)
  const now = deps.clock.now()
  const created = await deps.deployments.create(
    buildLateRollback(of, {
      ...{ id, at: toInstant(now), actor, cause, reason, forced: force, overridden },
      deadlineAt: toInstant(now + warmSeconds * 1000),
    }),
  )
  await keepService(deps, created)
  return created
}

/**
 * The id that all who ask at the same time agree on. A late rollback that was refused does not stand in the way of another
 * one, and an id whose record was never written is left to the check.
 */
async function claim(deps: Deps, of: Deployment): Promise<{ id: string; standing: Deployment | null }> {
  for (let attempt = 1; attempt <= mostTries; attempt++) {
    // Callers' own keys have no spaces.
    const key = `late rollback ${of.id} ${attempt}`
    const { id } = await deps.deployments.claimKey(key, { id: deps.newDeploymentId(), bodyHash: of.id })
    const standing = await deps.deployments.load(id)
    if (standing !== null && standing.phase !== 'rejected') return { id, standing }
    if (standing === null && !isBrokenStart(id, deps.clock.now())) return { id, standing }
  }
  throw new ConflictError(`${of.id} could not be taken back in ${mostTries} tries; deploy instead`)
}

async function takeService(deps: Deps, service: string, id: string): Promise<void> {
  const holder = await deps.deployments.takePointer(service, id)
  if (holder !== id) throw refusal(service, [isOpen(holder, 'began just now')], holder)
}

/** Nobody can begin any more; who began and ended since we looked may have used the old side. */
async function requireNothingNewer(
  deps: Deps,
  id: string,
  of: Deployment,
  known: readonly Deployment[],
): Promise<void> {
  const later = await listLaterThan(deps, of)
  const news = later.find((one) => !known.some((earlier) => earlier.id === one.id))
  const newer = news?.id ?? (await findWaiting(deps, of.service))
  if (newer === null) return
  await deps.deployments.freePointer(of.service, id)
  throw new TransientError(`${newer} of "${of.service}" was asked for while this late rollback was; ask again`)
}

/** The list may lag behind what was put in the queue; the queue itself does not. One whose record is still to come counts. */
async function findWaiting(deps: Deps, service: string): Promise<string | null> {
  await readWaiting(deps, service)
  const [first] = await deps.deployments.queueOf(service)
  return first?.id ?? null
}

async function keepService(deps: Deps, { id, service }: Deployment): Promise<void> {
  try {
    await takeService(deps, service, id)
  } catch (error) {
    if (error instanceof ConflictError)
      await changeDeployment(deps, id, ({ stage, endedAt }) =>
        stage === 'verifying' && endedAt === null ? { type: 'refused', findings: [], reason: error.message } : null,
      )
    throw error
  }
}

function isOpen(id: string, what: string): Obstacle {
  return { kind: 'open', path: 'service', message: `deployment ${id} ${what}` }
}

function refusal(service: string, obstacles: readonly Obstacle[], open?: string): ConflictError {
  const problems = obstacles.map(({ path, message }) => ({ path, message }))
  const listed = problems.map(({ message }) => message).join('; ')
  const current = open === undefined ? {} : { deployment: open }
  return new ConflictError(`the newest success of "${service}" cannot be taken back now: ${listed}`, current, {
    problems,
  })
}
