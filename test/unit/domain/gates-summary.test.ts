import { describe, expect, it } from 'vitest'
import type { Gate, Judgement, Outcome } from '../../../shared/domain/gates/gate.ts'
import { emptyMemory } from '../../../shared/domain/gates/gate.ts'
import { summariseGates } from '../../../shared/domain/gates-summary.ts'
import { aCompareGate, aMetricGate } from '../../support/gates.ts'

function judged(gate: Partial<Gate>, outcome: Outcome, more: Partial<Judgement> = {}) {
  const judgement: Judgement = {
    verdict: { outcome, reason: `${outcome} of ${gate.name}`, evidence: {} },
    memory: emptyMemory(0),
    settled: outcome === 'pass',
    missesSpent: false,
    ...more,
  }
  return { gate: { ...aMetricGate(), ...gate } as Gate, judgement }
}

describe('summariseGates', () => {
  it('has nothing to say when every gate passes', () => {
    expect(summariseGates([judged({ name: 'a' }, 'pass')], [])).toEqual({
      failing: null,
      blind: null,
      unsettled: null,
      proven: false,
    })
  })

  it('leaves out gates that only observe', () => {
    const observed = judged({ name: 'a', mode: 'observe' }, 'fail', { missesSpent: true })
    expect(summariseGates([observed], [])).toEqual({ failing: null, blind: null, unsettled: null, proven: false })
  })

  it.each([0, 1])('hears a rollback before a halt, whatever their order', (first) => {
    const gates = [
      judged({ name: 'soft', onFail: 'halt', onNoData: 'halt' }, 'fail', { missesSpent: true }),
      judged({ name: 'hard', onFail: 'roll-back', onNoData: 'roll-back' }, 'fail', { missesSpent: true }),
    ]
    const summary = summariseGates(first === 0 ? gates : gates.toReversed(), [])
    expect(summary.failing).toEqual({ gate: 'hard', reason: 'fail of hard', answer: 'roll-back' })
    expect(summary.blind?.gate).toBe('hard')
  })

  it('does not halt again for a gate from which a person resumed, but rolls back for it', () => {
    const soft = judged({ name: 'soft', onFail: 'halt', onNoData: 'roll-back' }, 'fail', { missesSpent: true })
    const summary = summariseGates([soft], ['soft'])
    expect(summary.failing).toBeNull()
    expect(summary.blind).toEqual({ gate: 'soft', reason: 'fail of soft', answer: 'roll-back' })
    expect(summary.unsettled).toBeNull()
  })

  const proving = (name: string, outcome: Outcome, more: Partial<Judgement> = {}, gate: Partial<Gate> = {}) => {
    const { judgement } = judged({ name }, outcome, more)
    return { gate: { ...aCompareGate({ name, atStepEnd: 'prove' }), ...gate } as Gate, judgement }
  }
  it.each<{ name: string; gates: ReturnType<typeof proving>[]; waived?: string[]; proven: boolean }>([
    { name: 'a gate that is to prove passes', gates: [proving('a', 'pass')], proven: true },
    { name: 'it has no proof yet', gates: [proving('a', 'pass', { settled: false })], proven: false },
    {
      name: 'every other gate passes, too',
      gates: [proving('a', 'pass'), judged({ name: 'b' }, 'pass')],
      proven: true,
    },
    {
      name: 'another gate has no data',
      gates: [proving('a', 'pass'), judged({ name: 'b' }, 'no-data')],
      proven: false,
    },
    {
      name: 'another one is to prove as well, and has not',
      gates: [proving('a', 'pass'), proving('b', 'pass', { settled: false })],
      proven: false,
    },
    { name: 'it only observes', gates: [proving('a', 'pass', {}, { mode: 'observe' })], proven: false },
    { name: 'it is not told to prove', gates: [proving('a', 'pass', {}, { atStepEnd: 'advance' })], proven: false },
    { name: 'no gate compares', gates: [judged({ name: 'a' }, 'pass')], proven: false },
    { name: 'a person resumed from it', gates: [proving('a', 'fail')], waived: ['a'], proven: false },
    {
      name: 'a person resumed from another one',
      gates: [proving('a', 'pass'), judged({ name: 'b' }, 'no-data')],
      waived: ['b'],
      proven: true,
    },
  ])('is proven ($proven) when $name', ({ gates, waived = [], proven }) => {
    expect(summariseGates(gates, waived).proven).toBe(proven)
  })

  it('prolongs a step only as long as every open gate allows', () => {
    const gates = [
      judged({ name: 'patient', maxExtendSeconds: 900 }, 'no-data'),
      judged({ name: 'short', maxExtendSeconds: 60, onNoData: 'halt' }, 'no-data'),
    ]
    expect(summariseGates(gates, []).unsettled).toEqual({
      ...{ gate: 'short', reason: 'no-data of short', answer: 'halt', maxExtendSeconds: 60 },
    })
  })
})
