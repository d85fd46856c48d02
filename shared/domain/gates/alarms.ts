import type { AlarmsGate, GateMemory, Judgement, LookContext } from './gate.ts'
import { judgeLook, type Seen } from './looks.ts'

/** State of one alarm. */
export interface AlarmReading {
  readonly name: string
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' | 'missing'
  /** When the state last changed (not merely its evaluation), ISO 8601; null when unknown. */
  readonly changedAt: string | null
  /** First change to ALARM at or after `sinceMs`, ISO 8601; null when there was none. */
  readonly wentToAlarmAt: string | null
  /** Set when the provider could not evaluate the alarm. */
  readonly evaluationProblem: string | null
  /** Period × evaluation periods, seconds; null for composite alarms. */
  readonly spanSeconds: number | null
}

export type AlarmsSample =
  | { readonly status: 'complete'; readonly alarms: readonly AlarmReading[] }
  | { readonly status: 'error'; readonly reason: string }

/**
 * Fails at once when any alarm is in ALARM now, or went there since the first shift: alarms enter and leave ALARM
 * minutes late, so the state alone would miss a fault that a short step saw. A missing or unevaluable alarm is `error`,
 * one without data `no-data`. An alarm that the source left out of its answer is missing too.
 */
export function judgeAlarms(gate: AlarmsGate, sample: AlarmsSample, memory: GateMemory, look: LookContext): Judgement {
  const rule = { failures: 1, successes: 1, failsWhileVerifying: true }
  return judgeLook(gate, rule, seeAlarms(gate, sample, look), memory, look)
}

function seeAlarms(gate: AlarmsGate, sample: AlarmsSample, look: LookContext): Seen {
  const source = 'alarm states'
  if (sample.status === 'error') {
    const reason = `alarms could not be read: ${sample.reason}`
    return { type: 'miss', outcome: 'error', reason, evidence: { source } }
  }
  const alarms = gate.alarmNames.map((name) => sample.alarms.find((alarm) => alarm.name === name) ?? absent(name))
  const evidence = { source, alarms }
  const fired = first(alarms, (alarm) => firing(alarm, look))
  if (fired) return { type: 'bad', reason: fired, evidence }
  const broken = first(alarms, unevaluable)
  if (broken) return { type: 'miss', outcome: 'error', reason: broken, evidence }
  const blind = alarms.find((alarm) => alarm.state === 'INSUFFICIENT_DATA')
  if (blind) return { type: 'miss', outcome: 'no-data', reason: `alarm ${blind.name} has no data`, evidence }
  return { type: 'good', reason: `${alarms.length} of ${alarms.length} alarms are OK`, evidence }
}

function first(alarms: readonly AlarmReading[], say: (alarm: AlarmReading) => string | null): string | null {
  return alarms.map(say).find((sentence) => sentence !== null) ?? null
}

function firing(alarm: AlarmReading, look: LookContext): string | null {
  if (alarm.state === 'ALARM') {
    return `alarm ${alarm.name} is in ALARM${alarm.changedAt === null ? '' : ` since ${alarm.changedAt}`}`
  }
  if (alarm.wentToAlarmAt === null || look.firstShiftAtMs === null) return null
  if (Date.parse(alarm.wentToAlarmAt) < look.firstShiftAtMs) return null
  return `alarm ${alarm.name} went to ALARM at ${alarm.wentToAlarmAt}, after the first shift; it is ${alarm.state} now`
}

function unevaluable(alarm: AlarmReading): string | null {
  if (alarm.state === 'missing') return `alarm ${alarm.name} does not exist`
  return alarm.evaluationProblem === null
    ? null
    : `alarm ${alarm.name} could not be evaluated: ${alarm.evaluationProblem}`
}

function absent(name: string): AlarmReading {
  return {
    name,
    state: 'missing',
    changedAt: null,
    wentToAlarmAt: null,
    evaluationProblem: null,
    spanSeconds: null,
  }
}
