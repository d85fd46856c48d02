import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limitMultiples, logAboveLimit } from '../../../../shared/domain/sequential/absolute-limit.ts'
import { exactMean, ofRate } from '../../../support/exact-mean.ts'

const rate = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true })

describe('one side against a limit', () => {
  it('has a mean of at most 1 for each multiple while the rates are at most the limit on average', () => {
    fc.assert(
      fc.property(fc.array(rate, { minLength: 1, maxLength: 20 }), rate, (rates, slack) => {
        const mean = rates.reduce((sum, one) => sum + one, 0) / rates.length
        const limit = mean + (1 - 1e-9 - mean) * slack
        for (const index of limitMultiples.keys())
          expect(
            exactMean({ stable: [], canary: rates }, ({ canary }) => logAboveLimit(canary, limit)[index] ?? 0),
          ).toBeLessThanOrEqual(1 + 1e-9)
      }),
    )
  })

  it('has a mean of exactly 1 at the limit', () => {
    const means = [...limitMultiples.keys()].map((index) =>
      exactMean({ stable: [], canary: ofRate(30, 0.01) }, ({ canary }) => logAboveLimit(canary, 0.01)[index] ?? 0),
    )
    expect(means).toEqual(limitMultiples.map(() => expect.closeTo(1, 12)))
  })

  it('takes halfway to 1 where a multiple would be above 1', () => {
    const [twice, five, ten, twenty] = logAboveLimit({ requests: 1, bad: 1 }, 0.4)
    expect(twice).toBeCloseTo(Math.log(0.7 / 0.4), 12)
    expect([five, ten, twenty]).toEqual([twice, twice, twice])
  })
})
