import type { HealthCheckConfig } from '@aws-sdk/client-route-53'
import type { LocalClock } from '../../clock.ts'
import { type CheckState, judgeResult, newCheckState } from './check-state.ts'
import { startChecker } from './checker.ts'
import type { ResolveName } from './endpoint.ts'
import type { ProbeTimeouts } from './endpoint-probe.ts'

/** What one check of an endpoint saw, and when. Plain JSON, as it is saved. */
export interface Sighting {
  /** In the words of GetHealthCheckStatus. */
  readonly status: string
  /** Local time, milliseconds since the epoch. */
  readonly atMs: number
}

/** All that is known of one endpoint. Plain JSON, as it is saved. */
export interface EndpointRecord {
  readonly state: CheckState
  readonly last?: Sighting
  readonly lastFailure?: Sighting
}

/** Checks endpoints and remembers what it saw. */
export interface HealthMonitor {
  /**
   * Checks from now on as `config` says, at once for the first time, in place of what was checked under this id before.
   * @param known - What was seen of it before a restart.
   */
  watch(id: string, config: HealthCheckConfig, known?: EndpointRecord): void
  /** Stops the checks; what was seen stays. */
  pause(id: string): void
  forget(id: string): void
  forgetAll(): void
  /** A new state where nothing was seen yet. */
  recordOf(id: string): EndpointRecord
}

export interface MonitorOptions {
  readonly clock: LocalClock
  readonly resolve: ResolveName
  /** Told when a check turns from healthy to unhealthy, or back. */
  readonly onTurn: () => void
  /** Default: Route 53's own. */
  readonly timeouts?: ProbeTimeouts
}

const nothingSeen: EndpointRecord = { state: newCheckState }

export function createHealthMonitor({ clock, resolve, onTurn, timeouts }: MonitorOptions): HealthMonitor {
  const records = new Map<string, EndpointRecord>()
  const stops = new Map<string, () => void>()
  const recordOf = (id: string) => records.get(id) ?? nothingSeen

  function pause(id: string): void {
    stops.get(id)?.()
    stops.delete(id)
  }

  function note(id: string, threshold: number, outcome: { readonly passed: boolean; readonly status: string }): void {
    const before = recordOf(id)
    const last = { status: outcome.status, atMs: clock.now() }
    const state = judgeResult(before.state, outcome.passed, threshold)
    records.set(id, { ...before, state, last, ...(!outcome.passed && { lastFailure: last }) })
    if (state.status !== before.state.status) onTurn()
  }

  return {
    watch(id, config, known) {
      pause(id)
      if (known) records.set(id, known)
      const stop = startChecker(
        { id, config },
        {
          clock,
          resolve,
          onOutcome: (outcome) => note(id, config.FailureThreshold ?? 3, outcome),
          ...(timeouts && { timeouts }),
        },
      )
      stops.set(id, stop)
    },
    pause,
    forget(id) {
      pause(id)
      records.delete(id)
    },
    forgetAll() {
      for (const id of stops.keys()) pause(id)
      records.clear()
    },
    recordOf,
  }
}
