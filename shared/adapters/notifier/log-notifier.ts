import type { Logger } from '../../logger.ts'
import type { Notifier } from '../../ports/notifier.ts'

/** Pages through the log: an alarm on the event name `needs-attention` reaches whoever is on call. */
export function createLogNotifier(logger: Logger): Notifier {
  return {
    async page(deployment, message) {
      logger.error('needs-attention', {
        deploymentId: deployment.id,
        service: deployment.service,
        phase: deployment.phase,
        message,
      })
    },
  }
}
