import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyMemory, type GateMemory, type Judgement } from '../../../../shared/domain/gates/gate.ts'
import {
  judgeMetric,
  type MetricsReading,
  type MetricsWindow,
  metricValue,
} from '../../../../shared/domain/gates/metric.ts'
import { aLook, aMetricGate, aWindow } from '../../../support/gates.ts'

const gate = aMetricGate()
type Kind = 'good' | 'bad' | 'none'

function ofKind(kind: Kind, minute: number): MetricsWindow {
  switch (kind) {
    case 'good':
      return aWindow(minute)
    case 'bad':
      return aWindow(minute, { errors: 50 })
    case 'none':
      return aWindow(minute, { requests: null, errors: null })
  }
}

const read = (...windows: MetricsWindow[]): MetricsReading => ({ status: 'complete', windows, source: 'CloudWatch' })
const failed: MetricsReading = { status: 'error', reason: 'throttled', source: 'CloudWatch' }
/** A look that sees the first `minutes` minutes of the step. */
const seeing = (minutes: number) => aLook(minutes * 60)
const judgeKinds = (kinds: readonly Kind[], memory = emptyMemory(0)) =>
  judgeMetric(gate, read(...kinds.map(ofKind)), memory, seeing(kinds.length))
const word = ({ verdict, settled }: Judgement) => verdict.outcome + (settled ? '*' : '')

describe('judgeMetric', () => {
  it.each<{ kinds: Kind[]; expected: string }>([
    { kinds: [], expected: 'no-data' },
    { kinds: ['good'], expected: 'pass*' },
    { kinds: ['bad'], expected: 'pass' },
    { kinds: ['bad', 'bad'], expected: 'fail' },
    { kinds: ['bad', 'good'], expected: 'pass*' },
    { kinds: ['bad', 'good', 'bad'], expected: 'pass' },
    { kinds: ['bad', 'none', 'bad'], expected: 'fail' },
    { kinds: ['none'], expected: 'no-data' },
    { kinds: ['good', 'none'], expected: 'no-data' },
    { kinds: ['none', 'good'], expected: 'pass*' },
    { kinds: ['bad', 'bad', 'good'], expected: 'fail' },
  ])('is $expected after $kinds', ({ kinds, expected }) => {
    expect(word(judgeKinds(kinds))).toBe(expected)
  })

  it('says the same when nothing new has come', () => {
    for (const kinds of [['good'], ['bad'], ['bad', 'bad'], ['none']] satisfies Kind[][]) {
      const first = judgeKinds(kinds)
      const again = judgeMetric(gate, read(), first.memory, seeing(kinds.length))
      expect(word(again), String(kinds)).toBe(word(first))
      expect(again.memory).toEqual(first.memory)
    }
  })

  it('goes on after the window that made it fail', () => {
    const { memory } = judgeKinds(['bad', 'bad', 'good'])
    expect(word(judgeKinds(['bad', 'bad', 'good'], memory))).toBe('pass*')
  })

  it('judges only windows wholly inside the step, and over', () => {
    const outside = [aWindow(-1, { errors: 500 }), aWindow(-0.5, { errors: 500 }), aWindow(1, { errors: 500 })]
    expect(judgeMetric(gate, read(...outside), emptyMemory(0), seeing(1.5)).verdict.outcome).toBe('no-data')
  })

  it('takes windows in any order', () => {
    const windows = [ofKind('good', 2), ofKind('bad', 0), ofKind('bad', 1)]
    expect(judgeMetric(gate, read(...windows), emptyMemory(0), seeing(3)).verdict.outcome).toBe('fail')
  })

  it('forgets the step before', () => {
    const { memory } = judgeKinds(['bad'])
    const next = judgeMetric(gate, read(ofKind('bad', 2)), memory, aLook(180, { step: 1 }))
    expect(next.memory).toMatchObject({ step: 1, badInARow: 1 })
  })

  it('counts windows without data after the grace only', () => {
    const kinds: Kind[] = ['none', 'none', 'none', 'none', 'none', 'none']
    expect(judgeKinds(kinds).memory.misses).toBe(2)
    expect(judgeKinds(kinds).missesSpent).toBe(false)
    expect(judgeKinds([...kinds, 'none']).missesSpent).toBe(true)
    expect(judgeKinds([...kinds, 'good', 'none']).memory.misses).toBe(1)
  })

  it('counts failed readings once a minute after the grace, and goes on where it was', () => {
    let memory: GateMemory = judgeKinds(['good', 'bad']).memory
    const misses = [180, 250, 299, 300, 301, 360].map((seconds) => {
      const judgement = judgeMetric(gate, failed, memory, aLook(seconds))
      expect(word(judgement)).toBe('error')
      memory = judgement.memory
      return memory.misses
    })
    expect(misses).toEqual([0, 1, 1, 2, 2, 3])
    expect(judgeMetric(gate, failed, memory, aLook(361)).missesSpent).toBe(true)
    expect(word(judgeMetric(gate, read(ofKind('bad', 2)), memory, aLook(420)))).toBe('fail')
  })

  it('stays failed while the source fails', () => {
    const { memory } = judgeKinds(['bad', 'bad'])
    expect(word(judgeMetric(gate, failed, memory, seeing(2)))).toBe('fail')
  })

  it('keeps every window that made it fail, and forgets a streak that ended', () => {
    const minutesOf = (judgement: ReturnType<typeof judgeKinds>) =>
      (judgement.verdict.evidence.badWindows as { window: { startAt: string } }[] | undefined)?.map(
        ({ window }) => window.startAt,
      )
    expect(minutesOf(judgeKinds(['bad', 'good', 'bad', 'bad']))).toEqual([
      '2026-01-01T12:02:00.000Z',
      '2026-01-01T12:03:00.000Z',
    ])
    expect(minutesOf(judgeKinds(['bad', 'none', 'bad']))).toHaveLength(2)
    expect(minutesOf(judgeKinds(['bad', 'good']))).toBeUndefined()
  })

  it('keeps the numbers, the window and the source', () => {
    const newest = {
      value: 0.05,
      requests: 1000,
      errors: 50,
      window: { startAt: '2026-01-01T12:01:00.000Z', endAt: '2026-01-01T12:02:00.000Z' },
    }
    expect(judgeKinds(['good', 'bad']).verdict).toEqual({
      outcome: 'pass',
      reason:
        '1 of 2 bad windows in a row: error-rate 0.05 from 2026-01-01T12:01:00.000Z to 2026-01-01T12:02:00.000Z is above 0.01',
      evidence: {
        metric: 'error-rate',
        max: 0.01,
        failures: 2,
        minRequests: 100,
        badInARow: 1,
        goodInARow: 0,
        misses: 0,
        badWindows: [newest],
        ...newest,
        source: 'CloudWatch',
      },
    })
    expect(judgeMetric(gate, failed, emptyMemory(0), aLook(60)).verdict).toEqual({
      outcome: 'error',
      reason: 'error-rate could not be read: throttled',
      evidence: {
        metric: 'error-rate',
        max: 0.01,
        failures: 2,
        minRequests: 100,
        badInARow: 0,
        goodInARow: 0,
        misses: 0,
        lookedAt: '2026-01-01T12:01:00.000Z',
        source: 'CloudWatch',
      },
    })
  })

  it('says why there is nothing to judge', () => {
    expect(judgeKinds([]).verdict.reason).toBe('no complete window of this step yet')
    expect(judgeKinds(['none']).verdict.reason).toMatch(/^no error-rate from /)
    const few = judgeMetric(gate, read(aWindow(0, { requests: 99 })), emptyMemory(0), seeing(1))
    expect(few.verdict.reason).toMatch(/^99 requests from .* are fewer than the 100 it takes to judge$/)
    const { memory } = judgeKinds(['bad'])
    expect(judgeMetric(gate, read(), memory, seeing(2)).verdict.reason).toBe(
      '1 of 2 bad windows in a row: no new window since 2026-01-01T12:01:00.000Z',
    )
  })
})

describe('limits', () => {
  const one = (overrides: Partial<typeof gate>, window: Partial<MetricsWindow>) =>
    word(judgeMetric(aMetricGate({ failures: 1, ...overrides }), read(aWindow(0, window)), emptyMemory(0), seeing(1)))
  const { max: _none, ...noMax } = gate

  it.each([
    { name: 'a rate at its maximum', given: {}, window: { errors: 10 }, expected: 'pass*' },
    { name: 'a rate above it', given: {}, window: { errors: 11 }, expected: 'fail' },
    { name: 'as few requests as it takes', given: {}, window: { requests: 100 }, expected: 'pass*' },
    {
      name: 'no requests where none are needed',
      given: { minRequests: 0 },
      window: { requests: 0 },
      expected: 'no-data',
    },
    { name: 'no count of errors', given: {}, window: { errors: null }, expected: 'no-data' },
    {
      name: 'a latency above its maximum',
      given: { metric: 'latency-p99' as const, max: 0.5 },
      window: { errors: null, latencySeconds: 0.51 },
      expected: 'fail',
    },
    {
      name: 'a latency without a value',
      given: { metric: 'latency-p50' as const, max: 0.5 },
      window: { errors: null },
      expected: 'no-data',
    },
    {
      name: 'a latency of nobody knows how many',
      given: { metric: 'latency-p90' as const, max: 0.5 },
      window: { requests: null, latencySeconds: 0.1 },
      expected: 'no-data',
    },
    {
      name: 'few requests where requests are measured',
      given: { metric: 'requests' as const, max: 100 },
      window: { requests: 5 },
      expected: 'pass*',
    },
    {
      name: 'requests that nobody counted',
      given: { metric: 'requests' as const },
      window: { requests: null },
      expected: 'no-data',
    },
  ])('judges $name as $expected', ({ given, window, expected }) => {
    expect(one(given, window)).toBe(expected)
  })

  it.each([
    { requests: 9, expected: 'fail' },
    { requests: 10, expected: 'pass*' },
  ])('judges $requests requests against a minimum of 10 as $expected', ({ requests, expected }) => {
    const least = { ...noMax, metric: 'requests' as const, min: 10, failures: 1 }
    const judgement = judgeMetric(least, read(aWindow(0, { requests })), emptyMemory(0), seeing(1))
    expect(word(judgement)).toBe(expected)
    expect(judgement.verdict.evidence).toMatchObject({ min: 10, value: requests })
    expect(judgement.verdict.evidence).not.toHaveProperty('max')
  })

  it('gives requests a minute, whatever the window', () => {
    const window = { ...aWindow(0, { requests: 50 }), endMs: aWindow(0).startMs + 10_000 }
    expect(metricValue('requests', window)).toBe(300)
  })
})

describe('however often anyone looks', () => {
  const kind = fc.constantFrom<Kind>('good', 'bad', 'none')

  it('remembers the same as one look at everything, until it fails', () => {
    const scenario = fc.record({
      kinds: fc.array(kind, { minLength: 1, maxLength: 25 }),
      looks: fc.array(fc.record({ at: fc.nat(25), back: fc.nat(25) }), { maxLength: 40 }),
    })
    fc.assert(
      fc.property(scenario, ({ kinds, looks }) => {
        const windows = kinds.map(ofKind)
        const once = judgeMetric(gate, read(...windows), emptyMemory(0), seeing(kinds.length))
        let memory = emptyMemory(0)
        let failed = false
        for (const { at, back } of [...looks, { at: kinds.length, back: kinds.length }]) {
          // A look that reaches back at least to what was judged: the source is asked from there on.
          const judged = memory.judgedUntilMs === 0 ? 0 : (memory.judgedUntilMs - (windows[0]?.startMs ?? 0)) / 60_000
          const from = Math.min(Math.max(0, at - back), judged)
          const judgement = judgeMetric(gate, read(...windows.slice(from, at)), memory, seeing(at))
          memory = judgement.memory
          failed ||= judgement.verdict.outcome === 'fail'
          if (failed) break
        }
        expect(failed).toBe(once.verdict.outcome === 'fail')
        expect(memory).toEqual(once.memory)
      }),
      { numRuns: 500 },
    )
  })

  it('never fails before `failures` bad windows, and never passes without data', () => {
    const scenario = fc.record({ kinds: fc.array(kind, { maxLength: 12 }), failures: fc.integer({ min: 1, max: 4 }) })
    fc.assert(
      fc.property(scenario, ({ kinds, failures }) => {
        const some = aMetricGate({ failures })
        let memory = emptyMemory(0)
        for (const [index, one] of kinds.entries()) {
          const judgement = judgeMetric(some, read(ofKind(one, index)), memory, seeing(index + 1))
          memory = judgement.memory
          const bad = kinds.slice(0, index + 1).filter((earlier) => earlier === 'bad').length
          if (judgement.verdict.outcome === 'fail') expect(bad).toBeGreaterThanOrEqual(failures)
          if (judgement.settled) expect(one).toBe('good')
          if (kinds.slice(0, index + 1).every((earlier) => earlier === 'none'))
            expect(judgement.verdict.outcome).toBe('no-data')
        }
      }),
    )
  })
})
