import type { Deps } from '../deps.ts'
import { type Actor, type Deployment, isOver } from '../domain/deployment.ts'
import { ConflictError, NotFoundError, TransientError, UpstreamError } from '../domain/errors.ts'
import { mayPass, type Obstacle } from '../domain/late-rollback.ts'
import { sameRouting } from '../domain/traffic.ts'
import { changeDeployment, loadDeployment } from './change-deployment.ts'
import { findLateObstacles } from './late-obstacles.ts'
import { DriftFound, type RouteAtWork, routesAtWork } from './route-guard.ts'
import { endStateOf } from './watched-route.ts'
import { recordWrite, sameMembers } from './write-planned.ts'
import { writeRoute } from './write-route.ts'

/** How long one caller waits for the old side to become healthy, real milliseconds. Then the check goes on. */
const patienceMs = 12_000
const pollMs = 1000

/**
 * What a late rollback does before it restores anything: makes sure that the old side can carry what comes back. With group
 * stickiness on, that side left the action when the deployment ended, and nothing checks its health: it is put back at
 * weight 0 first. One that was forced looks at nothing. For any other rollback nothing is done.
 *
 * @returns The record: ready to be restored, or ended as `rejected` with traffic where it was.
 * @throws {TransientError} If the old side is not healthy yet and may still become so: call again.
 */
export async function warmOldSide(deps: Deps, deployment: Deployment): Promise<Deployment> {
  const { id, lateRollbackOf, stage, forced } = deployment
  if (lateRollbackOf === undefined || stage !== 'verifying') return deployment
  if (forced) return proceed(deps, id, 'forced: the old side is not looked at')
  const of = await loadDeployment(deps, lateRollbackOf)
  const refusal = await attachOldSide(deps, id, of)
  if (refusal !== null) return refuse(deps, id, [refusal])
  const giveUpAtMs = deps.clock.realNow() + patienceMs
  for (;;) {
    const obstacles = await findLateObstacles(deps, of, 'rollback')
    if (obstacles.length === 0) return proceed(deps, id, `${of.stable} can carry the traffic that comes back`)
    if (!obstacles.every(mayPass) || isPast(deployment, deps.clock.now())) return refuse(deps, id, obstacles)
    if (deps.clock.realNow() + pollMs > giveUpAtMs)
      throw new TransientError(`${id} waits for ${of.stable}: ${obstacles.map(({ message }) => message).join('; ')}`)
    await deps.clock.sleep(pollMs)
  }
}

/** A person who asks with force does not wait for an old side that a late rollback under way still looks at. */
export async function stopWarming(deps: Deps, deployment: Deployment, forcedBy: Actor): Promise<Deployment> {
  const reason = `forced by ${forcedBy.name}: the old side is not waited for`
  return changeDeployment(deps, deployment.id, (newest) =>
    newest.lateRollbackOf !== undefined && isDeciding(newest) ? { type: 'old-side-ready', reason, forcedBy } : null,
  )
}

/** Says in the record of what succeeded that it was taken back, before the late rollback itself has ended. */
export async function noteTakenBack(deps: Deps, { id, lateRollbackOf }: Deployment): Promise<void> {
  if (lateRollbackOf === undefined) return
  const reason = `taken back by the late rollback ${id}`
  await changeDeployment(deps, lateRollbackOf, () => ({ type: 'taken-back', by: id, reason }))
}

/**
 * After a late rollback that was refused the old side leaves the action again, where stickiness had taken it out: cookies
 * would bring users to a side that is not warm. Nothing once another deployment has begun.
 */
export async function coolOldSide(deps: Deps, { id, phase, lateRollbackOf }: Deployment): Promise<void> {
  if (lateRollbackOf === undefined || phase !== 'rejected') return
  const of = await loadDeployment(deps, lateRollbackOf)
  try {
    await writeIdle(deps, { id, of, keepIdle: false, reason: 'the late rollback was refused: out of the action again' })
  } catch (error) {
    // What AWS refuses now it refuses at every look: that must not keep the service taken.
    const isFinalWord = [DriftFound, ConflictError, NotFoundError, UpstreamError].some((one) => error instanceof one)
    if (!isFinalWord) throw error
    deps.logger.info('old-side-left-attached', { deployment: id, error })
  }
}

function proceed(deps: Deps, id: string, reason: string): Promise<Deployment> {
  return changeDeployment(deps, id, (newest) => (isDeciding(newest) ? { type: 'old-side-ready', reason } : null))
}

/** A person asked for it, or a gate did: whoever records the refusal calls somebody. */
async function refuse(deps: Deps, id: string, obstacles: readonly Pick<Obstacle, 'kind' | 'path' | 'message'>[]) {
  const reason = `not taken back: ${obstacles.map(({ message }) => message).join('; ')}`
  const findings = obstacles.map(({ kind, path, message }) => ({
    ...{ id: `${kind}:${path}`, severity: 'error' as const, title: 'the late rollback was refused', detail: message },
  }))
  let isNews = false
  const refused = await changeDeployment(deps, id, (newest) => {
    isNews = isDeciding(newest)
    return isNews ? { type: 'refused', findings, reason } : null
  })
  if (isNews) await deps.notifier.page(refused, reason)
  return refused
}

function isDeciding({ stage, phase }: Deployment): boolean {
  return stage === 'verifying' && !isOver(phase)
}

function isPast({ deadlineAt }: Deployment, nowMs: number): boolean {
  return deadlineAt !== null && Date.parse(deadlineAt) <= nowMs
}

/** Null when the old side is in every action; else why it cannot be. */
async function attachOldSide(deps: Deps, id: string, of: Deployment): Promise<Obstacle | null> {
  try {
    await writeIdle(deps, { id, of, keepIdle: true, reason: 'attached at weight 0: only then its health is checked' })
    return null
  } catch (error) {
    if (error instanceof DriftFound) return { kind: 'drift', path: 'routes', message: error.message }
    if (error instanceof NotFoundError) return { kind: 'gone', path: 'routes', message: error.message }
    if (error instanceof UpstreamError) return { kind: 'unread', path: 'routes', message: error.message }
    throw error
  }
}

interface IdleWrite {
  readonly id: string
  readonly of: Deployment
  /** True: the side that serves nothing is in the action, at 0. False: with group stickiness it is not. */
  readonly keepIdle: boolean
  readonly reason: string
}

/** Shares stay as the deployment left them. A record of DNS has no side to attach. */
async function writeIdle(deps: Deps, write: IdleWrite): Promise<void> {
  for (const work of routesAtWork(write.of))
    if (work.route.kind === 'alb' && work.progress.touched) await writeIdleRoute(deps, write, work)
}

async function writeIdleRoute(deps: Deps, { id, of, keepIdle, reason }: IdleWrite, work: RouteAtWork): Promise<void> {
  const router = deps.routerFor(work.route)
  const receipt = await writeRoute(deps, {
    deployment: id,
    lane: 'rollback',
    resource: work.resource,
    router,
    target(seen, lease) {
      const end = endStateOf({ deployment: of, work, router }, lease)
      if (end === null || !sameRouting(end, seen)) throw new DriftFound(work.resource, end ?? lease.lastWritten, seen)
      return router.target(seen, { canary: of.canary, percent: 100, keepIdle })
    },
    isThere: (seen, target) => sameRouting(seen, target) && sameMembers(seen, target),
    mayWrite: async () => {
      await requireTurn(deps, id, keepIdle)
      return false
    },
  })
  await recordWrite(deps, id, { ...receipt, resource: work.resource, reason })
}

/** The last look before the write: nobody else has begun, or decided otherwise. */
async function requireTurn(deps: Deps, id: string, keepIdle: boolean): Promise<void> {
  const newest = await loadDeployment(deps, id)
  const isTurn = keepIdle ? isDeciding(newest) : newest.phase === 'rejected'
  if (isTurn && (await deps.deployments.pointer(newest.service)) === id) return
  throw new ConflictError(`${id} is ${newest.phase}: its old side stays as it is`, { phase: newest.phase })
}
