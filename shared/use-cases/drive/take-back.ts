import type { Deps } from '../../deps.ts'
import { availableTargets } from '../../domain/capacity.ts'
import { type Deployment, isOver } from '../../domain/deployment.ts'
import { type DriverProgress, errorSentence, hasEnded } from '../../domain/driver-progress.ts'
import { toDriverTag } from '../../domain/driver-tag.ts'
import { TransientError, UpstreamError } from '../../domain/errors.ts'
import { type CodeDeployRoute, type MovedRoute, targetGroupOf } from '../../domain/service.ts'
import type { RouteState } from '../../domain/traffic.ts'
import type { DeploymentDriver } from '../../ports/deployment-driver.ts'
import { changeDeployment, loadDeployment } from '../change-deployment.ts'
import { toStable } from '../restore-goal.ts'
import type { RouteAtWork } from '../route-guard.ts'
import { recordWrite } from '../write-planned.ts'
import { writeRoute } from '../write-route.ts'
import { readRunning } from './group-facts.ts'
import { underGroupLease } from './group-lease.ts'
import { redeploy } from './redeploy.ts'
import { isAllStable } from './sides.ts'

/** How long one try waits for the driver, real milliseconds: an abort answers within 20 s, and a task has 60. */
const patienceMs = 12_000
const pausesMs = [100, 200, 400, 800, 1500]

export interface TakingBack {
  readonly deployment: Deployment
  readonly work: RouteAtWork
  readonly route: CodeDeployRoute
  /** The last look before traffic is written. Throws to stop. */
  readonly mayRestore: () => Promise<void>
  /** The driver's deployment to take back. Default: the one that the record knows, or that is found by our id. */
  readonly driversId?: string
}

/** One deployment of the driver that is to be undone. */
interface Undoing {
  readonly deps: Deps
  readonly deployment: Deployment
  readonly route: CodeDeployRoute
  readonly work: RouteAtWork
  readonly driver: DeploymentDriver
  readonly giveUpAtMs: number
  readonly mayRestore: () => Promise<void>
}

/**
 * Takes back what the driver did for a deployment: stops its deployment with a rollback, follows that to its own end, and
 * sees to what is left. "Stopping" is not stopped, and a rollback is a deployment of its own that can fail as well. Safe to
 * repeat: each try goes on from what is there.
 *
 * Traffic is written by Sluice only where the driver leaves it half done and has no deployment under way: an alias that is
 * still split, a listener that was not turned back. Where the driver had succeeded before, tasks or servers of the old
 * version are gone, and the revision before it is deployed again.
 *
 * @throws {TransientError} If it is not done yet: call again.
 * @throws {UpstreamError} If the driver cannot take it back.
 */
export async function takeBack(deps: Deps, taking: TakingBack): Promise<void> {
  const { deployment, work, route, mayRestore } = taking
  const driver = deps.driverFor(route)
  const id = taking.driversId ?? (await findOurs(deps, deployment, route, driver))
  // It was never created, so nothing was moved. One that comes late is found by the watch after the end.
  if (id === null) return
  const giveUpAtMs = deps.clock.realNow() + patienceMs
  const undoing = { deps, deployment, route, work, driver, giveUpAtMs, mayRestore }
  const ours = await stopAndFollow(undoing, id)
  const back = await followRollback(undoing, ours)
  await settleTraffic(undoing, ours, back)
}

/**
 * The driver's deployment of ours. Whoever creates holds the group's lease, and after a lost answer until it has run out: so
 * once we had it, what was sent before has arrived, and from then on nobody creates.
 */
async function findOurs(
  deps: Deps,
  { id, driven, createdAt }: Deployment,
  route: CodeDeployRoute,
  driver: DeploymentDriver,
): Promise<string | null> {
  if (driven?.progress) return driven.progress.deploymentId
  return underGroupLease(deps, route, async () => {
    const known = (await loadDeployment(deps, id)).driven?.progress?.deploymentId
    return known ?? (await driver.find(toDriverTag(id, 'shift'), Date.parse(driven?.wantedAt ?? createdAt)))
  })
}

/** @returns Where it ended. */
async function stopAndFollow(undoing: Undoing, id: string): Promise<DriverProgress> {
  const { deps, deployment, driver } = undoing
  const seen = await driver.read(id)
  if (!hasEnded(seen)) await driver.stop(id)
  const ended = hasEnded(seen) ? seen : await readUntilEnded(undoing, id)
  const progress = ended ?? seen
  await changeDeployment(deps, deployment.id, ({ driven, phase }) =>
    driven && !isOver(phase) ? { type: 'driver-followed', progress, diagnosis: null } : null,
  )
  if (ended === null) throw new TransientError(`CodeDeploy has not stopped ${id} yet`)
  return ended
}

/** What CodeDeploy itself deploys to take ours back, once that has ended; null where it does not. */
async function followRollback(undoing: Undoing, ours: DriverProgress): Promise<DriverProgress | null> {
  const { route, deps } = undoing
  const id = ours.rollbackId ?? (await readRunning(deps, route)).find(isRollback)?.deploymentId ?? null
  return id === null ? null : followToEnd(undoing, id)
}

/** Between the end of one and the note of the other there is a moment in which only the list knows it. */
function isRollback({ creator }: { readonly creator: string }): boolean {
  return creator === 'codeDeployRollback'
}

async function followToEnd(undoing: Undoing, id: string): Promise<DriverProgress> {
  const { deps, deployment, driver } = undoing
  const ended = await readUntilEnded(undoing, id, letGoOn)
  const progress = ended ?? (await driver.read(id))
  await changeDeployment(deps, deployment.id, ({ phase }) =>
    isOver(phase) ? null : { type: 'driver-taken-back', progress },
  )
  if (!hasEnded(progress)) throw new TransientError(`CodeDeploy's ${id}, which takes it back, is ${progress.status}`)
  return progress
}

/** The group has it wait as any other, before traffic and before the old side ends; but nobody is asked about a way back. */
async function letGoOn({ driver }: Undoing, { deploymentId, waitsFor }: DriverProgress): Promise<void> {
  if (waitsFor !== null) await driver.continue(deploymentId, waitsFor)
}

/** Null: not within our patience. */
async function readUntilEnded(
  undoing: Undoing,
  id: string,
  meanwhile: (undoing: Undoing, progress: DriverProgress) => Promise<void> = async () => undefined,
): Promise<DriverProgress | null> {
  const { deps, driver, giveUpAtMs } = undoing
  for (let turn = 0; ; turn++) {
    const progress = await driver.read(id)
    if (hasEnded(progress)) return progress
    await meanwhile(undoing, progress)
    const pauseMs = pausesMs[Math.min(turn, pausesMs.length - 1)] ?? 0
    if (deps.clock.realNow() + pauseMs > giveUpAtMs) return null
    await deps.clock.sleep(pauseMs)
  }
}

async function settleTraffic(undoing: Undoing, ours: DriverProgress, back: DriverProgress | null): Promise<void> {
  const { route, work } = undoing
  const isBack = back?.status === 'succeeded'
  const { snapshot } = work.progress
  if (!isBack && needsFormer(route, ours)) await deployFormer(undoing, ours)
  // Also where CodeDeploy says that it has succeeded: back is what was read back.
  if (route.moves && snapshot) await restoreMoves(undoing, route.moves, snapshot)
}

/**
 * A version of a function never changes: wherever the driver stopped, its alias can be put back as it was. Of ECS the old
 * tasks are there until the end; servers are changed from the first event on.
 */
function needsFormer({ moves }: CodeDeployRoute, { status, events }: DriverProgress): boolean {
  if (moves?.kind === 'lambda-alias') return false
  return status === 'succeeded' || (!moves && events.length > 0)
}

/** The old tasks or servers are gone, or some have the new version: only another deployment brings them back. */
async function deployFormer(undoing: Undoing, ours: DriverProgress): Promise<void> {
  const { deps, deployment, route, driver } = undoing
  const id = await redeploy(deps, { deployment, route, driver, ours: ours.deploymentId })
  const { status, error } = await followToEnd(undoing, id)
  if (status === 'succeeded') return
  const why = error === null ? status : errorSentence(error)
  throw new UpstreamError(`CodeDeploy's ${id}, which deploys the former revision again, did not succeed: ${why}`)
}

async function restoreMoves(undoing: Undoing, moves: MovedRoute, snapshot: RouteState): Promise<void> {
  const { deps, deployment, work, mayRestore } = undoing
  const router = deps.routerFor(moves)
  // One that was taken over had a share when it was: that is not what to go back to.
  const goal = toStable(router, deployment, snapshot)
  const live = await router.read()
  if (isAllStable(live, goal, deployment)) return
  await requireTargets(undoing, moves)
  const receipt = await writeRoute(deps, {
    deployment: deployment.id,
    lane: 'rollback',
    resource: work.resource,
    router,
    target: () => goal,
    mayWrite: async () => {
      await mayRestore()
      return false
    },
  })
  const reason = 'restored from the snapshot, as CodeDeploy had not left it so'
  await recordWrite(deps, deployment.id, { ...receipt, resource: work.resource, reason })
}

/**
 * CodeDeploy takes tasks away as well: a group of the old side that is empty by now must not get traffic. Health that
 * cannot be read never stands in the way, nor does that of a group that nobody checks while it is in no action.
 *
 * @throws {UpstreamError} If there is no target that could serve.
 */
async function requireTargets({ deps, deployment }: Undoing, moves: MovedRoute): Promise<void> {
  const group = targetGroupOf(moves, deployment.stable)
  if (group === null) return
  const health = await deps.targetHealth.read(group, { fresh: true }).catch((error: unknown) => {
    if (error instanceof TransientError || error instanceof UpstreamError) return null
    throw error
  })
  if (health === null || availableTargets(health) > 0 || (health.unused && health.total > 0)) return
  throw new UpstreamError(
    `traffic is not where the snapshot has it, and ${group} has no healthy target (${health.total} registered): a person must look`,
  )
}
