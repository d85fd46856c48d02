import type { AlarmHistoryItem, CompositeAlarm, MetricAlarm } from '@aws-sdk/client-cloudwatch'
import type { AlarmReading } from '../../ports/alarm-source.ts'

/** A name that DescribeAlarms did not answer for. */
export function toMissing(name: string): AlarmReading {
  return { name, state: 'missing', changedAt: null, wentToAlarmAt: null, evaluationProblem: null, spanSeconds: null }
}

/** @param wentToAlarmAt - First change to ALARM in the time asked about, ISO 8601; null: none. */
export function toReading(
  name: string,
  alarm: MetricAlarm | CompositeAlarm,
  wentToAlarmAt: string | null,
): AlarmReading {
  const problem = 'EvaluationState' in alarm ? alarm.EvaluationState : undefined
  return {
    name,
    state: alarm.StateValue ?? 'INSUFFICIENT_DATA',
    changedAt: changedAtOf(alarm),
    wentToAlarmAt,
    evaluationProblem: problem ? `CloudWatch reports ${problem}: ${alarm.StateReason ?? 'no reason given'}` : null,
    spanSeconds: 'AlarmRule' in alarm ? null : spanSecondsOf(alarm),
  }
}

/** When `StateValue` last changed. `StateUpdatedTimestamp` moves with the evaluation too, so it is no substitute. */
export function changedAtOf({ StateTransitionedTimestamp: at }: MetricAlarm | CompositeAlarm): string | null {
  return at?.toISOString() ?? null
}

function spanSecondsOf({ Period, EvaluationPeriods, Metrics }: MetricAlarm): number | null {
  // An alarm on an expression has its periods in the metrics that go into it.
  const periods = [Period, ...(Metrics ?? []).flatMap(({ Period: own, MetricStat }) => [own, MetricStat?.Period])]
  const longest = Math.max(0, ...periods.map((period) => period ?? 0))
  return longest > 0 && EvaluationPeriods ? longest * EvaluationPeriods : null
}

/** True when a `StateUpdate` item tells of a change from another state to ALARM. */
export function isChangeToAlarm({ HistoryData, HistorySummary }: AlarmHistoryItem): boolean {
  const states = parseStates(HistoryData)
  // HistoryData is cut at 4,095 characters; the summary ("Alarm updated from OK to ALARM") is always whole.
  return states ? states.now === 'ALARM' && states.before !== 'ALARM' : / to ALARM\b/.test(HistorySummary ?? '')
}

function parseStates(data: string | undefined): { readonly before: unknown; readonly now: unknown } | null {
  try {
    const parsed: unknown = JSON.parse(data ?? '')
    const now = member(member(parsed, 'newState'), 'stateValue')
    return now === undefined ? null : { before: member(member(parsed, 'oldState'), 'stateValue'), now }
  } catch {
    return null
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined
}
