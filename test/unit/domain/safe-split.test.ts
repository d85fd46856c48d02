import { describe, expect, it } from 'vitest'
import { type SafeSplitFacts, safeSplit } from '../../../shared/domain/safe-split.ts'

const side = (healthy: number, total = 4) => ({ total, healthy, unknown: 0 })

function facts(overrides: Partial<SafeSplitFacts> = {}): SafeSplitFacts {
  return { canaryPercent: 10, stable: side(4), canary: side(4), stableHoldsTrusted: true, ...overrides }
}

describe('safeSplit', () => {
  it.each<{ name: string; given: Partial<SafeSplitFacts>; side: string; reason: RegExp }>([
    { name: 'stable is healthy', given: {}, side: 'stable', reason: /4 of 4 targets healthy and needs 1/ },
    { name: 'no traffic left stable', given: { canaryPercent: 0, stable: side(0) }, side: 'stable', reason: /already/ },
    { name: 'nobody can tell how stable is', given: { stable: 'unknown' }, side: 'stable', reason: /unknown/ },
    {
      name: 'stable lost a target at 10 %: it carries the rest already',
      given: { stable: side(3) },
      side: 'stable',
      reason: /3 of 4/,
    },
    { name: 'stable has no healthy target', given: { stable: side(0) }, side: 'ask', reason: /0 of 4.*canary has 4/ },
    {
      name: 'stable was scaled down while the canary had everything',
      given: { canaryPercent: 100, stable: side(1, 1) },
      side: 'ask',
      reason: /needs 4/,
    },
    {
      name: 'the canary is larger than stable ever was',
      given: { canaryPercent: 100, stable: side(2, 2), stableHealthyBefore: 2 },
      side: 'stable',
      reason: /needs 2/,
    },
    {
      name: 'stable is smaller than it was before',
      given: { canaryPercent: 100, stable: side(1, 2), stableHealthyBefore: 2 },
      side: 'ask',
      reason: /needs 2/,
    },
    {
      name: 'neither side has a healthy target',
      given: { stable: side(0), canary: side(0) },
      side: 'stable',
      reason: /the canary has no healthy target at all/,
    },
    {
      name: 'stable is down and the canary cannot be read',
      given: { stable: side(0), canary: 'unknown' },
      side: 'ask',
      reason: /canary is unknown/,
    },
    {
      name: 'stable is up and the canary cannot be read',
      given: { canary: 'unknown' },
      side: 'stable',
      reason: /needs 1/,
    },
    {
      name: 'health checks are off on stable',
      given: { canaryPercent: 100, stable: { total: 4, healthy: 0, unknown: 4 } },
      side: 'stable',
      reason: /4 of 4/,
    },
    {
      name: 'all weights are 0: the whole traffic must come back',
      given: { canaryPercent: null, stable: side(1) },
      side: 'ask',
      reason: /needs 4/,
    },
    {
      name: 'the slot of stable was given away',
      given: { stableHoldsTrusted: false, canaryPercent: 100 },
      side: 'canary',
      reason: /no longer holds/,
    },
    {
      name: 'the slot of stable was given away and the canary cannot be read',
      given: { stableHoldsTrusted: false, canary: 'unknown' },
      side: 'canary',
      reason: /unknown/,
    },
    {
      name: 'the slot of stable was given away and the canary is down',
      given: { stableHoldsTrusted: false, canary: side(0) },
      side: 'ask',
      reason: /no healthy target/,
    },
  ])('answers $side when $name', ({ given, side, reason }) => {
    const answer = safeSplit(facts(given))
    expect(answer.side).toBe(side)
    expect(answer.reason).toMatch(reason)
  })

  it('never puts traffic on a side without a healthy target while the other has one', () => {
    for (const canaryPercent of [0.1, 10, 50, 99.9, 100, null])
      for (let onStable = 0; onStable <= 3; onStable++)
        for (let onCanary = 0; onCanary <= 3; onCanary++)
          for (const stableHoldsTrusted of [true, false]) {
            const given = { canaryPercent, stable: side(onStable), canary: side(onCanary), stableHoldsTrusted }
            const answer = safeSplit(given)
            if (onStable === 0 && onCanary > 0) expect(answer.side, JSON.stringify(given)).not.toBe('stable')
            if (onCanary === 0 && onStable > 0) expect(answer.side, JSON.stringify(given)).not.toBe('canary')
          }
  })
})
