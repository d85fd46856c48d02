import type { Logger } from '../../logger.ts'
import type { Alerts } from '../../ports/alerts.ts'
import { type Clock, toInstant } from '../../ports/clock.ts'
import type { Notifier } from '../../ports/notifier.ts'

export interface AlertNotifierOptions {
  readonly alerts: Pick<Alerts, 'put'>
  /** Tells it as well, and first: it needs nobody else. */
  readonly log: Notifier
  readonly newAlertId: () => string
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Pick<Logger, 'error'>
}

/** Pages through the log, and leaves an alert for whoever tells people. Never throws: what pages has better things to do. */
export function createAlertNotifier({ alerts, log, newAlertId, clock, logger }: AlertNotifierOptions): Notifier {
  return {
    async page(deployment, message) {
      await log.page(deployment, message)
      try {
        await alerts.put({ id: newAlertId(), deployment: deployment.id, message, at: toInstant(clock.now()) })
      } catch (error) {
        logger.error('alert-not-kept', { deployment: deployment.id, error })
      }
    },
  }
}
