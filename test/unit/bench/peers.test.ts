import { describe, expect, it } from 'vitest'
import { createArgoLike } from '../../../bench/gates/peers/argo.ts'
import { createCodeDeployLike } from '../../../bench/gates/peers/code-deploy.ts'
import { createFlaggerLike } from '../../../bench/gates/peers/flagger.ts'
import type { Minute } from '../../../bench/gates/peers/minute.ts'
import { binomialTail, createNaive } from '../../../bench/gates/peers/naive.ts'

/** One character a minute: the canary's errors of 100 requests; `-` no request, `x` 100 errors. */
function minutes(text: string): readonly Minute[] {
  return [...text].map((mark) => {
    const bad = mark === '-' ? 0 : mark === 'x' ? 100 : Number(mark)
    const quiet = { requests: 900, bad: 1 }
    return { canary: { requests: mark === '-' ? 0 : 100, bad }, stable: quiet, cohort: quiet }
  })
}

describe('CodeDeploy with an alarm', () => {
  it.each([
    { name: 'stops at the second breaching point in a row', text: '0022', expected: 4 },
    { name: 'takes exactly the threshold for good', text: '111111', expected: null },
    { name: 'begins anew after a good point', text: '20202', expected: null },
    { name: 'skips a minute without data', text: '2-2', expected: 3 },
    { name: 'does nothing without traffic', text: '-----', expected: null },
  ])('$name', ({ text, expected }) => {
    expect(createCodeDeployLike()(minutes(text))).toBe(expected)
  })

  it('takes other thresholds and counts', () => {
    expect(createCodeDeployLike({ threshold: 0.05, points: 3 })(minutes('56666'))).toBe(4)
  })
})

describe('Flagger', () => {
  it.each([
    { name: 'rolls back one tick after the fifth failed check', text: '2222222', expected: 6 },
    { name: 'adds up failures over good checks', text: '20202020200', expected: 10 },
    { name: 'is too late where the analysis ends with the fifth', text: '22222', expected: null },
    { name: 'takes exactly the minimum for good', text: '11111111', expected: null },
    { name: 'takes no traffic for a failed check', text: '------', expected: 6 },
  ])('$name', ({ text, expected }) => {
    expect(createFlaggerLike()(minutes(text))).toBe(expected)
  })

  it('takes other thresholds', () => {
    expect(createFlaggerLike({ minimumSuccess: 0.9, threshold: 1 })(minutes('9x0'))).toBe(3)
  })
})

describe('Argo Rollouts', () => {
  it.each([
    { name: 'fails at the fourth failed measurement', text: '2222222', expected: 4 },
    { name: 'adds up failures over good measurements', text: '2002002002', expected: 10 },
    { name: 'tolerates three', text: '222000000', expected: null },
    { name: 'takes exactly the minimum for good', text: '11111111', expected: null },
    { name: 'takes NaN for a failure', text: '----', expected: 4 },
  ])('$name', ({ text, expected }) => {
    expect(createArgoLike()(minutes(text))).toBe(expected)
  })

  it('takes other limits', () => {
    expect(createArgoLike({ minimumSuccess: 0.95, failureLimit: 0 })(minutes('55x'))).toBe(3)
  })
})

describe('the naive p-value', () => {
  it.each([
    { least: 0, trials: 5, share: 0.1, expected: 1 },
    { least: 6, trials: 5, share: 0.1, expected: 0 },
    { least: 1, trials: 2, share: 0.5, expected: 0.75 },
    { least: 3, trials: 3, share: 0.1, expected: 0.001 },
    { least: 2, trials: 4, share: 0.25, expected: 67 / 256 },
  ])('of at least $least of $trials at $share is $expected', ({ least, trials, share, expected }) => {
    expect(binomialTail(least, trials, share)).toBeCloseTo(expected, 12)
  })

  it('stays a probability for many errors', () => {
    expect(binomialTail(10_000, 100_000, 0.1)).toBeCloseTo(0.5, 2)
    expect(binomialTail(90_000, 100_000, 0.1)).toBe(0)
  })

  it('is taken over all errors so far', () => {
    // With one error a minute on stable: P(≥ 2 of 3) = 0.028, then P(≥ 4 of 6) = 0.0013.
    const naive = createNaive({ share: 0.1, level: 0.01 })
    expect(naive(minutes('2'))).toBeNull()
    expect(naive(minutes('22'))).toBe(2)
    expect(naive(minutes('000000'))).toBeNull()
  })
})
