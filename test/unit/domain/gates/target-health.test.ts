import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GroupHealth } from '../../../../shared/domain/capacity.ts'
import {
  emptyMemory,
  type GateMemory,
  type Judgement,
  type LookContext,
  type TargetHealthGate,
} from '../../../../shared/domain/gates/gate.ts'
import { lookSpacingSeconds } from '../../../../shared/domain/gates/looks.ts'
import { judgeTargetHealth, type TargetHealthSample } from '../../../../shared/domain/gates/target-health.ts'
import { aGroupHealth, aLook, aTargetHealthGate, aVerifyingLook } from '../../../support/gates.ts'

function sides(stable: GroupHealth, canary: GroupHealth, resource = 'rule'): TargetHealthSample {
  return { status: 'complete', routes: [{ resource, stable, canary }] }
}

const good = sides(aGroupHealth(4), aGroupHealth(4))
const bad = sides(aGroupHealth(4), aGroupHealth(4, { healthy: 3, reasons: ['10.0.0.1:80 unhealthy Target.Timeout'] }))
const broken: TargetHealthSample = { status: 'error', reason: 'throttled' }

/** Judges a series of looks, each on the memory of the one before. */
function series(
  looks: readonly (readonly [sample: TargetHealthSample, look: LookContext])[],
  gate: TargetHealthGate = aTargetHealthGate(),
): readonly Judgement[] {
  let memory: GateMemory = emptyMemory(0)
  return looks.map(([sample, look]) => {
    const judgement = judgeTargetHealth(gate, sample, memory, look)
    memory = judgement.memory
    return judgement
  })
}

/** `word`, and an asterisk where the step may end. */
const words = (judgements: readonly Judgement[]) =>
  judgements.map(({ verdict, settled }) => verdict.outcome + (settled ? '*' : ''))

const everyMinute = (samples: readonly TargetHealthSample[]) =>
  series(samples.map((sample, index) => [sample, aLook(index * 60)]))

describe('judgeTargetHealth in a step', () => {
  it.each([
    { name: 'one good look settles', samples: [good], expected: ['pass*'] },
    { name: 'three bad looks in a row fail', samples: [bad, bad, bad], expected: ['pass', 'pass', 'fail'] },
    {
      name: 'a bad look holds the step until two good ones',
      samples: [good, bad, good, good],
      expected: ['pass*', 'pass', 'pass', 'pass*'],
    },
    {
      name: 'a good look in between starts the count again',
      samples: [bad, bad, good, bad, bad, bad],
      expected: ['pass', 'pass', 'pass', 'pass', 'pass', 'fail'],
    },
    {
      name: 'a failed gate recovers with two good looks',
      samples: [bad, bad, bad, good, good],
      expected: ['pass', 'pass', 'fail', 'fail', 'pass*'],
    },
    {
      name: 'an error neither lengthens nor breaks a bad streak',
      samples: [bad, bad, broken, bad],
      expected: ['pass', 'pass', 'error', 'fail'],
    },
  ])('$name', ({ samples, expected }) => {
    expect(words(everyMinute(samples))).toEqual(expected)
  })

  it('counts the looks of three actors at the same moment once', () => {
    const looks = [0, 1, 2, 60, 60, 61].map((seconds) => [bad, aLook(seconds)] as const)
    expect(words(series(looks))).toEqual(['pass', 'pass', 'pass', 'pass', 'pass', 'pass'])
    expect(series(looks).at(-1)?.memory.badInARow).toBe(2)
  })

  it('does not settle on a bad look that is too near to count', () => {
    const judgements = series([
      [good, aLook(0)],
      [bad, aLook(lookSpacingSeconds - 1)],
      [bad, aLook(lookSpacingSeconds)],
    ])
    expect(words(judgements)).toEqual(['pass*', 'pass', 'pass'])
    expect(judgements.map(({ memory }) => memory.badInARow)).toEqual([0, 0, 1])
  })

  it('counts no look before the weight settled, nor one that comes late', () => {
    expect(series([[bad, aLook(-1)]])[0]?.memory).toEqual(emptyMemory(0))
    const [, late] = series([
      [good, aLook(60)],
      [bad, aLook(30)],
    ])
    expect(late?.memory.badInARow).toBe(0)
  })

  it('spends misses on errors after the grace only, once each', () => {
    const at = [230, 240, 300, 301, 360, 420].map((seconds) => [broken, aLook(seconds)] as const)
    const judgements = series(at)
    expect(judgements.map(({ memory }) => memory.misses)).toEqual([0, 0, 1, 1, 2, 3])
    expect(judgements.map(({ missesSpent }) => missesSpent)).toEqual([false, false, false, false, false, true])
    expect(words(judgements)).toEqual(['error', 'error', 'error', 'error', 'error', 'error'])
  })

  it('starts the misses again when health can be read', () => {
    const at = [broken, broken, good, broken].map((sample, index) => [sample, aLook(300 + index * 60)] as const)
    expect(series(at).map(({ memory }) => memory.misses)).toEqual([1, 2, 0, 1])
  })

  it('never fails before three bad looks that count, and never passes on an error', () => {
    const sample = fc.constantFrom<'good' | 'bad' | 'broken'>('good', 'bad', 'broken')
    const look = fc.record({ sample, gap: fc.integer({ min: 0, max: 90 }) })
    fc.assert(
      fc.property(fc.array(look, { maxLength: 30 }), (looks) => {
        let seconds = 0
        const judgements = series(
          looks.map(({ sample, gap }) => {
            seconds += gap
            return [{ good, bad, broken }[sample], aLook(seconds)] as const
          }),
        )
        for (const [index, { verdict }] of judgements.entries()) {
          const sofar = looks.slice(0, index + 1).filter((one) => one.sample === 'bad')
          if (verdict.outcome === 'fail') expect(sofar.length).toBeGreaterThanOrEqual(3)
          if (looks[index]?.sample === 'broken') expect(verdict.outcome).not.toBe('pass')
        }
      }),
    )
  })
})

describe('judgeTargetHealth before traffic', () => {
  const verifying = (samples: readonly TargetHealthSample[]) =>
    series(samples.map((sample, index) => [sample, aVerifyingLook(index * 30)]))

  it('passes after two good looks in a row', () => {
    expect(words(verifying([bad, good, bad, good, good]))).toEqual([
      'no-data',
      'no-data',
      'no-data',
      'no-data',
      'pass*',
    ])
  })

  it('does not fail, however long the canary takes: the deadline decides', () => {
    expect(new Set(words(verifying(Array.from({ length: 20 }, () => bad))))).toEqual(new Set(['no-data']))
  })

  it('spends no misses', () => {
    expect(verifying(Array.from({ length: 20 }, () => broken)).at(-1)).toMatchObject({
      missesSpent: false,
      memory: { misses: 0 },
    })
  })
})

describe('what is enough', () => {
  const judge = (sample: TargetHealthSample, gate = aTargetHealthGate(), weight = 50) =>
    judgeTargetHealth(gate, sample, emptyMemory(0), aLook(60, { weight }))

  it.each([
    { name: 'the share of stable', stable: 4, canary: aGroupHealth(2), settled: true },
    { name: 'one less than the share', stable: 5, canary: aGroupHealth(2), settled: false },
    { name: 'an empty canary', stable: 0, canary: aGroupHealth(0), settled: false },
    { name: 'one target where stable has none', stable: 0, canary: aGroupHealth(1), settled: true },
    { name: 'enough for the share, one sick', stable: 4, canary: aGroupHealth(4, { healthy: 3 }), settled: false },
    {
      name: 'targets that nobody checks',
      stable: 4,
      canary: aGroupHealth(2, { healthy: 0, unknown: 2 }),
      settled: true,
    },
  ])('judges $name: $settled', ({ stable, canary, settled }) => {
    expect(judge(sides(aGroupHealth(stable), canary)).settled).toBe(settled)
  })

  it('lets the share decide where fewer of the registered are asked for', () => {
    const gate = aTargetHealthGate({ minHealthyPercent: 50 })
    expect(judge(sides(aGroupHealth(4), aGroupHealth(4, { healthy: 2 })), gate).settled).toBe(true)
    expect(judge(sides(aGroupHealth(5), aGroupHealth(4, { healthy: 2 })), gate).settled).toBe(false)
  })

  it('holds every route to it: a full group does not hide an empty one', () => {
    const judgement = judge({
      status: 'complete',
      routes: [
        { resource: 'one', stable: aGroupHealth(2), canary: aGroupHealth(9) },
        { resource: 'two', stable: aGroupHealth(2), canary: aGroupHealth(0) },
      ],
    })
    expect(judgement.settled).toBe(false)
    expect(judgement.verdict.reason).toBe(
      '1 of 3 bad looks in a row: the canary has 0 of 0 targets healthy and needs 1',
    )
  })

  it('asks an earlier wave for all of the traffic that it carries', () => {
    const route = { resource: 'one', stable: aGroupHealth(4), canary: aGroupHealth(2) }
    expect(judge({ status: 'complete', routes: [route] }).settled).toBe(true)
    expect(judge({ status: 'complete', routes: [{ ...route, sharePercent: 100 }] }).settled).toBe(false)
  })

  it('has no data without a route', () => {
    expect(judge({ status: 'complete', routes: [] }).verdict.outcome).toBe('no-data')
  })

  it('says what was counted, and on what', () => {
    expect(judge(bad).verdict).toEqual({
      outcome: 'pass',
      reason:
        '1 of 3 bad looks in a row: the canary has 3 of 4 targets healthy and needs 4; 10.0.0.1:80 unhealthy Target.Timeout',
      evidence: {
        source: 'target health',
        weight: 50,
        minHealthyPercent: 100,
        routes: [
          {
            resource: 'rule',
            canary: { healthy: 3, unknown: 0, total: 4, reasons: ['10.0.0.1:80 unhealthy Target.Timeout'] },
            stable: { healthy: 4, unknown: 0, total: 4 },
            neededForShare: 2,
            neededOfRegistered: 4,
            needed: 4,
            available: 3,
            enough: false,
          },
        ],
        badInARow: 1,
        goodInARow: 0,
        misses: 0,
        lookedAt: '2026-01-01T12:01:00.000Z',
      },
    })
    expect(judge(sides(aGroupHealth(1), aGroupHealth(1, { healthy: 0, unknown: 1 }))).verdict.reason).toBe(
      'the canary has 0 of 1 targets healthy and needs 1 (1 without health checks count as healthy)',
    )
  })
})
