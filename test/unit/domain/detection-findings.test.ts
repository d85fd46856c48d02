import { describe, expect, it } from 'vitest'
import type { Shortfall, StepDetection } from '../../../shared/domain/detection.ts'
import { detectionFindings } from '../../../shared/domain/findings/detection.ts'

const detected = { ratio: 250, rate: 0.25, seconds: 600, failedRequests: 9 }

function aStep(shortfall: Shortfall | null, overrides: Partial<StepDetection> = {}): StepDetection {
  return { step: 1, weight: 2, bakeSeconds: 600, detected: null, shortfall, ...overrides }
}

function aSmallOne(remedy: Partial<Extract<Shortfall, { type: 'too-small' }>['remedy']>, needed: number | null = 5.04) {
  return {
    type: 'too-small',
    requestsPerMinute: 120,
    remedy: { rate: 0.01, ratio: 10, bakeSeconds: null, weight: null, ...remedy },
    badRequests: 0.168,
    badRequestsNeeded: needed,
  } as const satisfies Shortfall
}

const proof = 'a 10-fold one takes about 5 bad canary requests to prove, and would have 0.17'

describe('detectionFindings', () => {
  it.each<[string, StepDetection, string]>([
    [
      'is too short',
      aStep({ type: 'too-short', neededSeconds: 300 }, { bakeSeconds: 60 }),
      'it bakes 60 s, and it takes 300 s until two windows of it are settled; bake at least that long',
    ],
    [
      'is too small, with two remedies',
      aStep(aSmallOne({ bakeSeconds: 7200, weight: 25 })),
      `with 2 % of 120 requests a minute for 600 s no regression is detected: ${proof}; ` +
        'a bake of 7200 s or a weight of 25 % would let it detect a 10-fold regression, to 1 %',
    ],
    [
      'detects only what is huge, with one remedy',
      aStep(aSmallOne({ weight: 25 }), { detected }),
      `with 2 % of 120 requests a minute for 600 s nothing below 250 times the baseline is detected: ${proof}; ` +
        'a weight of 25 % would let it detect a 10-fold regression, to 1 %',
    ],
    [
      'is too small beyond remedy',
      aStep(aSmallOne({ rate: 0.5, ratio: 10.4 })),
      'with 2 % of 120 requests a minute for 600 s no regression is detected: ' +
        'a 10-fold one takes about 5 bad canary requests to prove, and would have 0.17; ' +
        'neither a longer bake nor more weight alone would let it detect a 10-fold regression, to 50 %',
    ],
    [
      'has no baseline beside it',
      aStep(aSmallOne({ bakeSeconds: 7200 }, null), { weight: 100 }),
      'with 100 % of 120 requests a minute for 600 s no regression is detected; ' +
        'a bake of 7200 s would let it detect a 10-fold regression, to 1 %',
    ],
  ])('warns of a step that %s', (_, step, detail) => {
    const [finding, ...others] = detectionFindings('errors', [aStep(null, { step: 0, detected }), step])
    expect(finding).toMatchObject({ id: 'detects-nothing:errors:1', severity: 'warning' })
    expect(finding?.detail).toBe(`gate errors, step 1: ${detail}`)
    expect(others).toEqual([])
  })
})
