import type { HealthCheckConfig } from '@aws-sdk/client-route-53'
import type { LocalClock } from '../../clock.ts'
import { findDestination, type ResolveName } from './endpoint.ts'
import { failure, type ProbeOutcome, type ProbeTimeouts, probeEndpoint, route53Timeouts } from './endpoint-probe.ts'

export interface CheckerOptions {
  readonly clock: LocalClock
  readonly resolve: ResolveName
  readonly onOutcome: (outcome: ProbeOutcome) => void
  /** Default: Route 53's own. */
  readonly timeouts?: ProbeTimeouts
}

export interface CheckedEndpoint {
  readonly id: string
  /** Complete: with the defaults filled in. */
  readonly config: HealthCheckConfig
}

/**
 * Checks one endpoint now and then always `RequestInterval` of local time after its last answer, until stopped. One
 * checker stands for all of Route 53's: here they would all see the same.
 *
 * Time-outs are real time: an endpoint that hangs holds its next check up for as long, however fast local time runs.
 *
 * @returns Stops the checks; an outcome on its way is dropped.
 * @see Amazon Route 53 API Reference, HealthCheckConfig, RequestInterval
 */
export function startChecker(endpoint: CheckedEndpoint, options: CheckerOptions): () => void {
  const { clock, onOutcome } = options
  const stopped = new AbortController()
  let cancel = () => {}
  let turns = 0
  const turn = async () => {
    const outcome = await checkOnce(endpoint, { ...options, turn: turns++, signal: stopped.signal })
    if (stopped.signal.aborted) return
    onOutcome(outcome)
    // What was told may have stopped this very checker.
    if (!stopped.signal.aborted) cancel = clock.after((endpoint.config.RequestInterval ?? 30) * 1000, () => void turn())
  }
  void turn()
  return () => {
    cancel()
    stopped.abort()
  }
}

async function checkOnce(
  { id, config }: CheckedEndpoint,
  { resolve, timeouts = route53Timeouts, turn, signal }: CheckerOptions & { turn: number; signal: AbortSignal },
): Promise<ProbeOutcome> {
  const found = await findDestination(config, { resolve, turn, timeoutMs: timeouts.httpConnectMs })
  if (found.address === null) return failure(found.reason)
  const probe = { healthCheckId: id, config, address: found.address, timeouts }
  // Node refuses a path or host name that cannot be sent: the check fails, the others go on.
  const outcome = await probeEndpoint(probe, signal).catch((error: Error) => failure(error.message))
  if (outcome.passed || !found.isResolved) return outcome
  return { ...outcome, status: outcome.status.replace('Failure: ', `Failure: Resolved IP: ${found.address}. `) }
}
