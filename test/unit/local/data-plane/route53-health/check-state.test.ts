import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CheckState,
  judgeResult,
  newCheckState,
} from '../../../../../local/data-plane/route53-health/check-state.ts'

/** `+` passes, `-` fails. */
function judge(results: string, threshold: number, start: CheckState = newCheckState): string {
  let state = start
  return [...results]
    .map((result) => {
      state = judgeResult(state, result === '+', threshold)
      return state.status
    })
    .join(' ')
}

describe('judgeResult', () => {
  it.each([
    ['+', 3, 'healthy'],
    ['---', 3, 'unknown unknown unhealthy'],
    ['--+', 3, 'unknown unknown healthy'],
    ['+--+---', 3, 'healthy healthy healthy healthy healthy healthy unhealthy'],
    ['-+', 1, 'unhealthy healthy'],
    ['+-+', 1, 'healthy unhealthy healthy'],
    ['+--++', 2, 'healthy healthy unhealthy unhealthy healthy'],
    ['+--+-++', 2, 'healthy healthy unhealthy unhealthy unhealthy unhealthy healthy'],
  ])('judges %s at a threshold of %i', (results, threshold, expected) => {
    expect(judge(results, threshold)).toBe(expected)
  })

  it('turns exactly where as many results in a row say so', () => {
    const results = fc
      .array(fc.constantFrom('+', '-'), { minLength: 1, maxLength: 40 })
      .map((all) => `+${all.join('')}`)
    fc.assert(
      fc.property(results, fc.integer({ min: 1, max: 10 }), (text, threshold) => {
        const said = judge(text, threshold).split(' ')
        let expected = 'healthy'
        for (let at = 0; at < text.length; at++) {
          const recent = text.slice(Math.max(0, at + 1 - threshold), at + 1)
          if (recent === '-'.repeat(threshold)) expected = 'unhealthy'
          if (recent === '+'.repeat(threshold)) expected = 'healthy'
          expect(said[at]).toBe(expected)
        }
      }),
    )
  })
})
