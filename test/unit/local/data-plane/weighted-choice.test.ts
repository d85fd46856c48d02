import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildChoiceSequence } from '../../../../local/data-plane/weighted-choice.ts'

/** Requests given to each group in `length` turns from `start`. */
function countRun(weights: readonly number[], start: number, length: number): number[] {
  const sequence = buildChoiceSequence(weights)
  const counts = weights.map(() => 0)
  for (let turn = start; turn < start + length; turn++) {
    const index = sequence[turn % sequence.length] ?? -1
    counts[index] = (counts[index] ?? 0) + 1
  }
  return counts
}

const weight = fc.integer({ min: 0, max: 999 })
const weights = fc.array(weight, { minLength: 1, maxLength: 5 }).filter((all) => all.some((one) => one > 0))
const twoWeights = fc.tuple(weight, weight).filter(([a, b]) => a + b > 0)

function furthestOff(all: readonly number[], counts: readonly number[], length: number): number {
  const total = all.reduce((sum, one) => sum + one, 0)
  return Math.max(...all.map((one, index) => Math.abs((counts[index] ?? 0) - (one * length) / total)))
}

describe('buildChoiceSequence', () => {
  it.each([
    { name: 'ninety to ten', weights: [90, 10], run: [90, 10] },
    { name: 'one per cent', weights: [99, 1], run: [99, 1] },
    { name: 'nothing for the canary', weights: [100, 0], run: [100, 0] },
    { name: 'everything for the canary', weights: [0, 100], run: [0, 100] },
    { name: 'three groups', weights: [50, 30, 20], run: [50, 30, 20] },
    { name: 'a single group', weights: [7], run: [100] },
  ])('gives exact shares of 100: $name', ({ weights, run }) => {
    expect(countRun(weights, 0, 100)).toEqual(run)
  })

  it('stays within one request of the share in every run of 100 with two groups, wherever the run starts', () => {
    fc.assert(
      fc.property(twoWeights, fc.nat(2000), (all, start) => furthestOff(all, countRun(all, start, 100), 100) <= 1),
      { numRuns: 500 },
    )
  })

  it('is never a whole request off after any number of requests, for up to five groups', () => {
    fc.assert(
      fc.property(weights, fc.nat(6000), (all, length) => furthestOff(all, countRun(all, 0, length), length) < 1),
      { numRuns: 500 },
    )
  })

  it('never chooses a group without weight', () => {
    fc.assert(fc.property(weights, (all) => buildChoiceSequence(all).every((index) => (all[index] ?? 0) > 0)))
  })

  it('spreads a small share instead of sending it in one burst', () => {
    for (let tenth = 0; tenth < 10; tenth++) expect(countRun([900, 100], tenth * 10, 10)).toEqual([9, 1])
  })

  it.each([{ weights: [0, 0] }, { weights: [] }])('is empty when no group has weight: $weights', ({ weights }) => {
    expect(buildChoiceSequence(weights)).toHaveLength(0)
  })
})
