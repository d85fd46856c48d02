import { describe, expect, it } from 'vitest'
import {
  addBucket,
  type Bucket,
  type ComparisonFixed,
  type ComparisonParameters,
  type ComparisonState,
  defaultParameters,
  startComparison,
} from '../../../../shared/domain/sequential-test.ts'
import { bareFixed } from '../../../support/comparison.ts'
import { createRandom } from '../../../support/random-counts.ts'

type Random = ReturnType<typeof createRandom>

interface Traffic {
  readonly perMinute: number
  readonly weightAt: (minute: number) => number
  readonly stableRateAt: (minute: number) => number
  readonly canaryRateAt: (minute: number) => number
}

const calm: Traffic = {
  perMinute: 1000,
  weightAt: () => 10,
  stableRateAt: () => 0.001,
  canaryRateAt: () => 0.001,
}
const rising = (minute: number) => [5, 10, 25, 50][Math.floor(minute / 15)] ?? 50
const incident = (minute: number) => (minute >= 20 && minute < 30 ? 0.03 : 0.001)
const often = () => 0.2

function aMinute(random: Random, minute: number, traffic: Traffic): Bucket {
  const { perMinute, weightAt, stableRateAt, canaryRateAt } = traffic
  const weight = weightAt(minute)
  const stable = random.side(perMinute * (1 - weight / 100), stableRateAt(minute))
  const canary = random.side((perMinute * weight) / 100, canaryRateAt(minute))
  return { strata: [{ stable, canary }], weight }
}

/** The states after each minute of an hour, one for each seed. */
function hours(
  runs: number,
  traffic: Traffic,
  parameters: ComparisonParameters = defaultParameters('errors'),
  fixed: ComparisonFixed = bareFixed({ cap: 64 }),
): ComparisonState[][] {
  return Array.from({ length: runs }, (_, run) => {
    const random = createRandom(1000 + run)
    let state = startComparison(parameters)
    return Array.from({ length: 60 }, (_, minute) => {
      state = addBucket(parameters, fixed, state, aMinute(random, minute, traffic))
      return state
    })
  })
}

const failed = (all: readonly ComparisonState[][]) => all.filter((hour) => hour.at(-1)?.failedAt !== null).length
const proven = (all: readonly ComparisonState[][]) => all.filter((hour) => hour.at(-1)?.provenAt !== null).length

describe('an hour of a release that is no worse', () => {
  // One in a hundred may fail by chance. With the bound exhausted 12 and more of 400 would be seen once in 1000 times.
  it.each([
    { name: 'plainly', traffic: calm },
    { name: 'through rising weights', traffic: { ...calm, weightAt: rising } },
    {
      name: 'through an incident on both sides',
      traffic: { ...calm, stableRateAt: incident, canaryRateAt: incident },
    },
    { name: 'with ten times the traffic', traffic: { ...calm, perMinute: 10_000 } },
    { name: 'better than stable', traffic: { ...calm, canaryRateAt: () => 0.0005 } },
  ])('fails at most as often as promised: $name', ({ traffic }) => {
    expect(failed(hours(400, traffic))).toBeLessThan(12)
  })

  it('fails at most as often without cap and without asking for a material difference', () => {
    const parameters = { ...defaultParameters('errors'), minErrors: 0, materiality: 0, alpha: 0.1 }
    expect(failed(hours(400, calm, parameters, bareFixed()))).toBeLessThan(60)
  })

  it('fails at most as often where a fifth of the requests is slow', () => {
    const traffic = { ...calm, perMinute: 300, stableRateAt: often, canaryRateAt: often }
    const parameters = { ...defaultParameters('slow'), minErrors: 0, materiality: 0, alpha: 0.1 }
    expect(failed(hours(150, traffic, parameters, bareFixed()))).toBeLessThan(30)
  })

  it('is proven in most cases', () => {
    expect(proven(hours(60, calm, { ...defaultParameters('errors'), pMax: 0.01 }))).toBeGreaterThan(54)
  })
})

describe('an hour of a release that is worse', () => {
  it('fails within minutes', () => {
    const worse = hours(60, { ...calm, canaryRateAt: () => 0.05 })
    expect(failed(worse)).toBe(60)
    const delays = worse.map((hour) => hour.at(-1)?.failedAt ?? 60).toSorted((a, b) => a - b)
    expect(delays[57]).toBeLessThanOrEqual(3)
  })

  it('fails soon after it gets worse, late as it is', () => {
    const late = hours(60, { ...calm, canaryRateAt: (minute) => (minute < 30 ? 0.001 : 0.05) })
    const delays = late.map((hour) => (hour.at(-1)?.failedAt ?? 60) - 29).toSorted((a, b) => a - b)
    expect(delays[57]).toBeLessThanOrEqual(5)
  })

  it('is hardly ever proven at the limit', () => {
    const parameters = { ...defaultParameters('errors'), pMax: 0.005 }
    // One in twenty may be proven by chance: 22 and more of 200 would be seen once in 1000 times.
    expect(proven(hours(200, { ...calm, canaryRateAt: () => 0.005 }, parameters))).toBeLessThan(22)
  })
})
