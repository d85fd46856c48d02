import { TransientError } from '../../domain/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import { RateLimited } from './slack-error.ts'

export interface Patience {
  readonly clock: Pick<Clock, 'sleep'>
  /** How long all waits for one call may take together, real milliseconds. */
  readonly patienceMs: number
}

/**
 * Calls again after as long as Slack says. A call that is limited did nothing, so that a message is not there twice.
 *
 * @throws {TransientError} With `refused`, where Slack wants us to wait longer than we may.
 */
export async function waitWhenLimited<T>(
  tried: string,
  { clock, patienceMs }: Patience,
  call: () => Promise<T>,
): Promise<T> {
  let leftMs = patienceMs
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof RateLimited)) throw error
      // Slack says 0 sometimes; asked again at once, it would only say it again.
      const waitMs = Math.max(1, error.retryAfterSeconds) * 1000
      leftMs -= waitMs
      if (leftMs < 0)
        throw new TransientError(`${tried}: Slack asks to wait for ${error.retryAfterSeconds} s`, {
          cause: error,
          refused: true,
        })
      await clock.sleep(waitMs)
    }
  }
}
