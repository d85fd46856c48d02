import type { LocalClock } from '../clock.ts'
import type { TargetGroupConfig } from './data-plane.ts'
import { probeTarget } from './health-probe.ts'
import type { Target } from './target.ts'
import type { CheckOutcome } from './target-health.ts'

export interface HealthCheckerOptions {
  readonly clock: LocalClock
  readonly config: TargetGroupConfig
  readonly onOutcome: (outcome: CheckOutcome) => void
}

/**
 * Checks one target now and then every interval of local time, until stopped. A check that is still running when its
 * next turn comes (local time may run faster than the wall) makes that turn pass unused.
 *
 * @returns Stops the checks; an outcome on its way is dropped.
 */
export function startHealthChecks(target: Target, options: HealthCheckerOptions): () => void {
  const { clock, config, onOutcome } = options
  const check = config.healthCheck
  const stopped = new AbortController()
  let running = false
  const turn = async () => {
    if (running || stopped.signal.aborted) return
    running = true
    const outcome = await probeTarget(
      {
        protocol: check.protocol,
        host: target.id,
        port: healthCheckPort(target, config),
        path: check.path,
        timeoutMs: check.timeoutSeconds * 1000,
        matcher: check.matcher,
      },
      stopped.signal,
    )
    running = false
    if (!stopped.signal.aborted) onOutcome(outcome)
  }
  const cancel = clock.every(check.intervalSeconds * 1000, () => void turn())
  void turn()
  return () => {
    cancel()
    stopped.abort()
  }
}

export function healthCheckPort(target: { readonly port: number }, config: TargetGroupConfig): number {
  return config.healthCheck.port === 'traffic-port' ? target.port : Number(config.healthCheck.port)
}
