import {
  type AlarmType,
  type CloudWatchClient,
  type CompositeAlarm,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch'
import type { AlarmReading, AlarmSource } from '../../ports/alarm-source.ts'
import { callingAws } from '../aws-error.ts'
import { withDeadline } from '../deadline.ts'
import { changedAtOf, isChangeToAlarm, toMissing, toReading } from './alarm-reading.ts'

export type Alarm = MetricAlarm | CompositeAlarm

/** @see CloudWatch API reference, DescribeAlarms.AlarmNames */
export const namesPerCall = 100

/** The alarms of these names, at most 100; one that does not exist is absent. */
export type DescribeAlarms = (names: readonly string[]) => Promise<ReadonlyMap<string, Alarm>>

/** Left out, both calls answer for metric alarms only. */
const alarmTypes: AlarmType[] = ['MetricAlarm', 'CompositeAlarm']

/**
 * States of alarms in the client's own Region.
 *
 * @param deadlineMs - Real milliseconds for each page, retries included. Default 10,000.
 */
export function createCloudWatchAlarmSource(client: CloudWatchClient, deadlineMs = 10_000): AlarmSource {
  const describe = createDescribeAlarms(client, deadlineMs)
  return toAlarmSource(client, deadlineMs, async (names) => {
    const found = new Map<string, Alarm>()
    for (let from = 0; from < names.length; from += namesPerCall)
      for (const [name, alarm] of await describe(names.slice(from, from + namesPerCall))) found.set(name, alarm)
    return found
  })
}

/** One call, and its further pages. */
export function createDescribeAlarms(client: CloudWatchClient, deadlineMs: number): DescribeAlarms {
  return async (names) => {
    const found = new Map<string, Alarm>()
    let nextToken: string | undefined
    do {
      const command = new DescribeAlarmsCommand({
        AlarmNames: [...names],
        AlarmTypes: alarmTypes,
        MaxRecords: namesPerCall,
        ...(nextToken ? { NextToken: nextToken } : {}),
      })
      const attempt = { tried: 'cloudwatch:DescribeAlarms', on: names.join(', ') }
      const answer = await callingAws(attempt, () =>
        withDeadline(deadlineMs, (abortSignal) => client.send(command, { abortSignal })),
      )
      for (const alarm of [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])])
        if (alarm.AlarmName) found.set(alarm.AlarmName, alarm)
      nextToken = answer.NextToken
    } while (nextToken)
    return found
  }
}

/**
 * What is made of the alarms, whoever describes them. Their histories are read one by one, where they have changed.
 *
 * @param describe - Takes any number of names.
 */
export function toAlarmSource(client: CloudWatchClient, deadlineMs: number, describe: DescribeAlarms): AlarmSource {
  const within = <T>(tried: string, on: string, send: (abortSignal: AbortSignal) => Promise<T>) =>
    callingAws({ tried: `cloudwatch:${tried}`, on }, () => withDeadline(deadlineMs, send))

  /** First change to ALARM at or after `sinceMs`; null: none in the history. */
  async function firstChangeToAlarm(name: string, sinceMs: number): Promise<string | null> {
    let nextToken: string | undefined
    do {
      const command = new DescribeAlarmHistoryCommand({
        AlarmName: name,
        AlarmTypes: alarmTypes,
        HistoryItemType: 'StateUpdate',
        StartDate: new Date(sinceMs),
        ScanBy: 'TimestampAscending',
        MaxRecords: 100,
        ...(nextToken ? { NextToken: nextToken } : {}),
      })
      const answer = await within('DescribeAlarmHistory', name, (abortSignal) => client.send(command, { abortSignal }))
      const change = answer.AlarmHistoryItems?.find(
        (item) => isChangeToAlarm(item) && (item.Timestamp?.getTime() ?? 0) >= sinceMs,
      )
      if (change?.Timestamp) return change.Timestamp.toISOString()
      nextToken = answer.NextToken
    } while (nextToken)
    return null
  }

  async function wentToAlarmAt(name: string, alarm: Alarm, sinceMs: number): Promise<string | null> {
    const changedAt = changedAtOf(alarm)
    // Unchanged since: its history has nothing for us, and a call is saved.
    if (changedAt !== null && Date.parse(changedAt) < sinceMs) return null
    const change = await firstChangeToAlarm(name, sinceMs)
    // The history may lag behind the state.
    return change ?? (alarm.StateValue === 'ALARM' ? changedAt : null)
  }

  async function read(name: string, alarm: Alarm | undefined, sinceMs: number | null): Promise<AlarmReading> {
    if (!alarm) return toMissing(name)
    return toReading(name, alarm, sinceMs === null ? null : await wentToAlarmAt(name, alarm, sinceMs))
  }

  return {
    async read(names, sinceMs) {
      const found = await describe([...new Set(names)])
      const readings: AlarmReading[] = []
      // One after the other: few alarms changed lately, and the account's rate is low.
      for (const name of names) readings.push(await read(name, found.get(name), sinceMs))
      return readings
    },
  }
}
