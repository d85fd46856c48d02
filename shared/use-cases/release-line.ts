import type { Deps } from '../deps.ts'
import type { Actor } from '../domain/deployment.ts'
import { toInstant } from '../ports/clock.ts'
import { waitsForLine } from './blocked-raise.ts'
import { changeDeployment } from './change-deployment.ts'
import { wakeWorkflow } from './roll-back.ts'

/**
 * Lets the line run again, and wakes every deployment that waits for that. One that cannot be woken now tries again on
 * its own within a quarter of an hour. Repeating it is harmless.
 */
export async function releaseLine(deps: Deps, { actor }: { readonly actor: Actor }): Promise<void> {
  await deps.line.release()
  deps.logger.info('line-released', { by: actor })
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<Deps['deployments']['listPointers']>> = await deps.deployments.listPointers({
      limit: 100,
      cursor,
    })
    await Promise.all(page.items.map(({ id }) => wakeWaiting(deps, id, actor)))
    cursor = page.nextCursor
  } while (cursor !== null)
}

async function wakeWaiting(deps: Deps, id: string, actor: Actor): Promise<void> {
  try {
    const deployment = await deps.deployments.load(id)
    if (!deployment || !waitsForLine(deployment)) return
    await changeDeployment(deps, id, (newest) =>
      waitsForLine(newest)
        ? { type: 'shift-delayed', until: toInstant(deps.clock.now()), reason: `${actor.name} let the line run again` }
        : null,
    )
    await wakeWorkflow(deps, id)
  } catch (error) {
    deps.logger.warn('line-wake-failed', { deployment: id, error })
  }
}
