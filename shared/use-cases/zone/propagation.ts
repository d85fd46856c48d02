import type { Deps } from '../../deps.ts'
import { NotFoundError, TransientError } from '../../domain/errors.ts'
import type { RequestLane } from '../../domain/request-budget.ts'

/** How often Route 53 is asked about one change, local milliseconds, by whichever of those who wait for it. */
const pollEveryMs = 10_000

type PropagationDeps = Pick<Deps, 'propagation' | 'requestBudget' | 'hostedZones' | 'clock'>

/**
 * True once every authoritative server has the change. One caller asks Route 53 for all that wait for the same batch, and
 * only with a request that nobody else needs now: otherwise the answer is "not yet", and the next look asks.
 *
 * @param lane - Whose requests the question takes from. Default: `background`.
 * @throws {TransientError} If it could not be told.
 */
export async function isInsync(
  deps: PropagationDeps,
  changeId: string,
  lane: RequestLane = 'background',
): Promise<boolean> {
  const view = await deps.propagation.read(changeId)
  if (view !== null && view.insyncAtMs !== null) return true
  if (!(await deps.propagation.claimPoll(changeId, deps.clock.now(), pollEveryMs))) return false
  if ((await deps.requestBudget.tryTake(lane)) > 0) return false
  if (!(await hasArrived(deps, changeId))) return false
  await deps.propagation.noteInsync(changeId, deps.clock.now())
  return true
}

/** A change that Route 53 knows no more has arrived long ago. */
async function hasArrived(deps: PropagationDeps, changeId: string): Promise<boolean> {
  try {
    return (await deps.hostedZones.changeStatus(changeId)) === 'insync'
  } catch (error) {
    if (error instanceof NotFoundError) return true
    if (!(error instanceof TransientError && error.refused)) throw error
    await deps.requestBudget.noteThrottled()
    return false
  }
}
