import type { Deps } from '../../deps.ts'
import type { Cause, Deployment } from '../../domain/deployment.ts'
import type { QueueEntry } from '../../ports/deployment-store.ts'
import { changeDeployment } from '../change-deployment.ts'

/** An entry without a record is a start that broke off; its caller had this long to go on. Milliseconds. */
const brokenStartMs = 120_000

/** A deployment that waits for its turn, and its place in the queue. */
export interface Waiting {
  readonly deployment: Deployment
  readonly entry: QueueEntry
}

/**
 * What waits for a service, in order, and tidies up on the way: entries of deployments that started or ended leave the
 * queue, and what waits before one that takes over ends. Safe to repeat, and to be done by many at once.
 */
export async function readWaiting(deps: Deps, service: string): Promise<readonly Waiting[]> {
  const entries = await deps.deployments.queueOf(service)
  const read = await Promise.all(
    entries.map(async (entry) => ({ entry, record: await deps.deployments.load(entry.id) })),
  )
  const waiting: Waiting[] = []
  for (const { entry, record } of read) {
    if (record?.phase === 'queued') waiting.push({ entry, deployment: record })
    else if (record || isBroken(deps, entry)) await deps.deployments.leaveQueue(entry)
  }
  return endOlder(deps, waiting)
}

function isBroken(deps: Deps, { enqueuedAt }: QueueEntry): boolean {
  return deps.clock.now() - Date.parse(enqueuedAt) >= brokenStartMs
}

/** The newest one that takes over, takes over from those that wait too: none of them is to have traffic any more. */
async function endOlder(deps: Deps, waiting: readonly Waiting[]): Promise<readonly Waiting[]> {
  const place = waiting.findLastIndex(({ deployment }) => deployment.queued?.takesOver)
  const newest = waiting[place]?.deployment
  if (!newest) return waiting
  for (const { entry, deployment } of waiting.slice(0, place)) {
    // Where it has started meanwhile, it is the open one, and treated as such.
    await changeDeployment(deps, deployment.id, ({ phase }) =>
      phase === 'queued' ? { type: 'roll-back', cause: takenOverBy(newest) } : null,
    )
    await deps.deployments.leaveQueue(entry)
  }
  return waiting.slice(place)
}

export function takenOverBy({ id, createdBy, reason }: Deployment): Cause {
  return { type: 'superseded', actor: createdBy, reason: `${id} takes over${reason === null ? '' : `: ${reason}`}` }
}
