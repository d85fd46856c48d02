import type { Alarm, AlarmState, CompositeAlarmRecord } from './alarm.ts'
import { toAlarmTimestamp } from './alarm-reason.ts'
import { type AlarmRule, alarmsIn, evaluateAlarmRule, parseAlarmRule } from './alarm-rule.ts'

type Find = (name: string) => Alarm | undefined

/** The composite alarms whose rules look at `name` directly. */
export function parentsOf(name: string, alarms: Iterable<Alarm>): CompositeAlarmRecord[] {
  return [...alarms].flatMap((alarm) => (alarm.kind === 'composite' && childrenOf(alarm).includes(name) ? [alarm] : []))
}

export function childrenOf(alarm: CompositeAlarmRecord): string[] {
  return alarmsIn(ruleOf(alarm))
}

/**
 * The state a composite alarm should have now.
 *
 * @param cause - The alarm whose change made us look; absent when the composite alarm itself was created or updated.
 * @returns Undefined if it keeps its state: nothing changed, or it is part of a cycle, which stops evaluation.
 */
export function judgeComposite(
  alarm: CompositeAlarmRecord,
  { find, cause, now }: { readonly find: Find; readonly cause: Alarm | undefined; readonly now: number },
): Pick<AlarmState, 'value' | 'reason' | 'reasonData'> | undefined {
  if (isInCycle(alarm, find)) return undefined
  const rule = ruleOf(alarm)
  const value = evaluateAlarmRule(rule, (name) => find(name)?.state.value) ? 'ALARM' : 'OK'
  if (value === alarm.state.value) return undefined
  const reason = cause
    ? `${cause.arn} transitioned to ${cause.state.value} at ${spelledDate(cause.state.transitionedAt)}`
    : `${alarm.arn} was created or updated and its alarm rule evaluates to ${value} at ${spelledDate(now)}`
  return { value, reason, reasonData: JSON.stringify({ triggeringAlarms: cause ? [toTrigger(cause)] : [] }) }
}

function ruleOf(alarm: CompositeAlarmRecord): AlarmRule {
  return parseAlarmRule(alarm.settings.AlarmRule ?? '')
}

function isInCycle(alarm: CompositeAlarmRecord, find: Find): boolean {
  const seen = new Set<string>()
  const open = childrenOf(alarm)
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === alarm.name) return true
    const child = find(name)
    if (seen.has(name) || child?.kind !== 'composite') continue
    seen.add(name)
    open.push(...childrenOf(child))
  }
  return false
}

function toTrigger({ arn, state }: Alarm) {
  return { arn, state: { value: state.value, timestamp: toAlarmTimestamp(state.transitionedAt) } }
}

/** `Thursday 01 January, 2026 00:00:00 UTC`. */
function spelledDate(at: number): string {
  const date = new Date(at)
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' }).format(date)
  const day = String(date.getUTCDate()).padStart(2, '0')
  const time = date.toISOString().slice(11, 19)
  return `${part({ weekday: 'long' })} ${day} ${part({ month: 'long' })}, ${date.getUTCFullYear()} ${time} UTC`
}
