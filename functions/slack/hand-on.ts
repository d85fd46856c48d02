import type { Logger } from '../../shared/logger.ts'
import type { SeenTriggers } from '../../shared/ports/seen-triggers.ts'
import type { SlackWork } from './work.ts'

export interface HandOnOptions {
  readonly seenTriggers: SeenTriggers
  /** Starts the work and comes back: the answer to it goes to the work's `responseUrl`, not through here. */
  readonly dispatch: (work: SlackWork) => Promise<void>
  readonly logger: Logger
  /** How long handing on may take, real milliseconds. Default 2000: Slack gives up after 3000. */
  readonly handOnMs?: number
}

/**
 * What became of it. `repeated`: somebody took this trigger before. `failed`: nobody does it. `unknown`: it took too long
 * to say.
 */
export type Handing = 'handed-on' | 'repeated' | 'failed' | 'unknown'

/**
 * Takes the trigger, then hands the work on; both within the time that Slack waits. In this order: a trigger that is
 * taken for nothing costs a person one more click, work that is begun twice could cost more.
 */
export async function handOn(options: HandOnOptions, work: SlackWork): Promise<Handing> {
  const { logger, handOnMs = 2000 } = options
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<Handing>((resolve) => {
    timer = setTimeout(() => resolve('unknown'), handOnMs)
  })
  const handing = await Promise.race([takeAndDispatch(options, work), tooLate])
  clearTimeout(timer)
  const { triggerId, caller, command } = work
  logger.info('slack-work', { triggerId, ...caller, word: command.word, handing })
  return handing
}

async function takeAndDispatch({ seenTriggers, dispatch, logger }: HandOnOptions, work: SlackWork): Promise<Handing> {
  try {
    if (!(await seenTriggers.take(work.triggerId))) return 'repeated'
    await dispatch(work)
    return 'handed-on'
  } catch (error) {
    logger.error('slack-work-not-handed-on', { triggerId: work.triggerId, error })
    return 'failed'
  }
}
