import type { Deps } from '../deps.ts'
import { type Deployment, type DeploymentMeasures, isOver } from '../domain/deployment.ts'
import { openLateWatch } from '../domain/late-watch.ts'
import type { QueuePlace } from '../domain/queue.ts'
import { loadDeployment } from './change-deployment.ts'
import { readPlace } from './queue/read-place.ts'

/** A deployment with what is measured beside it (null before anything was) and where it stands. */
export interface DeploymentView {
  readonly deployment: Deployment
  readonly measures: DeploymentMeasures | null
  /** While it waits for its turn; null otherwise. */
  readonly queue: QueuePlace | null
}

export interface LongPoll {
  /** Answer after this long at the latest, even if nothing moved. Real seconds, 0–25; 0 answers at once. */
  readonly waitSeconds: number
  /** Answer as soon as the version is above this one. Default: the version at the call. */
  readonly afterVersion?: number
}

/** How often the store is asked while a caller waits. Real milliseconds: one read a second is what waiting may cost. */
const pollMs = 1000

/**
 * Reads a deployment, waiting for its version to move if asked to. A deployment that has ended is answered at once.
 *
 * @throws {NotFoundError} If there is no such deployment.
 */
export async function readDeployment(
  deps: Pick<Deps, 'deployments' | 'clock'>,
  id: string,
  { waitSeconds, afterVersion }: LongPoll = { waitSeconds: 0 },
): Promise<DeploymentView> {
  const deadline = deps.clock.realNow() + waitSeconds * 1000
  let deployment = await loadDeployment(deps, id)
  const known = afterVersion ?? deployment.version
  while (deployment.version <= known && !hasSettled(deployment)) {
    const leftMs = deadline - deps.clock.realNow()
    if (leftMs <= 0) break
    await deps.clock.sleep(Math.min(pollMs, leftMs))
    deployment = await loadDeployment(deps, id)
  }
  return withMeasures(deps, deployment)
}

/** After a success only the late watch looks whether it could be taken back: what it saw last may be long past. */
async function asOfNow(deps: Pick<Deps, 'deployments'>, view: DeploymentView): Promise<DeploymentView> {
  const { deployment, measures } = view
  if (measures === null || deployment.phase !== 'succeeded') return view
  const isJudged = (openLateWatch(deployment)?.seconds ?? 0) > 0
  if (isJudged && (await deps.deployments.watched(deployment.service)) === deployment.id) return view
  const rollback = { ...measures.rollback, ready: false, reasons: ['not looked at any more: the late watch is over'] }
  return { ...view, measures: { ...measures, rollback } }
}

/** A failed rollback is final and yet may still become `rolled-back`: that is worth waiting for. */
function hasSettled(deployment: Deployment): boolean {
  return isOver(deployment.phase)
}

export async function withMeasures(deps: Pick<Deps, 'deployments'>, deployment: Deployment): Promise<DeploymentView> {
  const [measures, queue] = await Promise.all([
    deps.deployments.loadMeasures(deployment.id),
    readPlace(deps, deployment),
  ])
  return asOfNow(deps, { deployment, measures, queue })
}
