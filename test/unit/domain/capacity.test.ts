import { describe, expect, it } from 'vitest'
import { availableTargets, neededHealthy } from '../../../shared/domain/capacity.ts'

describe('neededHealthy', () => {
  it.each([
    { sharePercent: 0, otherHealthy: 10, needed: 1 },
    { sharePercent: 10, otherHealthy: 0, needed: 1 },
    { sharePercent: 10, otherHealthy: 4, needed: 1 },
    { sharePercent: 10, otherHealthy: 10, needed: 1 },
    { sharePercent: 10, otherHealthy: 11, needed: 2 },
    { sharePercent: 70, otherHealthy: 10, needed: 7 },
    { sharePercent: 33.3, otherHealthy: 10, needed: 4 },
    { sharePercent: 0.1, otherHealthy: 1000, needed: 1 },
    { sharePercent: 0.1, otherHealthy: 1001, needed: 2 },
    { sharePercent: 100, otherHealthy: 4, needed: 4 },
  ])('is $needed for $sharePercent % of $otherHealthy', ({ needed, ...need }) => {
    expect(neededHealthy(need)).toBe(needed)
  })
})

it('counts targets that nobody checks as available', () => {
  expect(availableTargets({ healthy: 2, unknown: 3 })).toBe(5)
})
