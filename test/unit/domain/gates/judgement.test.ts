import { describe, expect, it } from 'vitest'
import { emptyMemory, type Outcome, type Verdict } from '../../../../shared/domain/gates/gate.ts'
import { combineVerdicts, isJudged, memoryFor } from '../../../../shared/domain/gates/judgement.ts'
import { aMetricGate, anAlarmsGate, aProbeGate, aTargetHealthGate } from '../../../support/gates.ts'

const verdict = (outcome: Outcome, reason: string = outcome): Verdict => ({ outcome, reason, evidence: {} })

describe('combineVerdicts', () => {
  const worstFirst: readonly Outcome[] = ['fail', 'error', 'no-data', 'pass']

  it('lets fail beat error, error beat no-data, no-data beat pass, in any order', () => {
    for (const [index, worse] of worstFirst.entries())
      for (const better of worstFirst.slice(index)) {
        expect(combineVerdicts([verdict(worse), verdict(better)]).outcome).toBe(worse)
        expect(combineVerdicts([verdict(better), verdict(worse)]).outcome).toBe(worse)
      }
  })

  it('keeps the first of equals', () => {
    expect(combineVerdicts([verdict('pass'), verdict('fail', 'one'), verdict('fail', 'two')]).reason).toBe('one')
  })

  it('is no-data when nothing was judged', () => {
    expect(combineVerdicts([]).outcome).toBe('no-data')
  })
})

describe('memoryFor', () => {
  const memory = { ...emptyMemory(2), badInARow: 1, judgedUntilMs: 1000 }
  const look = (step: number, settledAtMs: number) => ({
    ...{ step, settledAtMs, nowMs: 5000, firstShiftAtMs: 0, weight: 10 },
  })

  it('keeps what belongs to the step and forgets what belongs to another', () => {
    expect(memoryFor(memory, look(2, 1000))).toBe(memory)
    expect(memoryFor(memory, look(3, 1000))).toEqual(emptyMemory(3))
  })

  it('forgets what was seen before the weight of the same step was written again', () => {
    expect(memoryFor(memory, look(2, 1001))).toEqual(emptyMemory(2))
    expect(memoryFor({ ...memory, missedAtMs: 1001 }, look(2, 1001)).badInARow).toBe(1)
  })
})

describe('isJudged', () => {
  it.each([
    { gate: aTargetHealthGate(), before: true, during: true },
    { gate: anAlarmsGate(), before: false, during: true },
    { gate: aMetricGate(), before: false, during: true },
    { gate: aProbeGate({ when: 'before' }), before: true, during: false },
    { gate: aProbeGate({ when: 'during' }), before: false, during: true },
    { gate: aProbeGate({ when: 'both' }), before: true, during: true },
  ])('judges $gate.kind before: $before, during: $during', ({ gate, before, during }) => {
    expect(isJudged(gate, 'before')).toBe(before)
    expect(isJudged(gate, 'during')).toBe(during)
  })
})
