import type {
  AlarmHistoryItem,
  DescribeAlarmHistoryInput,
  DescribeAlarmHistoryOutput,
  HistoryItemType,
} from '@aws-sdk/client-cloudwatch'
import type { Alarm, AlarmState } from './alarm.ts'
import { checkedScanBy } from './get-metric-data.ts'
import { pageOf } from './page.ts'

/** CloudWatch keeps alarm history for 30 days; the count is ours, so that memory stays bounded. */
const keepMs = 30 * 24 * 3_600_000
const maxItems = 10_000

/** One entry, plain JSON. Entries outlive their alarm. */
export interface HistoryEntry {
  readonly alarmName: string
  readonly alarmType: 'MetricAlarm' | 'CompositeAlarm'
  readonly at: number
  readonly type: HistoryItemType
  readonly summary: string
  /** JSON text. */
  readonly data: string
}

export interface AlarmHistory {
  add(entry: HistoryEntry): void
  /** Answers DescribeAlarmHistory. @throws {AwsError} For an unknown order, a bad page size or a foreign token. */
  describe(input: DescribeAlarmHistoryInput): DescribeAlarmHistoryOutput
  save(): readonly HistoryEntry[]
  load(entries: readonly HistoryEntry[]): void
}

export function createAlarmHistory(now: () => number): AlarmHistory {
  /** Oldest first. */
  let entries: HistoryEntry[] = []
  return {
    add(entry) {
      entries.push(entry)
      if (entries.length > maxItems || (entries[0]?.at ?? 0) < now() - keepMs)
        entries = entries.filter(({ at }) => at >= now() - keepMs).slice(-maxItems)
    },
    describe(input) {
      // As for DescribeAlarms: without AlarmTypes, metric alarms only (API reference, DescribeAlarmHistory).
      const types: readonly string[] = input.AlarmTypes?.length ? input.AlarmTypes : ['MetricAlarm']
      const from = input.StartDate?.getTime() ?? Number.NEGATIVE_INFINITY
      const to = input.EndDate?.getTime() ?? Number.POSITIVE_INFINITY
      const found = entries.filter(
        (entry) =>
          types.includes(entry.alarmType) &&
          (input.AlarmName === undefined || input.AlarmName === entry.alarmName) &&
          (input.HistoryItemType === undefined || input.HistoryItemType === entry.type) &&
          entry.at >= from &&
          entry.at <= to,
      )
      if (checkedScanBy(input.ScanBy) === 'TimestampDescending') found.reverse()
      const { items, nextToken } = pageOf(found, {
        token: input.NextToken,
        size: input.MaxRecords ?? 100,
        maxSize: 100,
      })
      return {
        AlarmHistoryItems: items.map(toItem),
        ...(nextToken !== undefined && { NextToken: nextToken }),
      }
    },
    save: () => entries,
    load(saved) {
      entries = [...saved]
    },
  }
}

function toItem(entry: HistoryEntry): AlarmHistoryItem {
  return {
    AlarmName: entry.alarmName,
    AlarmType: entry.alarmType,
    Timestamp: new Date(entry.at),
    HistoryItemType: entry.type,
    HistorySummary: entry.summary,
    HistoryData: entry.data,
  }
}

/** The entry for a change of state. */
export function stateEntry(alarm: Alarm, before: AlarmState, after: AlarmState): HistoryEntry {
  const data = { version: '1.0', oldState: toStateData(before), newState: toStateData(after) }
  return {
    ...subject(alarm),
    at: after.updatedAt,
    type: 'StateUpdate',
    summary: `Alarm updated from ${before.value} to ${after.value}`,
    data: JSON.stringify(data),
  }
}

/** The entry for an alarm that was created, updated or deleted. */
export function configurationEntry(alarm: Alarm, change: 'Create' | 'Update' | 'Delete', at: number): HistoryEntry {
  const data = {
    version: '1.0',
    type: change,
    [`${change.toLowerCase()}dAlarm`]: { ...alarm.settings, alarmName: alarm.name },
  }
  return {
    ...subject(alarm),
    at,
    type: 'ConfigurationUpdate',
    summary: `Alarm "${alarm.name}" ${change.toLowerCase()}d`,
    data: JSON.stringify(data),
  }
}

function subject({ name, kind }: Alarm) {
  return { alarmName: name, alarmType: kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm' } as const
}

function toStateData({ value, reason, reasonData }: AlarmState) {
  return {
    stateValue: value,
    stateReason: reason,
    ...(reasonData !== undefined && { stateReasonData: parsed(reasonData) }),
  }
}

/** SetAlarmState takes any JSON text, so it was checked before it was kept. */
function parsed(text: string): unknown {
  return JSON.parse(text)
}
