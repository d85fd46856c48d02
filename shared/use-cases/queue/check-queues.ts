import type { Deps } from '../../deps.ts'
import type { QueueEntry } from '../../ports/deployment-store.ts'
import type { Page } from '../../ports/page.ts'
import { forEachAtOnce } from '../for-each-at-once.ts'
import { rollBack } from '../roll-back.ts'
import { advanceQueue } from './supersede-open.ts'

const atOnce = 20
const pageSize = 100

/**
 * Makes up for what nobody else did for the queues: starts what may start by now, takes the place of what is to be
 * superseded. One that fails does not stop the others.
 *
 * @returns How many queues there are, and for each that failed the id of its first deployment.
 */
export async function checkQueues(deps: Deps) {
  const failures: { readonly id: string; readonly error: unknown }[] = []
  const checked = await forEachAtOnce(firstOfEach(deps), atOnce, async ({ service, id }) => {
    try {
      await advanceQueue(deps, service, rollBack)
    } catch (error) {
      deps.logger.error('queue-check-failed', { service, deployment: id, error })
      failures.push({ id, error })
    }
  })
  return { checked, failures }
}

async function* firstOfEach(deps: Deps): AsyncGenerator<QueueEntry> {
  let cursor: string | null = null
  let last: string | null = null
  do {
    const page: Page<QueueEntry> = await deps.deployments.listQueues({ limit: pageSize, cursor })
    for (const entry of page.items) {
      if (entry.service !== last) yield entry
      last = entry.service
    }
    cursor = page.nextCursor
  } while (cursor !== null)
}
