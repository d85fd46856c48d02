import { expect, it } from 'vitest'
import { scheduleEvaluation } from '../../../../../local/aws/cloudwatch/alarm-schedule.ts'
import { createManualClock } from '../../../../../local/clock.ts'

it('runs on the marks of the clock until it is stopped', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1, 0, 0, 33))
  const turns: string[] = []
  const note = (kind: string) => () => turns.push(`${kind} ${new Date(clock.now()).toISOString().slice(14, 19)}`)
  const stop = scheduleEvaluation(clock, { onMinute: note('minute'), onTenSeconds: note('fine') })
  await clock.advance(40_000)
  stop()
  await clock.advance(120_000)
  expect(turns).toEqual(['fine 00:40', 'fine 00:50', 'minute 01:00', 'fine 01:10'])
})

it('loses no minute to a late turn', () => {
  let now = 0
  const due: (() => void)[] = []
  const clock = {
    ...createManualClock(0),
    now: () => now,
    after: (_localMs: number, action: () => void) => {
      due.push(action)
      return () => {}
    },
  }
  const turns: string[] = []
  scheduleEvaluation(clock, { onMinute: () => turns.push('minute'), onTenSeconds: () => turns.push('fine') })
  for (now of [10_000, 75_000, 80_000, 185_000]) due.shift()?.()
  expect(turns).toEqual(['fine', 'minute', 'fine', 'minute'])
})
