import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rateSequence, ratioSequence } from '../../../../shared/domain/sequential/confidence.ts'
import { aBucket, type Counts, follow } from '../../../support/comparison.ts'
import { createRandom } from '../../../support/random-counts.ts'

function ratioAfter(counts: readonly Counts[], phi = 1) {
  return ratioSequence(follow(counts.map((one) => aBucket(one))).at(-1)?.shares ?? {}, phi)
}

describe('a confidence sequence of a rate', () => {
  it('says nothing of no requests', () => {
    expect(rateSequence({ requests: 0, bad: 0 }, 1)).toEqual({ estimate: null, low: null, high: null })
  })

  it('ends at 0 where nothing is bad, at 1 where everything is', () => {
    expect(rateSequence({ requests: 50, bad: 0 }, 1)).toMatchObject({ estimate: 0, low: 0 })
    expect(rateSequence({ requests: 50, bad: 50 }, 1)).toMatchObject({ estimate: 1, high: 1 })
  })

  it('is the mirror image for the requests that are not bad', () => {
    const [few, many] = [rateSequence({ requests: 200, bad: 7 }, 1), rateSequence({ requests: 200, bad: 193 }, 1)]
    expect(many.low).toBeCloseTo(1 - (few.high ?? 0), 12)
    expect(many.high).toBeCloseTo(1 - (few.low ?? 0), 12)
  })

  it('gets narrower with more requests, wider with dispersion and with confidence', () => {
    const width = ({ low, high }: ReturnType<typeof rateSequence>) => (high ?? 0) - (low ?? 0)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat(1000), (requests, at) => {
        const counts = { requests, bad: Math.min(at, requests) }
        const more = { requests: 2 * requests, bad: 2 * counts.bad }
        expect(width(rateSequence(more, 1))).toBeLessThan(width(rateSequence(counts, 1)))
        expect(width(rateSequence(counts, 3))).toBeGreaterThan(width(rateSequence(counts, 1)))
        expect(width(rateSequence(counts, 1, 0.01))).toBeGreaterThan(width(rateSequence(counts, 1, 0.05)))
      }),
    )
  })

  it('holds the true rate at all times at once', () => {
    const runs = Array.from({ length: 300 }, (_, run) => {
      const random = createRandom(50 + run)
      let [requests, bad] = [0, 0]
      return Array.from({ length: 40 }, () => {
        const side = random.side(50, 0.1)
        requests += side.requests
        bad += side.bad
        const { low, high } = rateSequence({ requests, bad }, 1)
        return (low ?? 0) <= 0.1 && 0.1 <= (high ?? 1)
      }).every(Boolean)
    })
    expect(runs.filter((holds) => !holds).length).toBeLessThan(25)
  })
})

describe('a confidence sequence of the ratio', () => {
  it('says nothing without bad requests', () => {
    expect(ratioAfter([[100, 900, 0, 0]])).toEqual({ estimate: null, low: null, high: null })
  })

  it('says nothing of buckets in which only one side had requests', () => {
    expect(ratioAfter([[0, 900, 0, 9]])).toEqual({ estimate: null, low: null, high: null })
    expect(ratioAfter([[100, 0, 9, 0]])).toEqual({ estimate: null, low: null, high: null })
  })

  it('is open above where only the canary has any, and begins at 0 where only stable has', () => {
    const canary = ratioAfter([[100, 900, 9, 0]])
    expect(canary).toMatchObject({ estimate: null, high: null })
    expect(canary.low).toBeGreaterThan(1)
    const stable = ratioAfter([[500, 500, 0, 40]])
    expect(stable).toMatchObject({ estimate: 0, low: 0 })
    expect(stable.high).toBeLessThan(1)
  })

  it('gets wider with dispersion', () => {
    const counts: Counts[] = [[1000, 9000, 20, 60]]
    const [raw, bursty] = [ratioAfter(counts), ratioAfter(counts, 4)]
    expect(bursty.estimate).toBeCloseTo(raw.estimate ?? 0, 9)
    expect(bursty.low).toBeLessThan(raw.low ?? 0)
    expect(bursty.high).toBeGreaterThan(raw.high ?? 0)
  })

  it('compares within each share: a rate that changed for both sides does not count', () => {
    const { estimate } = ratioAfter([
      [100, 1900, 10, 190],
      [1000, 1000, 2, 2],
    ])
    expect(estimate).toBeCloseTo(1, 6)
  })

  it('keeps few numbers however many buckets there were', () => {
    const random = createRandom(1)
    const many = Array.from({ length: 2000 }, (): Counts => {
      const [canary, stable] = [random.side(1000, 0.01), random.side(9000, 0.01)]
      return [canary.requests, stable.requests, canary.bad, stable.bad]
    })
    const state = follow(many.map((one) => aBucket(one))).at(-1)
    expect(Object.keys(state?.shares ?? {}).length).toBeLessThan(30)
    const { low, high } = ratioSequence(state?.shares ?? {}, 1)
    expect(low).toBeLessThan(1)
    expect(high).toBeGreaterThan(1)
  })
})
