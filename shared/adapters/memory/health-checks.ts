import type { Clock } from '../../ports/clock.ts'
import type { HealthCheckReading, HealthCheckSource } from '../../ports/health-check-source.ts'
import type { RunCall } from './faults.ts'

const minuteMs = 60_000
/** As in CloudWatch: a status that is older is none. */
const lookBackMs = 5 * minuteMs

/** Route 53 health checks and what their checkers reported, minute by minute. */
export interface MemoryHealthChecks extends HealthCheckSource {
  /** The status of the minute that `atMs` falls into; of two the worse counts. */
  report(id: string, atMs: number, state: 'healthy' | 'unhealthy'): void
  /** From now on each minute has this status as soon as it is over; null: none any more. */
  setState(id: string, state: 'healthy' | 'unhealthy' | null): void
}

interface Change {
  readonly fromMs: number
  readonly state: 'healthy' | 'unhealthy' | null
}

export function createMemoryHealthChecks(clock: Pick<Clock, 'now'>, run: RunCall): MemoryHealthChecks {
  const reports = new Map<string, Map<number, 'healthy' | 'unhealthy'>>()
  const changes = new Map<string, readonly Change[]>()
  const startOf = (atMs: number) => Math.floor(atMs / minuteMs) * minuteMs

  /** The worst moment of a minute. */
  function stateIn(id: string, startMs: number): Change['state'] {
    const reported = reports.get(id)?.get(startMs)
    const known = changes.get(id) ?? []
    const during = known.filter(({ fromMs }, index) => {
      const untilMs = known[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY
      return fromMs < startMs + minuteMs && untilMs > startMs
    })
    const states = [reported ?? null, ...during.map(({ state }) => state)]
    if (states.includes('unhealthy')) return 'unhealthy'
    return states.includes('healthy') ? 'healthy' : null
  }

  function reading(id: string): HealthCheckReading {
    const endMs = startOf(clock.now())
    for (let startMs = endMs - minuteMs; startMs >= endMs - lookBackMs; startMs -= minuteMs) {
      const state = stateIn(id, startMs)
      if (state !== null) return { id, state, startMs }
    }
    return { id, state: 'no-data', startMs: null }
  }

  return {
    read: (ids) => run({ action: 'health-checks.read', subject: ids.join(', ') }, () => ids.map(reading)),
    report(id, atMs, state) {
      const minutes = reports.get(id) ?? new Map<number, 'healthy' | 'unhealthy'>()
      const startMs = startOf(atMs)
      minutes.set(startMs, minutes.get(startMs) === 'unhealthy' ? 'unhealthy' : state)
      reports.set(id, minutes)
    },
    setState(id, state) {
      changes.set(id, [...(changes.get(id) ?? []), { fromMs: clock.now(), state }])
    },
  }
}
