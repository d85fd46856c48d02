import { describe, expect, it } from 'vitest'
import { type Distribution, sumsOf } from '../../../../../local/aws/cloudwatch/distribution.ts'
import { createMetricStore } from '../../../../../local/aws/cloudwatch/metric-store.ts'
import { defaultMetricDelay } from '../../../../../local/aws/cloudwatch/visibility.ts'
import { createManualClock } from '../../../../../local/clock.ts'

const requests = {
  namespace: 'AWS/ApplicationELB',
  metricName: 'RequestCount',
  dimensions: { LoadBalancer: 'app/a/1' },
}
const orders = { namespace: 'Shop', metricName: 'Orders', dimensions: {} }
const minute = 60_000

function aStore(maxBuckets?: number) {
  const clock = createManualClock()
  const startAt = clock.now()
  const store = createMetricStore({ now: clock.now, delay: defaultMetricDelay, ...(maxBuckets && { maxBuckets }) })
  const sumAt = (metric: typeof requests | typeof orders, at = startAt, periodMs = minute) =>
    sumOf(store.read(metric, { fromAt: at, toAt: at + periodMs, periodMs }).get(at))
  return { clock, store, startAt, sumAt }
}

const sumOf = (found: Distribution | undefined) => found && sumsOf(found)?.sum
const ones = (count: number, at: number) => ({
  unit: 'Count',
  at,
  highResolution: false,
  observations: { values: [1], counts: [count] },
})

describe('a metric of the cloud itself', () => {
  it('shows nothing, then a part, then the whole minute', async () => {
    const { clock, store, startAt, sumAt } = aStore()
    store.add(requests, ones(100, startAt + 30_000))
    await clock.advance(minute + 59_999)
    expect(sumAt(requests)).toBeUndefined()
    await clock.advance(1)
    expect(sumAt(requests)).toBe(60)
    await clock.advance(minute - 1)
    expect(sumAt(requests)).toBe(60)
    await clock.advance(1)
    expect(sumAt(requests)).toBe(100)
  })

  it('does not show a single observation in part', async () => {
    const { clock, store, startAt, sumAt } = aStore()
    store.add(requests, ones(1, startAt))
    await clock.advance(2 * minute)
    expect(sumAt(requests)).toBeUndefined()
    await clock.advance(minute)
    expect(sumAt(requests)).toBe(1)
  })

  it('spreads the part over the values', async () => {
    const { clock, store, startAt } = aStore()
    const observations = { values: [1, 2, 3, 4, 5], counts: [1, 1, 1, 1, 1] }
    store.add(requests, { unit: 'Count', at: startAt, highResolution: false, observations })
    await clock.advance(2 * minute)
    const found = store.read(requests, { fromAt: startAt, toAt: startAt + minute, periodMs: minute }).get(startAt)
    expect(found?.entries.map(([value]) => value)).toEqual([2, 4, 5])
  })

  it('is listed once its first data shows', async () => {
    const { clock, store, startAt } = aStore()
    store.add(requests, ones(5, startAt))
    await clock.advance(minute)
    expect(store.list()).toEqual([])
    await clock.advance(minute)
    expect(store.list()).toEqual([{ ...requests, lastDataAt: startAt }])
  })
})

describe('a published metric', () => {
  it('shows at once and adds up', () => {
    const { store, startAt, sumAt } = aStore()
    store.add(orders, ones(2, startAt))
    store.add(orders, ones(3, startAt + 59_999))
    expect(sumAt(orders)).toBe(5)
  })

  it('is another metric with other dimensions', () => {
    const { store, startAt } = aStore()
    store.add(orders, ones(2, startAt))
    const other = { ...orders, dimensions: { Side: 'green' } }
    expect(store.read(other, { fromAt: startAt, toAt: startAt + minute, periodMs: minute }).size).toBe(0)
  })

  it('keeps units apart when asked', () => {
    const { store, startAt } = aStore()
    store.add(orders, ones(2, startAt))
    store.add(orders, { ...ones(5, startAt), unit: 'None' })
    const inUnit = (unit?: string) =>
      sumOf(store.read(orders, { fromAt: startAt, toAt: startAt + minute, periodMs: minute, unit }).get(startAt))
    expect([inUnit('Count'), inUnit('None'), inUnit(), inUnit('Bytes')]).toEqual([2, 5, 7, undefined])
  })

  it('has ten-second data at high resolution, in whole minutes after three hours', async () => {
    const { clock, store, startAt, sumAt } = aStore()
    for (const second of [0, 9, 10, 59])
      store.add(orders, { ...ones(1, startAt + second * 1000), highResolution: true })
    expect(sumAt(orders, startAt, 10_000)).toBe(2)
    await clock.advance(3 * 60 * minute + minute)
    store.prune()
    expect(sumAt(orders, startAt, minute)).toBe(4)
    expect(sumAt(orders, startAt + 10_000, 10_000)).toBeUndefined()
  })

  it('is forgotten after 15 days', async () => {
    const { clock, store, startAt, sumAt } = aStore()
    store.add(orders, ones(1, startAt))
    await clock.advance(15 * 24 * 60 * minute)
    store.prune()
    expect(sumAt(orders)).toBe(1)
    await clock.advance(1)
    store.prune()
    expect(sumAt(orders)).toBeUndefined()
    expect(store.list()).toEqual([])
  })

  it('drops the oldest minutes when there are too many', () => {
    const { store, startAt, sumAt } = aStore(10)
    for (let at = 0; at < 15; at++)
      store.add(at % 2 ? orders : { ...orders, metricName: 'Carts' }, ones(1, startAt + at * minute))
    store.prune()
    expect(sumAt(orders, startAt + 3 * minute)).toBeUndefined()
    expect(sumAt(orders, startAt + 5 * minute)).toBe(1)
  })

  it('takes late data in', () => {
    const { store, startAt } = aStore()
    for (const at of [3, 1, 2, 0]) store.add(orders, ones(at + 1, startAt + at * minute))
    const found = store.read(orders, { fromAt: startAt, toAt: startAt + 4 * minute, periodMs: 2 * minute })
    expect([...found].map(([at, one]) => [at - startAt, sumOf(one)])).toEqual([
      [0, 3],
      [2 * minute, 7],
    ])
  })
})

it('comes back from what it saved, the last three hours', async () => {
  const { clock, store, startAt } = aStore()
  store.add(orders, ones(1, startAt))
  await clock.advance(4 * 60 * minute)
  const set = { sampleCount: 2, sum: 5, minimum: 1, maximum: 4 }
  store.add(orders, ones(2, clock.now()))
  store.add(orders, { unit: 'Count', at: clock.now(), highResolution: false, observations: { set } })
  const other = createMetricStore({ now: clock.now, delay: defaultMetricDelay })
  other.load(JSON.parse(JSON.stringify(store.save())))
  expect([...other.read(orders, { fromAt: startAt, toAt: clock.now() + 1, periodMs: minute })]).toEqual([
    [clock.now(), { entries: [[1, 2]], set }],
  ])
})
