import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ComparisonSample, judgeCompare, type SettledWindow } from '../../../../shared/domain/gates/compare.ts'
import {
  type CompareGate,
  emptyMemory,
  type GateMemory,
  type Judgement,
  type LookContext,
} from '../../../../shared/domain/gates/gate.ts'
import { type ComparisonFixed, largestCount } from '../../../../shared/domain/sequential-test.ts'
import { bareFixed, type Counts } from '../../../support/comparison.ts'
import { aCompareGate, aLook, aSettledWindow, aWindow, settledAtMs } from '../../../support/gates.ts'

const good: Counts = [1000, 9000, 1, 9]
const bad: Counts = [1000, 9000, 50, 9]
const sick: Counts = [1000, 9000, 100, 900]
const silent: Counts = [0, 9000, 0, 9]
const missing = (minute: number, reason = 'no requests were counted for web-blue'): SettledWindow => ({
  type: 'missing',
  endMs: aWindow(minute).endMs,
  reason,
})
/** One entry a minute: counts, or null where there are none. */
const windowsOf = (minutes: readonly (Counts | null)[], from = 0): readonly SettledWindow[] =>
  minutes.map((counts, index) => (counts === null ? missing(from + index) : aSettledWindow(from + index, counts)))
const fixed = bareFixed({ cap: 64, knowsNormalRate: true })
const sampleOf = (settled: readonly SettledWindow[], more: { fixed?: ComparisonFixed } = {}): ComparisonSample => ({
  ...{ status: 'complete', fixed, settled, pending: [], source: 'CloudWatch' },
  ...more,
})
const failed: ComparisonSample = { status: 'error', reason: 'throttled', source: 'CloudWatch' }

interface Judged {
  readonly gate?: Partial<CompareGate>
  readonly share?: number
  readonly memory?: GateMemory
  readonly look?: LookContext
}
const judge = (sample: ComparisonSample, { gate, share = 1, memory, look = aLook(3600) }: Judged = {}): Judgement =>
  judgeCompare({ gate: aCompareGate(gate), share }, sample, memory ?? emptyMemory(0), look)
const judgeMinutes = (minutes: readonly (Counts | null)[], options?: Judged) =>
  judge(sampleOf(windowsOf(minutes)), options)
const word = ({ verdict, settled }: Judgement) => verdict.outcome + (settled ? '*' : '')

describe('judgeCompare', () => {
  it.each<{ name: string; minutes: (Counts | null)[]; gate?: Partial<CompareGate>; expected: string }>([
    { name: 'nothing settled yet', minutes: [], expected: 'no-data' },
    { name: 'one bucket does not end a step', minutes: [good], expected: 'pass' },
    { name: 'two buckets do', minutes: [good, good], expected: 'pass*' },
    { name: 'one bad bucket alone cannot convict', minutes: [bad], expected: 'pass' },
    { name: 'two bad ones do', minutes: [bad, bad], expected: 'fail' },
    { name: 'what has failed stays failed', minutes: [bad, bad, good, good, good, good], expected: 'fail' },
    { name: 'also without data', minutes: [bad, bad, null, null], expected: 'fail' },
    { name: 'also in silence', minutes: [bad, bad, silent], expected: 'fail' },
    { name: 'no canary traffic from the start', minutes: [silent], expected: 'no-data' },
    { name: 'no canary traffic later', minutes: [good, good, silent], expected: 'no-data' },
    { name: 'canary traffic that came back', minutes: [good, good, silent, good], expected: 'pass*' },
    { name: 'a minute without counts', minutes: [good, good, null], expected: 'no-data' },
    { name: 'counts after a minute without', minutes: [good, null, good], expected: 'pass*' },
    { name: 'both sides bad at once', minutes: [good, good, sick, sick], expected: 'pass' },
    {
      name: 'both sides well again',
      minutes: [good, good, sick, ...Array<Counts>(4).fill(good)],
      expected: 'pass*',
    },
    { name: 'not proven yet', minutes: [good, good], gate: { atStepEnd: 'prove', pMax: 0.002 }, expected: 'pass' },
    {
      name: 'proven',
      minutes: Array<Counts>(6).fill([1000, 9000, 0, 9]),
      gate: { atStepEnd: 'prove' },
      expected: 'pass*',
    },
    { name: 'fewer bad requests than it takes', minutes: [bad, bad], gate: { minErrors: 101 }, expected: 'pass*' },
    { name: 'no difference that matters', minutes: [bad, bad], gate: { materiality: 0.05 }, expected: 'pass*' },
  ])('is $expected: $name', ({ minutes, gate = {}, expected }) => {
    expect(word(judgeMinutes(minutes, { gate }))).toBe(expected)
  })

  it.each<{ name: string; minutes: (Counts | null)[]; gate?: Partial<CompareGate>; reason: RegExp }>([
    { name: 'before the first bucket', minutes: [], reason: /^no settled bucket yet$/ },
    {
      name: 'what was missing, and when',
      minutes: [good, null],
      reason: /^no requests were counted for web-blue \(2026-01-01T12:01:00.000Z to 2026-01-01T12:02:00.000Z\)$/,
    },
    { name: 'silence', minutes: [good, silent], reason: /^no canary traffic: 0 of 9,000 requests/ },
    {
      name: 'a failure',
      minutes: [bad, bad],
      reason: /^canary errors 100 of 2,000 \(5 %\) against 18 of 18,000 .* evidence .* \(limit 100 : 1\)$/,
    },
    {
      name: 'an incident',
      minutes: [sick, sick],
      reason: /^incident in both versions, not a regression: canary errors/,
    },
    {
      name: 'a proof that is still to come',
      minutes: [good, good],
      gate: { atStepEnd: 'prove', pMax: 0.002 },
      reason: /^not proven yet: canary errors 2 of 2,000/,
    },
  ])('names $name', ({ minutes, gate = {}, reason }) => {
    expect(judgeMinutes(minutes, { gate }).verdict.reason).toMatch(reason)
  })

  it('shows every number that the verdict was made with', () => {
    const { verdict } = judgeMinutes([bad, bad, bad], { share: 0.25 })
    expect(verdict.evidence).toMatchObject({
      ...{ measure: 'errors', alpha: 0.01, share: 0.25, limit: 400, ...fixed },
      ...{ buckets: 3, bucketsInStep: 3, misses: 0, judgedUntil: '2026-01-01T12:03:00.000Z', source: 'CloudWatch' },
      ...{ failedAt: 1, provenAt: null, proven: false, dataState: 'ok' },
      totals: { stable: { requests: 27_000, bad: 27 }, canary: { requests: 3000, bad: 150 } },
    })
    expect(Object.keys(verdict.evidence)).not.toContain('verdict')
    expect(Object.keys(judgeMinutes([]).verdict.evidence)).not.toContain('judgedUntil')
    expect(Object.keys(judgeMinutes([]).verdict.evidence)).not.toContain('share')
  })

  it('asks more of a gate that has a part of alpha only', () => {
    const minutes: Counts[] = [
      [1000, 9000, 10, 9],
      [1000, 9000, 4, 9],
    ]
    expect(judgeMinutes(minutes).verdict.outcome).toBe('fail')
    expect(judgeMinutes(minutes, { share: 0.01 }).verdict.outcome).toBe('pass')
  })

  it('uses each window once, whoever settled it, whatever it is revised to', () => {
    const first = judgeMinutes([good, good])
    const again = judge(sampleOf(windowsOf([bad, bad])), { memory: first.memory })
    expect(again.memory).toEqual(first.memory)
    expect(again.verdict).toEqual(first.verdict)
  })

  it('says the same when nothing new has come, and waits with what it saw', () => {
    const pending = [{ startMs: 1, endMs: 2, step: 0, weight: 10, seen: '1/0/1/0', seenAtMs: 3 }]
    for (const minutes of [[], [good], [good, null], [bad, bad], [silent], [sick, sick]]) {
      const first = judgeMinutes(minutes)
      const again = judge({ ...sampleOf([]), pending } as ComparisonSample, { memory: first.memory })
      expect({ ...again, memory: null }).toEqual({ ...first, memory: null })
      expect(again.memory.comparison?.pending).toEqual(pending)
    }
  })

  it('keeps to what was fixed first', () => {
    const { memory } = judgeMinutes([good])
    const other = sampleOf(windowsOf([bad, bad], 1), { fixed: bareFixed({ phi: 100 }) })
    expect(judge(other, { memory }).verdict).toMatchObject({ outcome: 'fail', evidence: { phi: 1 } })
  })

  it('says the same whether one look settles the minutes or several do, through JSON', () => {
    const minute = fc.constantFrom<Counts | null>(good, bad, sick, silent, null, [1, 0, 1, 0], [0, 0, 0, 0])
    fc.assert(
      fc.property(fc.array(minute, { maxLength: 12 }), fc.nat(11), (minutes, at) => {
        const windows = windowsOf(minutes)
        const whole = judge(sampleOf(windows))
        const { memory } = judge(sampleOf(windows.slice(0, at)))
        const parts = judge(sampleOf(windows.slice(at)), { memory: JSON.parse(JSON.stringify(memory)) })
        expect(parts).toEqual(whole)
        expect(JSON.parse(JSON.stringify(whole))).toEqual(whole)
      }),
    )
  })

  it('stays finite and plain whatever is counted', () => {
    const side = fc.tuple(fc.nat(largestCount), fc.double({ min: 0, max: 1, noNaN: true }))
    const counts = fc.tuple(side, side).map(([[canary, a], [stable, b]]): Counts => {
      return [canary, stable, Math.floor(canary * a), Math.floor(stable * b)]
    })
    fc.assert(
      fc.property(fc.array(counts, { maxLength: 6 }), fc.constantFrom('errors', 'slow'), (minutes, measure) => {
        const judged = judgeMinutes(minutes, { gate: aCompareGate({ measure }) })
        expect(JSON.parse(JSON.stringify(judged))).toEqual(judged)
      }),
      { numRuns: 50 },
    )
  })
})

describe('misses of a comparison', () => {
  const after = (minutes: readonly (Counts | null)[], gate: Partial<CompareGate> = {}) => {
    const { memory, missesSpent } = judgeMinutes(minutes, { gate })
    return { misses: memory.misses, missesSpent }
  }
  const none = (count: number) => Array<null>(count).fill(null)

  it.each<{ name: string; minutes: (Counts | null)[]; gate?: Partial<CompareGate>; misses: number; spent: boolean }>([
    { name: 'the grace counts none', minutes: none(4), misses: 0, spent: false },
    { name: 'then each minute counts', minutes: none(6), misses: 2, spent: false },
    { name: 'until the limit', minutes: none(7), misses: 3, spent: true },
    { name: 'a shorter grace', minutes: none(3), gate: { graceSeconds: 0 }, misses: 3, spent: true },
    { name: 'a higher limit', minutes: none(7), gate: { noDataLimit: 4 }, misses: 3, spent: false },
    { name: 'silence is missing, too', minutes: [good, ...Array<Counts>(6).fill(silent)], misses: 3, spent: true },
    { name: 'counts end it', minutes: [...none(6), good, null], misses: 1, spent: false },
  ])('$name', ({ minutes, gate = {}, misses, spent }) => {
    expect(after(minutes, gate)).toEqual({ misses, missesSpent: spent })
  })

  it('counts failed readings once a minute after the grace, and is an error meanwhile', () => {
    let memory = judgeMinutes([good, good]).memory
    const outcomes: object[] = []
    for (const second of [200, 239, 241, 245, 299, 300, 360]) {
      const judged = judge(failed, { memory, look: aLook(second) })
      expect(judged.verdict).toMatchObject({
        ...{ outcome: 'error', reason: 'errors could not be compared: throttled' },
        evidence: { misses: judged.memory.misses, source: 'CloudWatch' },
      })
      outcomes.push({ second, misses: judged.memory.misses, settled: judged.settled, spent: judged.missesSpent })
      memory = judged.memory
    }
    expect(outcomes).toEqual(
      [0, 0, 1, 1, 1, 2, 3].map((misses, index) => ({
        second: [200, 239, 241, 245, 299, 300, 360][index],
        ...{ misses, settled: false, spent: misses === 3 },
      })),
    )
    expect(judge(sampleOf(windowsOf([good], 2)), { memory, look: aLook(400) })).toMatchObject({
      ...{ settled: true, memory: { misses: 0, comparison: { state: { buckets: 3 } } } },
    })
  })

  it('counts failed readings before the comparison began', () => {
    const { memory } = judge(failed, { look: aLook(241) })
    expect(memory).toEqual({ ...emptyMemory(0), misses: 1, missedAtMs: settledAtMs + 241_000 })
    expect(judge(failed, { memory, look: aLook(250) }).memory).toEqual(memory)
    expect(judge(sampleOf(windowsOf([good])), { memory, look: aLook(300) }).verdict.outcome).toBe('pass')
  })

  it('names the numbers of a failure although the source fails now', () => {
    const { memory, verdict } = judgeMinutes([bad, bad])
    const again = judge(failed, { memory })
    expect(again.verdict).toMatchObject({ outcome: 'fail', reason: verdict.reason, evidence: { failedAt: 1 } })
    expect(again.memory.misses).toBe(1)
  })
})

describe('a comparison in another step', () => {
  const second = (seconds: number) => aLook(seconds, { step: 1, weight: 50, settledAtMs: settledAtMs + 300_000 })
  const inSecond = (minute: number, counts: Counts) => aSettledWindow(minute, counts, { step: 1, weight: 50 })
  const half: Counts = [5000, 5000, 5, 5]

  it('goes on, but counts its own buckets and misses', () => {
    const before = judgeMinutes([good, good, null, null, null, null, null], { gate: { graceSeconds: 0 } })
    const entered = judge(sampleOf([]), { memory: before.memory, look: second(310) })
    expect(word(entered)).toBe('pass')
    expect(entered.memory).toMatchObject({ step: 1, misses: 0, judgedUntilMs: before.memory.judgedUntilMs })
    expect(entered.memory.comparison).toMatchObject({ bucketsInStep: 0, state: { buckets: 2 } })
    const judged = judge(sampleOf([inSecond(7, half), inSecond(8, half)]), {
      ...{ memory: entered.memory, look: second(800) },
    })
    expect(word(judged)).toBe('pass*')
    expect(judged.verdict.evidence).toMatchObject({ buckets: 4, bucketsInStep: 2 })
  })

  it('takes in what the step before left, which does not end this one', () => {
    const { memory } = judgeMinutes([good])
    const late = [aSettledWindow(1, bad), aSettledWindow(2, bad)]
    const judged = judge(sampleOf(late), { memory, look: second(400) })
    expect(judged.verdict).toMatchObject({ outcome: 'fail', evidence: { buckets: 3, bucketsInStep: 0 } })
    const healthy = judge(sampleOf([aSettledWindow(1, good), aSettledWindow(2, good)]), { memory, look: second(400) })
    expect(word(healthy)).toBe('pass')
  })

  it('starts anew when the weight is written again in the same step', () => {
    const { memory } = judgeMinutes([good, good])
    const rewritten = judge(sampleOf([]), { memory, look: aLook(600, { settledAtMs: settledAtMs + 300_000 }) })
    expect(rewritten.memory.comparison).toMatchObject({ bucketsInStep: 0, state: { buckets: 2 } })
    expect(word(rewritten)).toBe('pass')
  })

  it('keeps its failure', () => {
    const { memory } = judgeMinutes([bad, bad])
    expect(word(judge(sampleOf([inSecond(6, half), inSecond(7, half)]), { memory, look: second(800) }))).toBe('fail')
  })

  it.each<[string, ComparisonSample]>([
    ['sees the old step once more', sampleOf(windowsOf([bad, bad, bad]))],
    ['could not read it', failed],
  ])('is not moved by a looker that began before it and %s', (_, sample) => {
    const entered = judge(sampleOf(windowsOf([good, good])), { look: aLook(200) })
    const { memory } = judge(sampleOf([inSecond(5, half), inSecond(6, half)]), {
      ...{ memory: entered.memory, look: second(700) },
    })
    const late = judge(sample, { memory, look: aLook(3600) })
    expect(late.memory).toEqual(memory)
    expect(late.verdict.outcome).toBe('pass')
  })
})

describe('a comparison at 100 %', () => {
  const all = (counts: Counts, minute: number) => aSettledWindow(minute, counts, { weight: 100 })
  const look = aLook(3600, { weight: 100 })

  it.each<{ name: string; counts: Counts; expected: string }>([
    { name: 'holds the canary to the limit', counts: [10_000, 0, 200, 0], expected: 'fail' },
    { name: 'passes below it', counts: [10_000, 0, 10, 0], expected: 'pass*' },
    { name: 'is not misled by what remains of stable', counts: [10_000, 5, 10, 5], expected: 'pass*' },
  ])('$name', ({ counts, expected }) => {
    expect(word(judge(sampleOf([all(counts, 0), all(counts, 1)]), { look }))).toBe(expected)
  })

  it('can be proven by the limit alone', () => {
    const counts: Counts = [10_000, 0, 1, 0]
    const judged = judge(sampleOf([all(counts, 0), all(counts, 1)]), { look, gate: { atStepEnd: 'prove' } })
    expect(word(judged)).toBe('pass*')
  })

  it('forgets an incident, whose end stable cannot show any more', () => {
    const { memory } = judgeMinutes([good, sick, sick])
    expect(memory.comparison?.state.incident.stable).toBeGreaterThan(Math.log(100))
    const next = aLook(3600, { step: 1, weight: 100, settledAtMs: settledAtMs + 180_000 })
    const judged = judge(sampleOf([all([10_000, 0, 10, 0], 3), all([10_000, 0, 10, 0], 4)]), { memory, look: next })
    expect(word(judged)).toBe('pass*')
  })
})
