import { beforeEach, describe, expect, it } from 'vitest'
import type { ManualClock } from '../../local/clock.ts'
import type { RouterMetric } from '../../shared/domain/gates/gate.ts'
import { type MetricsSource, metricsCompleteAfterSeconds } from '../../shared/ports/metrics-source.ts'
import { albArns } from '../support/alb.ts'

/** A provider without any traffic, as a suite finds it at the start of each test. */
export interface MeasuredWorld {
  readonly metrics: MetricsSource
  /** Stands at a whole minute. */
  readonly clock: ManualClock
  /** Traffic of a whole minute, as a load balancer reports it: errors only where there are some. */
  record(targetGroupArn: string, atMs: number, minute: Traffic): void
}

export interface Traffic {
  readonly requests: number
  readonly errors?: number
  readonly latencySeconds?: number
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
        groups: groups.map((targetGroupArn) => ({ targetGroupArn, loadBalancerArn: loadBalancer })),
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

    it('gives whole minutes only, oldest first', async () => {
      await world.clock.advance(10 * minuteMs)
      const reading = await world.metrics.read({
        metric: 'requests',
        groups: [{ targetGroupArn: green, loadBalancerArn: loadBalancer }],
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
  })
}
