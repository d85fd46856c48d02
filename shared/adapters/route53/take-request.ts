import { TransientError } from '../../domain/errors.ts'
import type { RequestLane } from '../../domain/request-budget.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RequestBudget } from '../../ports/request-budget.ts'

/** How long a read waits for its turn, real milliseconds. The functions that read end after 29 s and more. */
const patienceMs = 10_000

/** Whose turn it is to ask Route 53. */
export interface Pace {
  readonly budget: RequestBudget
  readonly clock: Pick<Clock, 'realNow' | 'sleep'>
}

/**
 * Runs one read of Route 53 in its turn. An answer that says `Throttling` tells that somebody else spends the account's
 * requests, and everybody is told.
 *
 * @throws {TransientError} If there was no turn within 10 s of real time; nothing was asked.
 * @throws Whatever `read` throws.
 */
export async function inTurn<T>(pace: Pace, lane: RequestLane, read: () => Promise<T>): Promise<T> {
  await takeRequest(pace, lane)
  try {
    return await read()
  } catch (error) {
    // The read failed already; a budget that cannot be told must not hide why.
    if (error instanceof TransientError && error.refused) await pace.budget.noteThrottled().catch(() => undefined)
    throw error
  }
}

async function takeRequest({ budget, clock }: Pace, lane: RequestLane): Promise<void> {
  const giveUpAtMs = clock.realNow() + patienceMs
  for (;;) {
    const waitMs = await budget.tryTake(lane)
    if (waitMs <= 0) return
    if (clock.realNow() + waitMs > giveUpAtMs)
      throw new TransientError(
        `Route 53 takes five requests a second of an account, and others had all of them for ${patienceMs / 1000} s; try again`,
        { refused: true },
      )
    await clock.sleep(waitMs)
  }
}
