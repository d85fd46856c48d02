import { NotFoundError, TransientError } from '../../domain/errors.ts'
import type { Logger } from '../../logger.ts'
import type { Clock } from '../../ports/clock.ts'
import type { HookAnswer, HookStatus } from '../../ports/hook-status.ts'
import type { Within } from './judge-hook.ts'

/** Real milliseconds before the second try, doubled with each further one. */
const firstPauseMs = 500
const longestPauseMs = 8000

/** What became of an answer. `nobody-asked`: CodeDeploy knows no such hook, and no repetition changes that. */
export type Answered = 'taken' | 'already-over' | 'nobody-asked'

export interface AnswerDeps {
  readonly hookStatus: HookStatus
  readonly clock: Clock
  readonly logger: Logger
  readonly within: Within
}

/**
 * Answers a hook, again and again while CodeDeploy cannot be asked: a hook without an answer holds its deployment for an
 * hour.
 *
 * @param leftMs - Real milliseconds until the function ends.
 * @throws {UpstreamError} If CodeDeploy refuses.
 * @throws {TransientError} If there is no more time. Whoever called the function asynchronously, as CodeDeploy does, has
 *   Lambda call it again.
 */
export async function answerHook(deps: AnswerDeps, answer: HookAnswer, leftMs: () => number): Promise<Answered> {
  const { hookStatus, clock, logger, within } = deps
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await within(Math.max(1, leftMs()), () => hookStatus.put(answer))
    } catch (error) {
      if (error instanceof NotFoundError) {
        logger.error('hook-nobody-asked', { deployment: answer.deploymentId, error })
        return 'nobody-asked'
      }
      if (!(error instanceof TransientError) || leftMs() <= pauseMs) throw error
      logger.warn('hook-answer-retried', { deployment: answer.deploymentId, error })
    }
    await clock.sleep(pauseMs)
  }
}
