import type { AlarmReading, AlarmSource } from '../../ports/alarm-source.ts'
import { type Clock, toInstant } from '../../ports/clock.ts'
import type { RunCall } from './faults.ts'

type AlarmState = Exclude<AlarmReading['state'], 'missing'>

/** Alarms with their history. */
export interface MemoryAlarms extends AlarmSource {
  /** Changes an alarm's state now, making it if there is none. */
  setState(name: string, state: AlarmState, options?: { readonly spanSeconds?: number }): void
  setEvaluationProblem(name: string, problem: string | null): void
}

interface Alarm {
  state: AlarmState
  changedAtMs: number
  readonly alarmAtMs: number[]
  problem: string | null
  readonly spanSeconds: number | null
}

export function createMemoryAlarms(clock: Pick<Clock, 'now'>, run: RunCall): MemoryAlarms {
  const alarms = new Map<string, Alarm>()

  function reading(name: string, sinceMs: number | null): AlarmReading {
    const alarm = alarms.get(name)
    if (!alarm)
      return {
        name,
        state: 'missing',
        changedAt: null,
        wentToAlarmAt: null,
        evaluationProblem: null,
        spanSeconds: null,
      }
    const wentAtMs = sinceMs === null ? undefined : alarm.alarmAtMs.find((atMs) => atMs >= sinceMs)
    return {
      name,
      state: alarm.state,
      changedAt: toInstant(alarm.changedAtMs),
      wentToAlarmAt: wentAtMs === undefined ? null : toInstant(wentAtMs),
      evaluationProblem: alarm.problem,
      spanSeconds: alarm.spanSeconds,
    }
  }

  return {
    read: (names, sinceMs) =>
      run({ action: 'alarms.read', subject: names.join(', ') }, () => names.map((name) => reading(name, sinceMs))),
    setState(name, state, options) {
      const changedAtMs = clock.now()
      const known = alarms.get(name)
      if (known?.state === state) return
      const alarm = known ?? { alarmAtMs: [] as number[], problem: null, spanSeconds: options?.spanSeconds ?? null }
      if (state === 'ALARM') alarm.alarmAtMs.push(changedAtMs)
      alarms.set(name, { ...alarm, state, changedAtMs })
    },
    setEvaluationProblem(name, problem) {
      const alarm = alarms.get(name)
      if (alarm) alarm.problem = problem
    },
  }
}
