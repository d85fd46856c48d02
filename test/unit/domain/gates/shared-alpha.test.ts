import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ComparisonSample, judgeCompare } from '../../../../shared/domain/gates/compare.ts'
import { type CompareGate, emptyMemory, type Gate, type Judgement } from '../../../../shared/domain/gates/gate.ts'
import { shareAlpha, shareOf } from '../../../../shared/domain/gates/shared-alpha.ts'
import { addBucket, readComparison, startComparison } from '../../../../shared/domain/sequential-test.ts'
import { aBucket, bareFixed, type Counts } from '../../../support/comparison.ts'
import { aCompareGate, aLook, aMetricGate, aSettledWindow } from '../../../support/gates.ts'

const named = (name: string, overrides: Partial<CompareGate> = {}) => aCompareGate({ name, ...overrides })
const fixed = bareFixed({ cap: 64 })
const failed: ComparisonSample = { status: 'error', reason: 'throttled', source: 'CloudWatch' }
const look = aLook(3600)

type Minutes = readonly Counts[] | 'error'

/** Each gate judged on its own minutes, then all of them together. */
function judgeAll(gates: readonly Gate[], minutes: readonly Minutes[], earlier: readonly Judgement[] = []) {
  const alone = gates.map((gate, index): Judgement => {
    const memory = earlier[index]?.memory ?? emptyMemory(0)
    const own = minutes[index] ?? []
    if (gate.kind !== 'compare')
      return { verdict: { outcome: 'pass', reason: '', evidence: {} }, memory, settled: true, missesSpent: false }
    const settled = own === 'error' ? [] : own.map((counts, minute) => aSettledWindow(minute, counts))
    const sample: ComparisonSample =
      own === 'error' ? failed : { status: 'complete', fixed, settled, pending: [], source: 'CloudWatch' }
    return judgeCompare({ gate, share: shareOf(gate, gates) }, sample, memory, look)
  })
  return { alone, together: shareAlpha(gates, alone) }
}
const outcomes = (judgements: readonly Judgement[]) => judgements.map(({ verdict }) => verdict.outcome)
const e = ({ verdict }: Judgement) => Number(verdict.evidence.e)

const good: Counts = [1000, 9000, 1, 9]
/** An evidence of 51 after one minute: the cap allows no more. */
const bad: Counts = [1000, 9000, 50, 9]
/** Two minutes after which the evidence is 184, and two after which it is 159. */
const doubtful: readonly Counts[] = [bad, [1000, 9000, 4, 9]]
const dubious: readonly Counts[] = Array(2).fill([1000, 9000, 5, 9])

describe('the share of alpha', () => {
  it.each<{ name: string; gates: Gate[]; share: number }>([
    { name: 'all of it for one alone', gates: [named('a', { weight: 7 })], share: 1 },
    { name: 'its weight over all weights', gates: [named('a', { weight: 1 }), named('b', { weight: 3 })], share: 0.25 },
    { name: 'nothing for those that observe', gates: [named('a'), named('b', { mode: 'observe' })], share: 1 },
    { name: 'nothing for other kinds', gates: [named('a'), aMetricGate()], share: 1 },
    { name: 'an alpha of its own where it observes', gates: [named('a', { mode: 'observe' }), named('b')], share: 1 },
  ])('is $name', ({ gates, share }) => {
    expect(shareOf(gates[0] as CompareGate, gates)).toBe(share)
  })
})

describe('shareAlpha', () => {
  const two = [named('errors'), named('slow')]

  it.each<{ name: string; gates?: readonly Gate[]; minutes: readonly Minutes[]; expected: string[] }>([
    { name: 'nothing is wrong', minutes: [[good], [good]], expected: ['pass', 'pass'] },
    { name: 'both doubt, neither enough alone', minutes: [doubtful, doubtful], expected: ['fail', 'pass'] },
    { name: 'one doubts, and the other says too little', minutes: [doubtful, [good]], expected: ['pass', 'pass'] },
    { name: 'one doubts, and the other says enough', minutes: [[bad], doubtful], expected: ['pass', 'fail'] },
    { name: 'both doubt, the second more', minutes: [dubious, doubtful], expected: ['pass', 'fail'] },
    { name: 'one alone reaches its limit', minutes: [[bad, bad], [good]], expected: ['fail', 'pass'] },
    { name: 'one has not begun', minutes: [doubtful, 'error'], expected: ['pass', 'error'] },
    {
      name: 'an immaterial difference fails nobody',
      gates: [named('errors', { materiality: 0.5 }), named('slow', { materiality: 0.5 })],
      minutes: [doubtful, doubtful],
      expected: ['pass', 'pass'],
    },
    {
      name: 'a gate that observes adds nothing',
      gates: [named('errors'), named('slow', { mode: 'observe', alpha: 0.001 })],
      minutes: [[bad], [bad, bad]],
      expected: ['pass', 'fail'],
    },
    {
      name: 'other kinds are left alone',
      gates: [aMetricGate(), named('errors'), named('slow')],
      minutes: [[], doubtful, doubtful],
      expected: ['pass', 'fail', 'pass'],
    },
    { name: 'one gate has nothing to share', gates: [named('errors')], minutes: [[bad]], expected: ['pass'] },
    { name: 'there is none', gates: [aMetricGate()], minutes: [[]], expected: ['pass'] },
  ])('$name', ({ gates = two, minutes, expected }) => {
    expect(outcomes(judgeAll(gates, minutes).together)).toEqual(expected)
  })

  it('says by which numbers it failed, and that the step must not end', () => {
    const { alone, together } = judgeAll(two, [doubtful, doubtful])
    const mean = (e(alone[0] as Judgement) + e(alone[1] as Judgement)) / 2
    expect(alone.map(e).every((one) => one > 100 && one < 200)).toBe(true)
    expect(together[0]).toMatchObject({
      settled: false,
      verdict: {
        reason: expect.stringMatching(/^canary errors 54 of 2,000 .*; with the other compare gates \d+ : 1 in all$/),
        evidence: { meanE: expect.closeTo(mean), limit: expect.closeTo(200 - e(alone[1] as Judgement)), failedAt: 1 },
      },
    })
    expect(together[1]).toBe(alone[1])
  })

  it('stays failed, with the same numbers, whatever comes', () => {
    const first = judgeAll(two, [doubtful, doubtful]).together
    for (const next of ['error', [], [...doubtful, good, good, good]] as const) {
      const again = judgeAll(two, [next, next], first).together
      const { meanE, limit, failedAt } = first[0]?.verdict.evidence ?? {}
      expect(again[0]?.verdict).toMatchObject({ outcome: 'fail', evidence: { meanE, limit, failedAt } })
      expect(again[0]?.verdict.reason).toContain('with the other compare gates')
    }
  })

  it('fails by what it knows although the source cannot be read now', () => {
    const some: Counts = [1000, 9000, 3, 9]
    const first = judgeAll(two, [doubtful, [some]])
    expect(outcomes(first.together)).toEqual(['pass', 'pass'])
    const next = judgeAll(two, ['error', [some, bad]], first.together).together
    expect(next[0]?.verdict).toMatchObject({ outcome: 'fail', evidence: { buckets: 2, meanE: expect.any(Number) } })
  })

  it('lets what the others have found leave a limit of 1 at least', () => {
    const three = [named('a'), named('b'), named('c')]
    const { together } = judgeAll(three, [doubtful, doubtful, doubtful])
    expect(outcomes(together)).toEqual(['fail', 'pass', 'pass'])
    expect(together[0]?.verdict.evidence.limit).toBe(1)
  })

  it('gives each gate what its own alpha promises, and all of them the sum of their parts', () => {
    const unequal = [named('strict', { alpha: 0.0001 }), named('loose', { alpha: 0.02 })]
    expect(outcomes(judgeAll(unequal, [doubtful, [good]]).together)).toEqual(['pass', 'pass'])
    expect(outcomes(judgeAll(unequal, [[good], doubtful]).together)).toEqual(['pass', 'fail'])
    expect(outcomes(judgeAll(unequal, [doubtful, [bad, good]]).together)).toEqual(['pass', 'pass'])
  })

  const minute = fc.tuple(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 9000 }), fc.nat(60), fc.nat(60))
  const someMinutes = fc.array(
    minute.map(([canary, stable, a, b]): Counts => [canary, stable, Math.min(a, canary), Math.min(b, stable)]),
    { maxLength: 5 },
  )
  const someGates = fc
    .array(fc.record({ weight: fc.integer({ min: 1, max: 9 }), alpha: fc.constantFrom(0.001, 0.01, 0.1) }), {
      minLength: 2,
      maxLength: 4,
    })
    .map((all) => all.map((one, index) => named(`gate-${index}`, { ...one, minErrors: 0, materiality: 0 })))

  it('fails no later than any gate at its own share, and never while all of them together are below the limit', () => {
    fc.assert(
      fc.property(someGates, fc.array(someMinutes, { minLength: 4, maxLength: 4 }), (gates, minutes) => {
        const { alone, together } = judgeAll(gates, minutes)
        const parts = alone.map((one, index) => {
          const gate = gates[index] as CompareGate
          return shareOf(gate, gates) * gate.alpha * e(one)
        })
        const sum = parts.reduce((total, part) => total + part, 0)
        const failedAlone = outcomes(alone).includes('fail')
        const failedTogether = outcomes(together).includes('fail')
        if (failedAlone) expect(failedTogether).toBe(true)
        if (!failedAlone && sum < 1 - 1e-9) expect(failedTogether).toBe(false)
      }),
    )
  })

  it('can be recomputed for the gate that failed, from its own counts and its limit', () => {
    fc.assert(
      fc.property(someGates, fc.array(someMinutes, { minLength: 4, maxLength: 4 }), (gates, minutes) => {
        for (const [index, { verdict }] of judgeAll(gates, minutes).together.entries()) {
          if (verdict.outcome !== 'fail') continue
          const gate = gates[index] as CompareGate
          const parameters = { ...gate, alpha: Math.min(0.5, 1 / Number(verdict.evidence.limit)) }
          const state = (minutes[index] ?? []).reduce(
            (now, counts) => addBucket(parameters, fixed, now, aBucket(counts, 10)),
            startComparison(parameters),
          )
          expect(readComparison(parameters, state).e).toBe(verdict.evidence.e)
          expect(Math.max(state.logESup, 0) + 1e-9).toBeGreaterThanOrEqual(Math.log(Number(verdict.evidence.limit)))
        }
      }),
    )
  })
})
