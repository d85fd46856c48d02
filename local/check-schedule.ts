import type { Deps } from '../shared/deps.ts'
import type { Logger } from '../shared/logger.ts'
import { checkOpenDeployments } from '../shared/use-cases/check-open-deployments.ts'
import type { LocalClock } from './clock.ts'

const minuteMs = 60_000

export interface CheckSchedule {
  /** Runs the check, after the one that is running. */
  now(): Promise<void>
  /** Asks for a check as an event would: soon, and once for several events at the same time. */
  soon(): void
  /** Stops, after the check that is running. */
  close(): Promise<void>
}

/** The rollback check of local mode: each local minute, and on events, never two at once. */
export function createCheckSchedule({
  deps,
  clock,
  logger,
}: {
  deps: Deps
  clock: LocalClock
  logger: Logger
}): CheckSchedule {
  let running: Promise<void> | null = null
  let waiting: Promise<void> | null = null
  const run = async () => {
    try {
      await checkOpenDeployments(deps)
    } catch (error) {
      // What an alarm on the function's errors would tell on AWS.
      logger.error('rollback-check-failed', { error })
    }
  }
  const start = (): Promise<void> => {
    running = run().finally(() => {
      running = null
    })
    return running
  }
  const now = (): Promise<void> => {
    if (!running) return start()
    waiting ??= running.then(() => {
      waiting = null
      return start()
    })
    return waiting
  }
  const soon = () => void now()
  const cancel = clock.every(minuteMs, () => {
    // A minute that finds the last check still running has nothing to add.
    if (!running) void start()
  })
  return {
    now,
    soon,
    async close() {
      cancel()
      await (waiting ?? running)
    },
  }
}
