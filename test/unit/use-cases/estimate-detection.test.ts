import { beforeEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../../local/clock.ts'
import { createMemoryCloud, type MemoryCloud } from '../../../shared/adapters/memory/cloud.ts'
import { buildPlan } from '../../../shared/domain/plan.ts'
import { type DetectionWish, estimateDetection } from '../../../shared/use-cases/estimate-detection.ts'
import { anAlbRoute, webArns } from '../../support/builders.ts'
import { aCompareGate, aMetricGate } from '../../support/gates.ts'

const now = Date.UTC(2026, 0, 1, 12, 0, 30)
const minuteMs = 60_000
/** Start of the newest minute that is over and two minutes old. */
const newestMs = Date.UTC(2026, 0, 1, 11, 57)

let cloud: MemoryCloud
beforeEach(() => {
  cloud = createMemoryCloud(createManualClock(now))
})

const estimate = (wish: Partial<DetectionWish> = {}) =>
  estimateDetection(
    { ...cloud, homeRegion: 'eu-west-1', clock: { now: () => now } },
    {
      routes: [anAlbRoute()],
      gates: [aCompareGate()],
      plan: buildPlan({ type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 600 }),
      stable: 'blue',
      traffic: null,
      ...wish,
    },
  )

/** The last hour of stable, minute by minute. */
function hour(minute: (index: number) => Parameters<MemoryCloud['metrics']['setMinute']>[2]) {
  for (let index = 0; index < 60; index++)
    cloud.metrics.setMinute(webArns.blue, newestMs - index * minuteMs, minute(index))
}

describe('estimateDetection', () => {
  it('asks nothing where there is no compare gate', async () => {
    cloud.metrics.fail('must not be asked')
    expect(await estimate({ gates: [aMetricGate()] })).toEqual([])
  })

  it('reckons with the last complete hour of stable', async () => {
    hour((index) => ({ requests: 1000, errors: index % 2 }))
    // Neither older minutes nor those that may still change, nor the canary's.
    cloud.metrics.setMinute(webArns.blue, newestMs - 60 * minuteMs, { requests: 1e6, errors: 1e6 })
    cloud.metrics.setMinute(webArns.blue, newestMs + minuteMs, { requests: 1e6, errors: 1e6 })
    cloud.metrics.setMinute(webArns.green, newestMs, { requests: 1e6, errors: 1e6 })
    const [gate] = await estimate()
    expect(gate).toMatchObject({
      gate: 'compare',
      measure: 'errors',
      traffic: { requestsPerMinute: 1000, baselineRate: 0.0005 },
      source: 'measured',
      baselineSource: 'measured',
      reason: null,
    })
    expect(gate?.steps.map(({ step }) => step)).toEqual([0, 1])
    expect(gate?.steps[0]?.detected?.rate).toBeGreaterThan(0.001)
  })

  it('counts minutes without traffic as minutes', async () => {
    hour((index) => ({ requests: index < 30 ? 100 : 0 }))
    expect((await estimate())[0]?.traffic?.requestsPerMinute).toBe(50)
  })

  it('reckons with half an error where there was none', async () => {
    hour(() => ({ requests: 1000 }))
    expect((await estimate())[0]?.traffic?.baselineRate).toBeCloseTo(0.5 / 60_001, 12)
  })

  it('detects less where errors come in bursts', async () => {
    hour((index) => ({ requests: 1000, errors: index % 10 === 0 ? 10 : 0 }))
    const [bursts] = await estimate()
    hour(() => ({ requests: 1000, errors: 1 }))
    const [even] = await estimate()
    expect(bursts?.traffic?.baselineRate).toBe(even?.traffic?.baselineRate)
    expect(bursts?.steps[0]?.detected?.ratio).toBeGreaterThan(2 * (even?.steps[0]?.detected?.ratio ?? 0))
  })

  it('takes what is given, and measures a rate that is not', async () => {
    hour(() => ({ requests: 1000, errors: 2 }))
    const traffic = { requestsPerMinute: 50_000, slowRate: 0.05 }
    const slow = aCompareGate({ name: 'slow', measure: 'slow', slowSeconds: 0.5 })
    expect(await estimate({ gates: [aCompareGate(), slow], traffic })).toMatchObject([
      {
        traffic: { requestsPerMinute: 50_000, baselineRate: 0.002 },
        source: 'given',
        baselineSource: 'measured',
      },
      {
        traffic: { requestsPerMinute: 50_000, baselineRate: 0.05, dispersion: null },
        source: 'given',
        baselineSource: 'given',
      },
    ])
  })

  it('takes a rate of 0 for an hour without a bad request', async () => {
    const [gate] = await estimate({ traffic: { requestsPerMinute: 100, errorRate: 0 } })
    expect(gate?.traffic?.baselineRate).toBeCloseTo(0.5 / 6001, 12)
  })

  it('reads the counters of the service by the minute, whatever their period', async () => {
    const counters = { namespace: 'shop', dimensions: { Slot: 'blue' } }
    for (let index = 0; index < 60; index++) {
      cloud.metrics.put({ ...counters, metricName: 'sessions' }, newestMs - index * minuteMs, 600)
      cloud.metrics.put({ ...counters, metricName: 'failed' }, newestMs - index * minuteMs, 3)
    }
    const source = {
      namespace: 'shop',
      requests: 'sessions',
      bad: 'failed',
      dimensions: { blue: { Slot: 'blue' }, green: { Slot: 'green' } },
      periodSeconds: 10,
    } as const
    const [gate] = await estimate({ gates: [aCompareGate({ source })] })
    expect(gate?.traffic).toMatchObject({ requestsPerMinute: 600, baselineRate: 0.005 })
    expect(gate?.steps[0]?.detected).not.toBeNull()
  })

  it('shares alpha among the gates that enforce', async () => {
    const traffic = { requestsPerMinute: 1000, errorRate: 0.001 }
    const ratioOf = async (wish: Partial<DetectionWish>) =>
      (await estimate({ traffic, ...wish }))[0]?.steps[0]?.detected?.ratio ?? 0
    const alone = await ratioOf({})
    const another = aCompareGate({ name: 'other', weight: 9 })
    expect(await ratioOf({ gates: [aCompareGate(), another] })).toBeGreaterThan(alone)
    expect(await ratioOf({ gates: [aCompareGate(), { ...another, mode: 'observe' }] })).toBe(alone)
  })

  it.each<[string, () => void, string]>([
    ['there was no traffic', () => {}, 'memory has no requests of stable in the last 60 minutes'],
    [
      'slow requests cannot be counted',
      () => hour(() => ({ requests: 10, slow: null })),
      'memory cannot count the requests of stable over 0.5 s',
    ],
    [
      'the source fails',
      () => cloud.metrics.fail('throttled'),
      'the traffic of stable could not be read from memory: throttled',
    ],
  ])('says why it knows nothing: %s', async (_, happen, reason) => {
    happen()
    const [gate] = await estimate({ gates: [aCompareGate({ measure: 'slow', slowSeconds: 0.5 })] })
    expect(gate).toMatchObject({ traffic: null, source: null, baselineSource: null, steps: [], reason })
  })
})
