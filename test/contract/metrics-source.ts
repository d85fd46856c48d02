import { beforeEach, describe, expect, it } from 'vitest'
import type { ManualClock } from '../../local/clock.ts'
import type { CloudWatchMetric, OwnMetric, RouterMetric } from '../../shared/domain/gates/gate.ts'
import {
  type CountsQuery,
  type MetricsSource,
  metricsCompleteAfterSeconds,
  type RouterCounts,
} from '../../shared/ports/metrics-source.ts'
import { albArns } from '../support/alb.ts'

/** A provider without any traffic, as a suite finds it at the start of each test. */
export interface MeasuredWorld {
  readonly metrics: MetricsSource
  /** Stands at a whole minute. */
  readonly clock: ManualClock
  /** Traffic of a whole minute, as a load balancer reports it: errors only where there are some. */
  record(targetGroupArn: string, atMs: number, minute: Traffic): void
  /** Calls of the alias `checkout:live` in a whole minute, under a version, or only under the alias (null). */
  recordCalls(version: string | null, atMs: number, minute: Traffic): void
  /** One observation of a service's own metric, at high resolution. */
  put(metric: MetricName, atMs: number, value: number): Promise<void>
  /** Tells a world without metric math what an expression means. */
  define(expression: string, evaluate: (values: Readonly<Record<string, number | null>>) => number | null): void
}

export interface MetricName {
  readonly namespace: string
  readonly metricName: string
  readonly dimensions: Readonly<Record<string, string>>
}

export interface Traffic {
  readonly requests: number
  readonly errors?: number
  readonly latencySeconds?: number
  /** Requests that took 10 s; the others took 0.1 s. */
  readonly slow?: number
}

const minuteMs = 60_000
const { blue, green, loadBalancer } = albArns

/** The written meaning of {@link MetricsSource}. */
export function describeMetricsSource(name: string, make: () => Promise<MeasuredWorld>): void {
  describe(`${name} as a metrics source`, () => {
    let world: MeasuredWorld
    let startMs: number
    beforeEach(async () => {
      world = await make()
      startMs = world.clock.now()
    })

    /** The windows of the first `minutes` minutes, without their bounds. */
    async function read(metric: RouterMetric, minutes: number, groups: readonly string[] = [green]) {
      const reading = await world.metrics.read({
        metric,
        sides: groups.map((targetGroupArn) => ({ targetGroupArn, loadBalancerArn: loadBalancer })),
        fromMs: startMs,
        toMs: startMs + minutes * minuteMs,
      })
      if (reading.status === 'error') throw new Error(reading.reason)
      return reading.windows.map(({ requests, errors, latencySeconds }) => ({ requests, errors, latencySeconds }))
    }

    it('gives minutes without traffic as null, not as 0', async () => {
      await world.clock.advance(10 * minuteMs)
      const nothing = { requests: null, errors: null, latencySeconds: null }
      expect(await read('error-rate', 2)).toEqual([nothing, nothing])
    })

    it('counts requests and errors by the minute; no errors are 0 where there were requests', async () => {
      world.record(green, startMs, { requests: 100, errors: 7 })
      world.record(green, startMs + minuteMs, { requests: 50 })
      await world.clock.advance(10 * minuteMs)
      expect(await read('error-rate', 3)).toEqual([
        { requests: 100, errors: 7, latencySeconds: null },
        { requests: 50, errors: 0, latencySeconds: null },
        { requests: null, errors: null, latencySeconds: null },
      ])
    })

    it('gives the asked percentile with the requests it was taken from', async () => {
      world.record(green, startMs, { requests: 10, latencySeconds: 0.25 })
      await world.clock.advance(10 * minuteMs)
      const [window] = await read('latency-p90', 1)
      expect(window).toMatchObject({ requests: 10, errors: null })
      expect(window?.latencySeconds).toBeCloseTo(0.25, 2)
    })

    it('adds the counts of several groups and takes the worst latency', async () => {
      world.record(blue, startMs, { requests: 100, errors: 1, latencySeconds: 0.1 })
      world.record(green, startMs, { requests: 10, errors: 2, latencySeconds: 0.4 })
      await world.clock.advance(10 * minuteMs)
      expect(await read('error-rate', 1, [blue, green])).toEqual([{ requests: 110, errors: 3, latencySeconds: null }])
      const [window] = await read('latency-p99', 1, [blue, green])
      expect(window?.latencySeconds).toBeCloseTo(0.4, 2)
    })

    it('keeps the groups apart', async () => {
      world.record(blue, startMs, { requests: 100 })
      await world.clock.advance(10 * minuteMs)
      expect(await read('requests', 1, [green])).toEqual([{ requests: null, errors: null, latencySeconds: null }])
    })

    it('holds a minute back until it is complete', async () => {
      world.record(green, startMs, { requests: 100 })
      await world.clock.advance(minuteMs + metricsCompleteAfterSeconds * 1000 - 1)
      expect(await read('requests', 1)).toEqual([])
      await world.clock.advance(1)
      expect(await read('requests', 1)).toEqual([{ requests: 100, errors: null, latencySeconds: null }])
    })

    const versionOf = (version: string, isAlone = false) => ({
      ...{ functionName: 'checkout', alias: 'live', version, region: 'eu-west-1', isAlone },
    })

    it('measures a version of a function by its own numbers; its alias counts where it is alone', async () => {
      world.recordCalls('1', startMs, { requests: 900, errors: 9, latencySeconds: 0.1 })
      world.recordCalls('2', startMs, { requests: 100, errors: 7, latencySeconds: 0.25 })
      world.recordCalls(null, startMs, { requests: 1000, errors: 16, latencySeconds: 0.1 })
      world.recordCalls(null, startMs + minuteMs, { requests: 50, errors: 5, latencySeconds: 0.5 })
      await world.clock.advance(10 * minuteMs)
      const readSide = async (metric: RouterMetric, side: ReturnType<typeof versionOf>) => {
        const span = { fromMs: startMs, toMs: startMs + 2 * minuteMs }
        const reading = await world.metrics.read({ metric, sides: [side], ...span })
        if (reading.status === 'error') throw new Error(reading.reason)
        return reading.windows.map(({ requests, errors, latencySeconds }) => [requests, errors, latencySeconds])
      }
      const nothing = [null, null, null]
      expect(await readSide('error-rate', versionOf('2'))).toEqual([[100, 7, null], nothing])
      expect(await readSide('error-rate', versionOf('2', true))).toEqual([
        [100, 7, null],
        [50, 5, null],
      ])
      const [[, , own] = [], [, , ofAlias] = []] = await readSide('latency-p90', versionOf('2', true))
      expect([own, ofAlias].map((seconds) => seconds?.toFixed(2))).toEqual(['0.25', '0.50'])
    })

    it.each([
      ['errors', { type: 'errors' }, { requests: 100, bad: 7 }],
      ['slow calls', { type: 'slow', seconds: 1 }, { requests: 100, bad: 20 }],
    ] as const)('counts the %s of both versions of a function', async (_name, measure, ofCanary) => {
      world.recordCalls('1', startMs, { requests: 900, errors: 0, slow: 0 })
      world.recordCalls('2', startMs, { requests: 100, errors: 7, slow: 20 })
      await world.clock.advance(10 * minuteMs)
      const routes = [{ stable: versionOf('1'), canary: versionOf('2') }]
      expect(await count({ source: 'router', measure, routes }, 60)).toEqual([
        [{ stable: { requests: 900, bad: 0 }, canary: ofCanary }],
      ])
    })

    it('gives whole minutes only, oldest first', async () => {
      await world.clock.advance(10 * minuteMs)
      const reading = await world.metrics.read({
        metric: 'requests',
        sides: [{ targetGroupArn: green, loadBalancerArn: loadBalancer }],
        fromMs: startMs + 1,
        toMs: startMs + 4 * minuteMs - 1,
      })
      expect(reading.status === 'complete' && reading.windows.map(({ startMs: from, endMs }) => [from, endMs])).toEqual(
        [
          [startMs + minuteMs, startMs + 2 * minuteMs],
          [startMs + 2 * minuteMs, startMs + 3 * minuteMs],
        ],
      )
    })

    /** What was counted in the first `seconds` seconds, without the bounds of the windows. */
    async function count(query: Query, seconds: number) {
      const reading = await world.metrics.counts({ ...query, fromMs: startMs, toMs: startMs + seconds * 1000 })
      if (reading.status === 'error') throw new Error(reading.reason)
      return reading.windows.map(({ strata }) => strata)
    }

    it('counts requests and errors of both sides; no errors are 0 where there were requests', async () => {
      world.record(blue, startMs, { requests: 900, errors: 2 })
      world.record(green, startMs, { requests: 100 })
      world.record(green, startMs + minuteMs, { requests: 110, errors: 5 })
      await world.clock.advance(10 * minuteMs)
      expect(await count(router({ type: 'errors' }), 180)).toEqual([
        [{ stable: { requests: 900, bad: 2 }, canary: { requests: 100, bad: 0 } }],
        [{ stable: nothing, canary: { requests: 110, bad: 5 } }],
        [{ stable: nothing, canary: nothing }],
      ])
    })

    it('counts requests over the limit; none is 0 where there were requests', async () => {
      world.record(blue, startMs, { requests: 900, slow: 0 })
      world.record(green, startMs, { requests: 100, slow: 30 })
      await world.clock.advance(10 * minuteMs)
      expect(await count(router({ type: 'slow', seconds: 0.5 }), 60)).toEqual([
        [{ stable: { requests: 900, bad: 0 }, canary: { requests: 100, bad: 30 } }],
      ])
    })

    it('calls a request that took just the limit not slow', async () => {
      world.record(green, startMs, { requests: 10, latencySeconds: 0.5 })
      await world.clock.advance(10 * minuteMs)
      expect(await count(router({ type: 'slow', seconds: 0.5 }), 60)).toEqual([
        [{ stable: nothing, canary: { requests: 10, bad: 0 } }],
      ])
      expect(await count(router({ type: 'slow', seconds: 0.4 }), 60)).toEqual([
        [{ stable: nothing, canary: { requests: 10, bad: 10 } }],
      ])
    })

    it('keeps the routes apart, in their order', async () => {
      world.record(blue, startMs, { requests: 900 })
      world.record(green, startMs, { requests: 100, errors: 1 })
      await world.clock.advance(10 * minuteMs)
      const { routes, ...rest } = router({ type: 'errors' })
      const turned = routes.map(({ stable, canary }) => ({ stable: canary, canary: stable }))
      expect(await count({ ...rest, routes: [...routes, ...turned] }, 60)).toEqual([
        [
          { stable: { requests: 900, bad: 0 }, canary: { requests: 100, bad: 1 } },
          { stable: { requests: 100, bad: 1 }, canary: { requests: 900, bad: 0 } },
        ],
      ])
    })

    it('gives every window that has ended, and none before', async () => {
      await world.clock.advance(3 * minuteMs - 1)
      expect(await windowsOf(router({ type: 'errors' }), startMs, startMs + 10 * minuteMs)).toEqual([
        [0, 60],
        [60, 120],
      ])
      await world.clock.advance(1)
      expect(await windowsOf(router({ type: 'errors' }), startMs + 1, startMs + 10 * minuteMs)).toEqual([
        [60, 120],
        [120, 180],
      ])
      expect(await windowsOf(router({ type: 'errors' }), startMs, startMs + minuteMs + 1)).toEqual([[0, 60]])
    })

    it('reads a day of minutes', async () => {
      for (let minute = 0; minute < 1440; minute++) world.record(blue, startMs + minute * minuteMs, { requests: 60 })
      await world.clock.advance(1450 * minuteMs)
      const day = await count(router({ type: 'errors' }), 86_400)
      expect(day).toHaveLength(1440)
      expect(day.every(([stratum]) => stratum?.stable.requests === 60 && stratum.stable.bad === 0)).toBe(true)
    })

    it("sums a service's own counters by ten seconds, at once", async () => {
      await world.put(own('requests', 'one'), startMs, 40)
      await world.put(own('requests', 'one'), startMs + 9999, 60)
      await world.put(own('requests', 'two'), startMs + 1000, 10)
      await world.put(own('failures', 'two'), startMs + 2000, 3)
      await world.put(own('failures', 'one'), startMs + 10_000, 1)
      await world.clock.advance(20_000)
      expect(await count(counters(10), 600)).toEqual([
        [{ stable: { requests: 100, bad: 0 }, canary: { requests: 10, bad: 3 } }],
        // Without requests nothing is known, failures or not.
        [{ stable: nothing, canary: nothing }],
      ])
    })

    it("sums a service's own counters by the minute", async () => {
      await world.put(own('requests', 'one'), startMs, 40)
      await world.put(own('requests', 'one'), startMs + 59_999, 60)
      await world.put(own('failures', 'one'), startMs + 30_000, 7)
      await world.clock.advance(minuteMs)
      expect(await count(counters(60), 600)).toEqual([[{ stable: { requests: 100, bad: 7 }, canary: nothing }]])
    })

    it('leaves out windows of ten seconds that nobody keeps any more', async () => {
      await world.clock.advance(200 * minuteMs)
      await world.put(own('requests', 'one'), startMs + 199 * minuteMs, 5)
      const windows = await windowsOf(counters(10), startMs, startMs + 200 * minuteMs)
      expect(windows[0]).toEqual([21 * 60, 21 * 60 + 10])
      expect(windows.at(-1)).toEqual([200 * 60 - 10, 200 * 60])
      expect((await count(counters(10), 200 * 60)).at(-6)).toEqual([
        { stable: { requests: 5, bad: 0 }, canary: nothing },
      ])
    })

    /** What a metric was in the first `seconds` seconds. */
    async function follow(metric: OwnMetric, seconds: number) {
      const span = { fromMs: startMs, toMs: startMs + seconds * 1000 }
      const reading = await world.metrics.series({ metric, region: 'eu-west-1', ...span })
      if (reading.status === 'error') throw new Error(reading.reason)
      return reading.windows.map(({ value }) => value)
    }

    it.each([
      ['Sum', 100],
      ['SampleCount', 3],
      ['Average', 33.33],
      ['Minimum', 10],
      ['Maximum', 60],
      ['p99', 60],
    ])("gives the %s of a service's own metric", async (stat, expected) => {
      for (const [index, value] of [10, 60, 30].entries())
        await world.put(own('time', 'one'), startMs + index * 20_000, value)
      await world.clock.advance(10 * minuteMs)
      const [first, ...rest] = await follow(series('time', 'one', { stat }), 180)
      expect(first).toBeCloseTo(expected, 1)
      expect(rest).toEqual([null, null])
    })

    it.each([10, 30, 60, 300])('gives the whole periods of %i seconds', async (periodSeconds) => {
      await world.put(own('time', 'one'), startMs + 600_000, 5)
      await world.put(own('time', 'one'), startMs + 600_000 + periodSeconds * 1000 - 1, 6)
      await world.put(own('time', 'one'), startMs + 600_000 + periodSeconds * 1000, 7)
      await world.clock.advance(60 * minuteMs)
      const values = await follow(series('time', 'one', { periodSeconds }), 1800)
      expect(values).toHaveLength(1800 / periodSeconds)
      expect(values.map((value, index) => [index, value]).filter(([, value]) => value !== null)).toEqual([
        [600 / periodSeconds, 11],
        [600 / periodSeconds + 1, 7],
      ])
    })

    it('tells metrics apart by every dimension', async () => {
      await world.put(own('time', 'one'), startMs, 5)
      await world.clock.advance(10 * minuteMs)
      expect(await follow(series('time', 'one', { dimensions: { Side: 'one' } }), 60)).toEqual([null])
      expect(await follow(series('time', 'one', { namespace: 'Shops' }), 60)).toEqual([null])
      expect(await follow(series('time', 'one', {}), 60)).toEqual([5])
    })

    it('holds a period back until it is complete', async () => {
      await world.put(own('time', 'one'), startMs, 5)
      const quick = series('time', 'one', { periodSeconds: 10 })
      await world.clock.advance((10 + metricsCompleteAfterSeconds) * 1000 - 1)
      expect(await follow(quick, 60)).toEqual([])
      await world.clock.advance(1)
      expect(await follow(quick, 60)).toEqual([5])
    })

    it('gives what an expression makes of its queries, where it has a value', async () => {
      const expression = '100 * bad / all'
      world.define(expression, ({ bad, all }) => (bad == null || all == null ? null : (100 * bad) / all))
      await world.put(own('requests', 'one'), startMs, 40)
      await world.put(own('failures', 'one'), startMs + 1000, 3)
      await world.put(own('requests', 'one'), startMs + 2 * minuteMs, 50)
      await world.put(own('failures', 'one'), startMs + 2 * minuteMs, 0)
      await world.clock.advance(10 * minuteMs)
      const { periodSeconds, ...failures } = series('failures', 'one', {})
      const { periodSeconds: _same, ...requests } = series('requests', 'one', {})
      const queries = [
        { id: 'bad', ...failures },
        { id: 'all', ...requests },
      ]
      expect(await follow({ expression, queries, periodSeconds }, 180)).toEqual([7.5, null, 0])
    })

    it('answers an expression that nobody understands with an error', async () => {
      await world.clock.advance(10 * minuteMs)
      const metric = { expression: 'm1 +', queries: [{ id: 'm1', ...series('time', 'one', {}) }], periodSeconds: 60 }
      const span = { fromMs: startMs, toMs: startMs + minuteMs }
      expect(await world.metrics.series({ metric, region: 'eu-west-1', ...span })).toMatchObject({ status: 'error' })
    })

    /** From and to of each window, seconds after the start. */
    async function windowsOf(query: Query, fromMs: number, toMs: number) {
      const reading = await world.metrics.counts({ ...query, fromMs, toMs })
      if (reading.status === 'error') throw new Error(reading.reason)
      return reading.windows.map((window) => [(window.startMs - startMs) / 1000, (window.endMs - startMs) / 1000])
    }
  })
}

type Query = WithoutTimes<CountsQuery>
type WithoutTimes<T> = T extends unknown ? Omit<T, 'fromMs' | 'toMs'> : never

const nothing = { requests: null, bad: null }

/** Blue is stable. */
function router(measure: RouterCounts['measure']): WithoutTimes<RouterCounts> {
  const stable = { targetGroupArn: blue, loadBalancerArn: loadBalancer }
  const canary = { targetGroupArn: green, loadBalancerArn: loadBalancer }
  return { source: 'router', measure, routes: [{ stable, canary }] }
}

function own(metricName: string, side: string): MetricName {
  return { namespace: 'Shop', metricName, dimensions: { Service: 'web', Side: side } }
}

/** Its sums by the minute. */
function series(metricName: string, side: string, overrides: Partial<CloudWatchMetric>): CloudWatchMetric {
  return { ...own(metricName, side), stat: 'Sum', periodSeconds: 60, ...overrides }
}

/** The side `one` is stable. */
function counters(periodSeconds: 10 | 60): Query {
  return {
    source: 'counters',
    namespace: 'Shop',
    requests: 'requests',
    bad: 'failures',
    dimensions: { stable: { Side: 'one', Service: 'web' }, canary: { Side: 'two', Service: 'web' } },
    periodSeconds,
    region: 'eu-west-1',
  }
}
