import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  badRequestsNeeded,
  type DetectionInput,
  detectByStep,
  detectionProbability,
  expectedRate,
} from '../../../shared/domain/detection.ts'
import { freshStartSeconds } from '../../../shared/domain/gates/fresh-starts.ts'
import { buildPlan } from '../../../shared/domain/plan.ts'
import {
  addBucket,
  type ComparisonParameters,
  defaultParameters,
  fixComparison,
  startComparison,
} from '../../../shared/domain/sequential-test.ts'
import { createRandom } from '../../support/random-counts.ts'

interface Situation extends Partial<ComparisonParameters> {
  readonly requestsPerMinute?: number
  readonly baselineRate?: number
  readonly dispersion?: number | null
  readonly bucketSeconds?: number
  /** Weight and minutes of each step below 100; the last one bakes as long as the one before. */
  readonly steps?: readonly (readonly [weight: number, minutes: number])[]
}

/** 1,000 requests a minute, 0.1 % errors, half an hour at 10 %, then at 100 %. */
function aSituation(situation: Situation = {}): DetectionInput {
  const { requestsPerMinute = 1000, baselineRate = 0.001, dispersion = null, bucketSeconds = 60, ...rest } = situation
  const { steps = [[10, 30]], ...parameters } = rest
  const all = [...steps, [100, steps.at(-1)?.[1] ?? 30] as const]
  return {
    parameters: { ...defaultParameters(situation.measure ?? 'errors'), ...parameters },
    bucketSeconds,
    plan: buildPlan({
      type: 'steps',
      steps: all.map(([weight, minutes]) => ({ weight, bakeSeconds: Math.round(minutes * 60) })),
    }),
    traffic: { requestsPerMinute, baselineRate, dispersion },
  }
}

const detect = (situation: Situation = {}) => detectByStep(aSituation(situation))
const ratioIn = (situation: Situation, step = 0) => detect(situation)[step]?.detected?.ratio ?? Number.POSITIVE_INFINITY

describe('badRequestsNeeded', () => {
  it.each([
    [0.01, 5, [37, 9.2, 5.5, 3.1]],
    [0.01, 10, [40, 10.2, 6.3, 3.7]],
    [0.001, 10, [54, 13.6, 8.4, 5.0]],
  ])('at alpha %d and %d %% takes so many for 2, 5, 10 and 50 times the baseline', (alpha, weight, expected) => {
    const parameters = { ...defaultParameters('errors'), alpha }
    const needed = [2, 5, 10, 50].map((ratio) => badRequestsNeeded(parameters, weight, ratio))
    for (const [index, count] of needed.entries()) expect(Math.abs(count - (expected[index] ?? 0))).toBeLessThan(0.51)
    expect(Number(needed[2]?.toFixed(1))).toBe(expected[2])
  })
})

describe('expectedRate', () => {
  it.each([
    ['the share that was bad', 1000, 5, 0.005],
    ['half a request where none was bad', 999, 0, 0.0005],
    ['half a request short of all where all were bad', 999, 999, 0.9995],
  ])('is %s', (_, requests, bad, rate) => {
    expect(expectedRate({ requests, bad })).toBeCloseTo(rate, 12)
  })
})

describe('detectByStep', () => {
  it('says what half an hour at 10 % of 1,000 requests a minute detects', () => {
    const [canary, whole] = detect()
    expect(canary).toMatchObject({ step: 0, weight: 10, bakeSeconds: 1800, shortfall: null })
    expect(canary?.detected?.ratio).toBeCloseTo(5.8, 0)
    expect(canary?.detected).toMatchObject({ rate: (canary?.detected?.ratio ?? 0) / 1000, seconds: 1800 })
    expect(canary?.detected?.failedRequests).toBe(Math.ceil(3000 * (canary?.detected?.rate ?? 0)))
    // At 100 % it takes a rate that stands out from the limit of 0.5 %.
    expect(whole?.detected?.rate).toBeGreaterThan(0.005)
    expect(whole?.detected?.rate).toBeLessThan(0.02)
  })

  it.each([
    ['300 s hold two settled minutes', 60, 300, false],
    ['299 s do not', 60, 299, true],
    ['150 s hold two settled buckets of 10 s', 10, 150, false],
    ['149 s do not', 10, 149, true],
    ['nothing fits into a step without a bake', 60, 0, true],
  ])('knows that %s', (_, bucketSeconds, bakeSeconds, isTooShort) => {
    const [first] = detect({ bucketSeconds, requestsPerMinute: 100_000, steps: [[50, bakeSeconds / 60]] })
    const neededSeconds = bucketSeconds === 60 ? 300 : 150
    if (isTooShort) expect(first).toMatchObject({ detected: null, shortfall: { type: 'too-short', neededSeconds } })
    else expect(first?.shortfall?.type).not.toBe('too-short')
  })

  it('knows that the growth cap asks for more buckets, however large the regression', () => {
    const seconds = { bucketSeconds: 10, requestsPerMinute: 100_000 }
    const [first] = detect({ ...seconds, steps: [[50, 2.5]] })
    expect(first?.detected).toBeNull()
    expect(tooSmall(first).remedy.bakeSeconds).toBe(160)
    expect(detect({ ...seconds, steps: [[50, 160 / 60]] })[0]?.detected?.ratio).toBeLessThan(10)
  })

  it('leaves the first minute of a release out where slow requests are compared', () => {
    const slow = { measure: 'slow', baselineRate: 0.05, requestsPerMinute: 100_000 } as const
    const shortfalls = detect({
      ...slow,
      steps: [
        [10, 5],
        [50, 10],
      ],
    }).map(({ shortfall }) => shortfall)
    expect(shortfalls).toEqual([{ type: 'too-short', neededSeconds: 360 }, null, null])
  })

  it('says what would help where the traffic is too small', () => {
    const [first] = detect({ requestsPerMinute: 50, steps: [[1, 10]] })
    expect(first).toMatchObject({ detected: null, shortfall: { type: 'too-small', requestsPerMinute: 50 } })
    const { remedy, badRequests, badRequestsNeeded: needed } = tooSmall(first)
    expect(remedy).toMatchObject({ ratio: 10, rate: 0.01, weight: null })
    expect(badRequests).toBeCloseTo(7 * 0.5 * 0.01, 6)
    expect(needed).toBeCloseTo(5, 0)
    const longer = detect({ requestsPerMinute: 50, steps: [[1, (remedy.bakeSeconds ?? 0) / 60]] })
    expect(longer[0]?.detected?.ratio).toBeLessThan(10.5)
    expect(longer[0]?.detected?.ratio).toBeGreaterThan(8)
  })

  it('names the weight that would do, if there is one', () => {
    const { remedy } = tooSmall(detect({ requestsPerMinute: 1000, steps: [[0.2, 15]] })[0])
    expect(remedy.weight).toBe(10)
    expect(ratioIn({ steps: [[10, 15]] })).toBeLessThan(10.1)
    expect(ratioIn({ steps: [[5, 15]] })).toBeGreaterThan(10)
  })

  it('has no remedy where even a week is too short', () => {
    const { remedy } = tooSmall(detect({ requestsPerMinute: 0.5, steps: [[0.2, 10]] })[0])
    expect(remedy).toMatchObject({ bakeSeconds: null, weight: null })
  })

  it('asks of a remedy what matters at all, and at 100 % what stands out from the limit', () => {
    const thin = { requestsPerMinute: 5, baselineRate: 0.00001 }
    const [first] = detect({ ...thin, steps: [[1, 10]] })
    expect(tooSmall(first).remedy.rate).toBeCloseTo(0.00051, 8)
    const [whole] = detect({ ...thin, steps: [] })
    expect(tooSmall(whole).remedy.rate).toBeCloseTo(0.01, 8)
    expect(tooSmall(whole).badRequestsNeeded).toBeNull()
  })

  it('holds a canary at 100 % to what stable was beside it, where that is more', () => {
    const service = { requestsPerMinute: 10_000, baselineRate: 0.03, p0: 0.005 }
    const [, after] = detect({ ...service, steps: [[10, 30]] })
    const [alone] = detect({ ...service, steps: [] })
    expect(after?.detected?.rate).toBeGreaterThan(0.04)
    expect(alone?.detected?.ratio).toBeLessThan(1.1)
  })

  it('reckons with buckets that hold no canary request at all', () => {
    const thin = { measure: 'slow', baselineRate: 0.05, steps: [[1, 60]] } as const
    const ratio = ratioIn({ ...thin, requestsPerMinute: 50 })
    expect(ratio).toBeLessThan(12)
    expect(ratio).toBeGreaterThan(ratioIn({ ...thin, requestsPerMinute: 200 }))
  })

  it('finds a tiny rate small enough, however many times the baseline it is', () => {
    const [first] = detect({ requestsPerMinute: 10_000, baselineRate: 1e-7 })
    expect(first?.detected?.ratio).toBeGreaterThan(100)
    expect(first?.detected?.rate).toBeLessThan(0.001)
    expect(first?.shortfall).toBeNull()
  })

  it('calls a step too small that detects only what is both huge and far from the baseline', () => {
    const [first] = detect({ requestsPerMinute: 100, steps: [[5, 9]] })
    expect(first?.detected?.ratio).toBeGreaterThan(100)
    expect(first?.shortfall?.type).toBe('too-small')
  })

  it('follows a week in groups of buckets, down to the smallest difference that matters', () => {
    const week = detect({ requestsPerMinute: 10_000, steps: [[10, 10_080]] })[0]?.detected
    // 0.05 points above 0.1 %, and what chance may hide of it.
    expect(week?.ratio).toBeGreaterThan(1.5)
    expect(week?.ratio).toBeLessThan(1.55)
    expect(week?.seconds).toBeLessThanOrEqual(604_800)
  })

  it('asks for a difference that is seen even where the evidence is plenty', () => {
    const plenty = { requestsPerMinute: 100_000, steps: [[25, 30]] } as const
    const rate = ratioIn(plenty) * 0.001
    const canaryRequests = 27 * 25_000
    const unkind = rate - 1.28 * Math.sqrt(rate / canaryRequests)
    expect(Math.abs(unkind / 0.0015 - 1)).toBeLessThan(0.01)
    expect(ratioIn({ ...plenty, materiality: 0 })).toBeLessThan(1.45)
  })

  it('takes longer to find a fault that begins in a later step', () => {
    const later = detect({
      steps: [
        [10, 30],
        [10.1, 30],
      ],
    })
    const ratio = later[1]?.detected?.ratio ?? 0
    expect(ratio).toBeGreaterThan(1.05 * ratioIn({ steps: [[10, 30]] }))
    const withoutRestarts = detect({
      restarts: { release: 1, later: 0 },
      steps: [
        [10, 30],
        [10.1, 30],
      ],
    })
    expect(withoutRestarts[1]?.detected?.ratio).toBeGreaterThan(ratio)
  })

  it.each([
    ['a stricter alpha', { alpha: 0.001 }],
    ['a tolerance', { tolerance: 1.4 }],
    ['burstiness', { dispersion: 5 }],
    ['burstiness that was set', { phi: 5 }],
    ['a cap of little more than 1', { cap: 1.3 }],
    ['more bad requests asked for', { minErrors: 60 }],
    ['a larger difference that matters', { materiality: 0.01 }],
    ['less capital at the release', { restarts: { release: 0.01, later: 0.01 } }],
  ])('detects less with %s', (_, parameters) => {
    expect(ratioIn(parameters)).toBeGreaterThan(1.05 * ratioIn({}))
  })

  it('detects more without a cap, and no less without burstiness than where it is not known', () => {
    const short = { steps: [[10, 6]] } as const
    expect(ratioIn({ ...short, cap: null })).toBeLessThan(ratioIn(short))
    expect(ratioIn({ dispersion: 1.1 })).toBe(ratioIn({}))
  })

  it('detects earlier with buckets of ten seconds', () => {
    const steps = [[10, 6]] as const
    expect(ratioIn({ bucketSeconds: 10, steps })).toBeLessThan(ratioIn({ steps }))
  })

  it('never detects less with more traffic, more weight or a longer step', () => {
    // Above 35 % more weight takes so much from the baseline that a large ratio becomes harder to see.
    const situation = fc.record({
      measure: fc.constantFrom<ComparisonParameters['measure'][]>('errors', 'slow'),
      traffic: fc.double({ min: 2, max: 4, noNaN: true }),
      weight: fc.integer({ min: 1, max: 17 }),
      minutes: fc.integer({ min: 6, max: 30 }),
      more: fc.double({ min: 1, max: 2, noNaN: true }),
    })
    fc.assert(
      fc.property(situation, fc.constantFrom('traffic', 'weight', 'minutes'), (one, what) => {
        const ratioOf = (at: { traffic: number; weight: number; minutes: number }) =>
          ratioIn({
            measure: one.measure,
            baselineRate: one.measure === 'slow' ? 0.05 : 0.001,
            requestsPerMinute: 10 ** at.traffic,
            steps: [[Math.round(10 * at.weight) / 10, at.minutes]],
          })
        const raised = what === 'traffic' ? one.traffic + Math.log10(one.more) : one[what] * one.more
        expect(ratioOf({ ...one, [what]: raised })).toBeLessThanOrEqual(1.03 * ratioOf(one))
      }),
      { numRuns: 24 },
    )
  })
})

describe('what is said to be detected', () => {
  it.each<[string, Situation & { readonly steps: readonly (readonly [number, number])[] }]>([
    ['errors, 1,000 a minute at 10 %', { requestsPerMinute: 1000, steps: [[10, 30]] }],
    ['errors, 10,000 a minute at 5 %, ten minutes', { requestsPerMinute: 10_000, steps: [[5, 10]] }],
    ['errors, 1,000 a minute at 50 %', { requestsPerMinute: 1000, steps: [[50, 30]] }],
    [
      'errors in a later step',
      {
        requestsPerMinute: 10_000,
        steps: [
          [5, 20],
          [25, 20],
        ],
      },
    ],
    ['slow requests', { measure: 'slow', baselineRate: 0.05, requestsPerMinute: 1000, steps: [[10, 20]] }],
  ])('is what the comparison itself detects in nine of ten runs: %s', (_, situation) => {
    const input = aSituation(situation)
    const last = situation.steps.length - 1
    const rate = detectByStep(input)[last]?.detected?.rate ?? 1
    expect(Math.abs(simulate(input, last, rate) - detectionProbability)).toBeLessThan(0.06)
  })
})

const runs = 300

/** Share of runs in which the comparison fails in `step`, where the fault begins with it. */
function simulate({ parameters, plan, traffic, bucketSeconds }: DetectionInput, step: number, rate: number): number {
  const { requestsPerMinute, baselineRate } = traffic
  const history = { bad: Array.from({ length: 1440 }, () => requestsPerMinute * baselineRate), requests: 1e9 }
  const plannedBuckets = freshStartSeconds(plan) / bucketSeconds
  const fixed = fixComparison(parameters, { bucketSeconds, plannedBuckets, history })
  const buckets = plan.steps.slice(0, step + 1).flatMap(({ weight, bakeSeconds }, index) =>
    // One that began before the step, one of warm-up, and in the step itself two that are not settled in time.
    Array.from(
      {
        length:
          bakeSeconds / 60 - 1 - (parameters.measure === 'slow' && index === 0 ? 1 : 0) - (index === step ? 2 : 0),
      },
      () => ({ weight, rate: index === step ? rate : baselineRate }),
    ),
  )
  const random = createRandom(5)
  let failed = 0
  for (let run = 0; run < runs; run++) {
    let state = startComparison(parameters)
    for (const { weight, rate: onCanary } of buckets) {
      const canary = (requestsPerMinute * weight) / 100
      const strata = [
        { stable: random.side(requestsPerMinute - canary, baselineRate), canary: random.side(canary, onCanary) },
      ]
      state = addBucket(parameters, fixed, state, { strata, weight })
      if (state.failedAt !== null) break
    }
    if (state.failedAt !== null) failed++
  }
  return failed / runs
}

function tooSmall(step: ReturnType<typeof detectByStep>[number] | undefined) {
  if (step?.shortfall?.type !== 'too-small') throw new Error('expected a step that is too small')
  return step.shortfall
}
