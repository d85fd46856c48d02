import { describe, expect, it } from 'vitest'
import { drawMoments, isThere, phasesInOrder } from '../../../bench/kill/moments.ts'
import { findFaults } from '../../../bench/kill/outcome.ts'

const draw = (seed: number) => {
  const moments = drawMoments(24, 4, seed)
  return Array.from({ length: 24 }, (_, round) => moments.next(round))
}

describe('the moments of the kills', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })

  it('hit every phase of a bad canary, early and late, once and twice', () => {
    const bad = draw(7).slice(0, 20)
    expect(new Set(bad.map(({ phase }) => phase))).toEqual(new Set(phasesInOrder))
    expect(new Set(bad.map(({ canary }) => canary))).toEqual(new Set(['bad', 'late']))
    expect(bad.filter(({ againAfterMs }) => againAfterMs !== null)).toHaveLength(5)
  })

  it('deploy good versions last, which are not waited for to roll back', () => {
    const good = draw(7).slice(20)
    expect(good.map(({ canary }) => canary)).toEqual(['good', 'good', 'good', 'good'])
    expect(good.map(({ phase }) => phase)).not.toContain('rolling-back')
  })

  it.each([
    ['bad', 'shifting', { phase: 'verifying', weight: 0 }, false],
    ['bad', 'shifting', { phase: 'shifting', weight: 0 }, true],
    ['bad', 'shifting', { phase: 'baking', weight: 20 }, true],
    ['late', 'baking', { phase: 'baking', weight: 20 }, false],
    ['late', 'baking', { phase: 'baking', weight: 100 }, true],
  ] as const)('of a %s canary in %s: at %o %s', (canary, phase, seen, expected) => {
    const moment = { canary, phase, afterMs: 0, deadMs: 100, againAfterMs: null, slowMs: 0 }
    expect(isThere(seen, moment)).toBe(expected)
  })
})

describe('how a killed deployment must end', () => {
  const bad = { isGood: false, canary: 'green', snapshot: { blue: 100, green: 0 } } as const

  it('is rolled back with the weights of the snapshot', () => {
    expect(findFaults({ ...bad, phase: 'rolled-back', readBack: { blue: 100, green: 0 } })).toEqual([])
  })

  it('is not a success, a halt, or other weights', () => {
    expect(findFaults({ ...bad, phase: 'succeeded', readBack: { blue: 0, green: 100 } })).toEqual([
      'ended "succeeded", not "rolled-back"',
      'weights are blue 0 / green 100, before they were blue 100 / green 0',
    ])
    expect(findFaults({ ...bad, phase: 'rolled-back', readBack: { blue: 80, green: 20 } })).toEqual([
      'weights are blue 80 / green 20, before they were blue 100 / green 0',
    ])
  })

  it('may be a success of a good version, with everything on it', () => {
    const good = { ...bad, isGood: true }
    expect(findFaults({ ...good, phase: 'succeeded', readBack: { blue: 0, green: 100 } })).toEqual([])
    expect(findFaults({ ...good, phase: 'rolled-back', readBack: { blue: 100, green: 0 } })).toEqual([])
    expect(findFaults({ ...good, phase: 'succeeded', readBack: { blue: 80, green: 20 } })).toEqual([
      'succeeded, but green has not everything: blue 80 / green 20',
    ])
  })
})
