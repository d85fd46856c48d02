import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Distribution,
  mergeDistributions,
  partOf,
  sumsOf,
} from '../../../../../local/aws/cloudwatch/distribution.ts'
import { evaluateStatistic, parseStatistic } from '../../../../../local/aws/cloudwatch/statistic.ts'

/** Up to 30 distinct values from 0 to 100, each seen up to 50 times. */
const distributions = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 50 })), {
    selector: ([value]) => value,
    minLength: 1,
    maxLength: 30,
  })
  .map((entries): Distribution => ({ entries: entries.sort(([a], [b]) => a - b) }))

function compute(text: string, of: Distribution): number | undefined {
  const statistic = parseStatistic(text)
  return statistic && evaluateStatistic(statistic, of)
}

const expanded = ({ entries }: Distribution) => entries.flatMap(([value, count]) => Array<number>(count).fill(value))

describe('any distribution', () => {
  it('has the percentile that a sorted list has by nearest rank', () => {
    fc.assert(
      fc.property(distributions, fc.integer({ min: 1, max: 100 }), (of, percent) => {
        const sorted = expanded(of)
        expect(compute(`p${percent}`, of)).toBe(sorted[Math.ceil((percent * sorted.length) / 100) - 1])
      }),
    )
  })

  it('counts each observation on one side of a limit', () => {
    fc.assert(
      fc.property(distributions, fc.integer({ min: 0, max: 100 }), (of, limit) => {
        expect(compute(`TC(${limit}:)`, of)).toBe(expanded(of).filter((value) => value > limit).length)
        expect(compute(`TC(:${limit})`, of)).toBe(expanded(of).filter((value) => value <= limit).length)
      }),
    )
  })

  it('shows in part no value more often than in whole, and the share of all', () => {
    fc.assert(
      fc.property(distributions, fc.constantFrom(0, 0.3, 0.6, 1), (of, share) => {
        const whole = new Map(of.entries)
        const part = partOf(of, share)
        for (const [value, count] of part.entries) expect(count).toBeLessThanOrEqual(whole.get(value) ?? 0)
        expect(sumsOf(part)?.sampleCount ?? 0).toBe(Math.floor(expanded(of).length * share))
      }),
    )
  })

  it('adds up when merged', () => {
    fc.assert(
      fc.property(distributions, distributions, (a, b) => {
        const merged = mergeDistributions([a, b])
        expect(expanded(merged)).toEqual([...expanded(a), ...expanded(b)].sort((x, y) => x - y))
      }),
    )
  })
})
