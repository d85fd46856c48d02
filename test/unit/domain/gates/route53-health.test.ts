import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyMemory, type GateMemory, type Route53HealthGate } from '../../../../shared/domain/gates/gate.ts'
import {
  type HealthCheckReading,
  type HealthChecksSample,
  judgeRoute53Health,
} from '../../../../shared/domain/gates/route53-health.ts'
import { aLook, aRoute53HealthGate, settledAtMs } from '../../../support/gates.ts'

type State = HealthCheckReading['state']

/** Status of `id` in minute number `minute` of the step, from 0; -1 is the minute before it. */
const check = (id: string, state: State, minute = 0): HealthCheckReading => ({
  id,
  state,
  startMs: state === 'no-data' ? null : settledAtMs + minute * 60_000,
})
const read = (...checks: HealthCheckReading[]): HealthChecksSample => ({ status: 'complete', checks })
/** Both checks in one minute. */
const both = (a: State, b: State, minute = 0) => read(check('check-a', a, minute), check('check-b', b, minute))

function judge(sample: HealthChecksSample, seconds = 60, gate: Partial<Route53HealthGate> = {}) {
  return judgeRoute53Health(aRoute53HealthGate(gate), sample, emptyMemory(0), aLook(seconds))
}

/** `outcome bad/good/misses` of each look, a `*` where the step may end. */
function words(looks: readonly (readonly [seconds: number, sample: HealthChecksSample])[], graceSeconds = 240) {
  let memory: GateMemory = emptyMemory(0)
  return looks.map(([seconds, sample]) => {
    const judgement = judgeRoute53Health(aRoute53HealthGate({ graceSeconds }), sample, memory, aLook(seconds))
    memory = judgement.memory
    const { badInARow, goodInARow, misses } = memory
    return `${judgement.verdict.outcome}${judgement.settled ? '*' : ''} ${badInARow}/${goodInARow}/${misses}`
  })
}

describe('one look', () => {
  it.each<[State, State, number, string]>([
    ['healthy', 'healthy', 2, 'pass'],
    ['healthy', 'unhealthy', 2, 'pass'],
    ['healthy', 'no-data', 2, 'no-data'],
    ['unhealthy', 'no-data', 2, 'pass'],
    ['no-data', 'no-data', 2, 'no-data'],
    ['healthy', 'unhealthy', 1, 'pass'],
    ['healthy', 'no-data', 1, 'pass'],
    ['unhealthy', 'no-data', 1, 'no-data'],
    ['unhealthy', 'unhealthy', 1, 'pass'],
  ])('at %s and %s with %i needed says %s, and settles only on enough health', (a, b, minHealthy, outcome) => {
    const { verdict, settled } = judge(both(a, b), 60, { minHealthy })
    expect(verdict.outcome).toBe(outcome)
    const healthy = [a, b].filter((state) => state === 'healthy').length
    expect(settled).toBe(healthy >= minHealthy)
  })

  it.each<[string, HealthChecksSample, string]>([
    ['good', both('healthy', 'healthy'), '2 of 2 health checks are healthy, needed are 2'],
    [
      'bad',
      both('unhealthy', 'healthy'),
      '1 of 3 bad looks in a row: 1 of 2 health checks are healthy, needed are 2; unhealthy: check-a',
    ],
    [
      'blind',
      both('healthy', 'no-data'),
      '1 of 2 health checks are healthy, needed are 2; no data of this step: check-b',
    ],
    ['failed', { status: 'error', reason: 'throttled' }, 'health checks could not be read: throttled'],
  ])('says why it is %s', (_name, sample, reason) => {
    expect(judge(sample).verdict.reason).toBe(reason)
  })

  it('names at most three of many, and keeps all of them as evidence', () => {
    const healthCheckIds = ['a', 'b', 'c', 'd', 'e']
    const checks = healthCheckIds.map((id) => check(id, 'unhealthy'))
    const { verdict } = judge(read(...checks), 60, { healthCheckIds, minHealthy: 1 })
    expect(verdict.reason).toMatch(/unhealthy: a, b, c and 2 more$/)
    expect(verdict.evidence).toEqual({
      source: 'Route 53 health checks',
      minHealthy: 1,
      checks: healthCheckIds.map((id) => ({ id, state: 'unhealthy', minute: '2026-01-01T12:00:00.000Z' })),
      badInARow: 1,
      goodInARow: 0,
      misses: 0,
      lookedAt: '2026-01-01T12:01:00.000Z',
    })
  })

  it('is an error, and no health, when the checks cannot be read', () => {
    expect(judge({ status: 'error', reason: 'throttled' })).toMatchObject({
      verdict: { outcome: 'error', evidence: { source: 'Route 53 health checks', minHealthy: 2 } },
      settled: false,
    })
  })

  it('takes a check that was left out of the answer for one without data', () => {
    expect(judge(read(check('check-a', 'healthy'))).verdict).toMatchObject({
      outcome: 'no-data',
      evidence: { checks: [{ state: 'healthy' }, { id: 'check-b', state: 'no-data', minute: null }] },
    })
  })

  it.each<State>(['healthy', 'unhealthy'])('does not judge a %s minute from before the step', (state) => {
    const judgement = judge(both(state, state, -1), 60)
    expect(judgement.verdict).toMatchObject({
      outcome: 'no-data',
      evidence: { checks: [{ state: 'no-data', earlier: state, minute: '2026-01-01T11:59:00.000Z' }, {}] },
    })
    expect(judgement).toMatchObject({ settled: false, memory: { badInARow: 0, goodInARow: 0 } })
  })
})

describe('minutes in a row', () => {
  const [good, bad, blind] = [
    (minute: number) => both('healthy', 'healthy', minute),
    (minute: number) => both('healthy', 'unhealthy', minute),
    both('no-data', 'no-data'),
  ]

  it('fail after three bad ones', () => {
    const looks = [0, 1, 2].map((minute) => [minute * 60 + 90, bad(minute)] as const)
    expect(words(looks)).toEqual(['pass 1/0/0', 'pass 2/0/0', 'fail 3/0/0'])
  })

  it('count once, however many look', () => {
    const looks = [90, 95, 120, 149].map((seconds) => [seconds, bad(0)] as const)
    expect(words(looks)).toEqual(['pass 1/0/0', 'pass 1/0/0', 'pass 1/0/0', 'pass 1/0/0'])
  })

  it('hold the step after a bad one until two are good', () => {
    const looks = [
      [90, bad(0)],
      [150, good(1)],
      [155, good(1)],
      [210, good(2)],
    ] as const
    expect(words(looks)).toEqual(['pass 1/0/0', 'pass 1/1/0', 'pass 1/1/0', 'pass* 0/2/0'])
  })

  it('of a check that is silent since do not count again', () => {
    const stale = read(check('check-a', 'healthy', 2), check('check-b', 'unhealthy', 0))
    const fresh = read(check('check-a', 'healthy', 3), check('check-b', 'unhealthy', 0))
    expect(
      words([
        [90, bad(0)],
        [210, stale],
        [270, fresh],
      ]),
    ).toEqual(['pass 1/0/0', 'pass 1/0/0', 'pass 1/0/0'])
  })

  it('without data count once each, when they should be visible and the grace is over', () => {
    const looks = [60, 300, 420, 425, 480, 540].map((seconds) => [seconds, blind] as const)
    expect(words(looks)).toEqual([
      'no-data 0/0/0',
      'no-data 0/0/0',
      'no-data 0/0/1',
      'no-data 0/0/1',
      'no-data 0/0/2',
      'no-data 0/0/3',
    ])
  })

  it('are spent by failed readings too, and seen again after them', () => {
    const failed: HealthChecksSample = { status: 'error', reason: 'throttled' }
    expect(
      words(
        [
          [300, failed],
          [360, failed],
          [420, good(5)],
        ],
        60,
      ),
    ).toEqual(['error 0/0/1', 'error 0/0/2', 'pass* 0/1/0'])
  })
})

it('never settles a step, and never counts good, with too few healthy', () => {
  const state = fc.constantFrom<State>('healthy', 'unhealthy', 'no-data')
  const one = fc.record({
    states: fc.array(state, { minLength: 1, maxLength: 6 }),
    minHealthy: fc.integer({ min: 1, max: 6 }),
  })
  fc.assert(
    fc.property(one, ({ states, minHealthy }) => {
      fc.pre(minHealthy <= states.length)
      const healthCheckIds = states.map((_, index) => `check-${index}`)
      const checks = states.map((each, index) => check(`check-${index}`, each))
      const { settled, memory, verdict } = judge(read(...checks), 90, { healthCheckIds, minHealthy })
      const count = (wanted: State) => states.filter((each) => each === wanted).length
      const enough = count('healthy') >= minHealthy
      const couldBe = count('healthy') + count('no-data') >= minHealthy
      expect({ settled, good: memory.goodInARow, bad: memory.badInARow }).toEqual({
        settled: enough,
        good: enough ? 1 : 0,
        bad: couldBe ? 0 : 1,
      })
      expect(verdict.outcome === 'no-data').toBe(!enough && couldBe)
    }),
  )
})
