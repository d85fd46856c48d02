import type { Deps } from '../../deps.ts'
import type { Deployment } from '../../domain/deployment.ts'
import { placeOf, type QueuePlace } from '../../domain/queue.ts'

/** Where a deployment stands in its service's queue, as it is now; null where it does not wait. */
export async function readPlace(deps: Pick<Deps, 'deployments'>, deployment: Deployment): Promise<QueuePlace | null> {
  if (deployment.phase !== 'queued') return null
  const [entries, holder] = await Promise.all([
    deps.deployments.queueOf(deployment.service),
    deps.deployments.pointer(deployment.service),
  ])
  const open = holder === null ? null : await deps.deployments.load(holder)
  return placeOf(deployment, { open, waiting: entries.map(({ id }) => id) })
}
