import { describe, expect, it } from 'vitest'
import { type AlarmReading, type AlarmsSample, judgeAlarms } from '../../../../shared/domain/gates/alarms.ts'
import { emptyMemory } from '../../../../shared/domain/gates/gate.ts'
import { aLook, anAlarm, anAlarmsGate, aVerifyingLook } from '../../../support/gates.ts'

const gate = anAlarmsGate({ alarmNames: ['web-5xx', 'web-p99'] })
const p99 = (overrides: Partial<AlarmReading> = {}) => anAlarm({ name: 'web-p99', ...overrides })
const read = (...alarms: AlarmReading[]): AlarmsSample => ({ status: 'complete', alarms })
const judge = (sample: AlarmsSample, look = aLook(60), memory = emptyMemory(0)) =>
  judgeAlarms(gate, sample, memory, look)

const afterShift = new Date(aLook(-20).nowMs).toISOString()
const beforeShift = new Date(aLook(-21).nowMs).toISOString()

describe('judgeAlarms', () => {
  it.each<{ name: string; alarms: AlarmReading[]; outcome: string; reason: string }>([
    { name: 'all are OK', alarms: [anAlarm(), p99()], outcome: 'pass', reason: '2 of 2 alarms are OK' },
    {
      name: 'one is in ALARM',
      alarms: [anAlarm(), p99({ state: 'ALARM', changedAt: beforeShift })],
      outcome: 'fail',
      reason: `1 of 1 bad looks in a row: alarm web-p99 is in ALARM since ${beforeShift}`,
    },
    {
      name: 'one is in ALARM, nobody knows since when',
      alarms: [anAlarm({ state: 'ALARM' }), p99()],
      outcome: 'fail',
      reason: '1 of 1 bad looks in a row: alarm web-5xx is in ALARM',
    },
    {
      name: 'one was in ALARM since the first shift',
      alarms: [anAlarm({ wentToAlarmAt: afterShift }), p99()],
      outcome: 'fail',
      reason: `1 of 1 bad looks in a row: alarm web-5xx went to ALARM at ${afterShift}, after the first shift; it is OK now`,
    },
    {
      name: 'one was in ALARM only before it',
      alarms: [anAlarm({ wentToAlarmAt: beforeShift }), p99()],
      outcome: 'pass',
      reason: '2 of 2 alarms are OK',
    },
    {
      name: 'one does not exist',
      alarms: [anAlarm({ state: 'missing' }), p99({ state: 'INSUFFICIENT_DATA' })],
      outcome: 'error',
      reason: 'alarm web-5xx does not exist',
    },
    {
      name: 'one was left out of the answer',
      alarms: [anAlarm()],
      outcome: 'error',
      reason: 'alarm web-p99 does not exist',
    },
    {
      name: 'one could not be evaluated',
      alarms: [anAlarm({ evaluationProblem: 'PARTIAL_DATA' }), p99()],
      outcome: 'error',
      reason: 'alarm web-5xx could not be evaluated: PARTIAL_DATA',
    },
    {
      name: 'one has no data',
      alarms: [anAlarm(), p99({ state: 'INSUFFICIENT_DATA' })],
      outcome: 'no-data',
      reason: 'alarm web-p99 has no data',
    },
    {
      name: 'one fires and another is missing',
      alarms: [anAlarm({ state: 'missing' }), p99({ state: 'ALARM' })],
      outcome: 'fail',
      reason: '1 of 1 bad looks in a row: alarm web-p99 is in ALARM',
    },
  ])('is $outcome when $name', ({ alarms, outcome, reason }) => {
    const { verdict, settled } = judge(read(...alarms))
    expect(verdict).toMatchObject({ outcome, reason })
    expect(settled).toBe(outcome === 'pass')
  })

  it('is an error when the alarms cannot be read', () => {
    expect(judge({ status: 'error', reason: 'throttled' })).toMatchObject({
      verdict: {
        outcome: 'error',
        reason: 'alarms could not be read: throttled',
        evidence: { source: 'alarm states' },
      },
      settled: false,
    })
  })

  it('fails at once even just after a good look that counted', () => {
    const { memory } = judge(read(anAlarm(), p99()), aLook(60))
    expect(judge(read(anAlarm({ state: 'ALARM' }), p99()), aLook(61), memory).verdict.outcome).toBe('fail')
  })

  it('looks at no history before the first shift', () => {
    const sample = read(anAlarm({ wentToAlarmAt: afterShift }), p99())
    expect(judge(sample, aVerifyingLook(60)).verdict.outcome).toBe('pass')
  })

  it('spends misses while an alarm has no data, after the grace', () => {
    let memory = emptyMemory(0)
    const spent = [60, 180, 300, 360, 420].map((seconds) => {
      const judgement = judge(read(anAlarm({ state: 'INSUFFICIENT_DATA' }), p99()), aLook(seconds), memory)
      memory = judgement.memory
      return [judgement.memory.misses, judgement.missesSpent]
    })
    expect(spent).toEqual([
      [0, false],
      [0, false],
      [1, false],
      [2, false],
      [3, true],
    ])
  })

  it('keeps every reading as evidence', () => {
    expect(judge(read(anAlarm(), p99())).verdict.evidence).toMatchObject({ alarms: [anAlarm(), p99()] })
  })
})
