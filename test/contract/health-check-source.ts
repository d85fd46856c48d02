import { beforeEach, describe, expect, it } from 'vitest'
import type { ManualClock } from '../../local/clock.ts'
import type { HealthCheckSource } from '../../shared/ports/health-check-source.ts'

/** A provider without any status, as a suite finds it at the start of each test. */
export interface CheckedWorld {
  readonly healthChecks: HealthCheckSource
  /** Stands at a whole minute. */
  readonly clock: ManualClock
  /** What the checkers found at `atMs`; a minute may have several. */
  report(id: string, atMs: number, state: 'healthy' | 'unhealthy'): void
}

const minuteMs = 60_000

/** The written meaning of {@link HealthCheckSource}. */
export function describeHealthCheckSource(name: string, make: () => Promise<CheckedWorld>): void {
  describe(`${name} as a source of health checks`, () => {
    let world: CheckedWorld
    let startMs: number
    beforeEach(async () => {
      world = await make()
      startMs = world.clock.now()
    })

    async function read(id: string) {
      const [reading] = await world.healthChecks.read([id])
      return reading
    }

    it('answers in the order asked, and has no data of what does not exist', async () => {
      world.report('a', startMs, 'healthy')
      world.report('b', startMs + minuteMs, 'unhealthy')
      await world.clock.advance(4 * minuteMs)
      expect(await world.healthChecks.read(['b', 'gone', 'a'])).toEqual([
        { id: 'b', state: 'unhealthy', startMs: startMs + minuteMs },
        { id: 'gone', state: 'no-data', startMs: null },
        { id: 'a', state: 'healthy', startMs },
      ])
    })

    it('gives the newest minute', async () => {
      world.report('a', startMs, 'unhealthy')
      world.report('a', startMs + minuteMs, 'healthy')
      await world.clock.advance(4 * minuteMs)
      expect(await read('a')).toEqual({ id: 'a', state: 'healthy', startMs: startMs + minuteMs })
    })

    it('calls a minute as good as its worst moment', async () => {
      world.report('a', startMs, 'healthy')
      world.report('a', startMs + 30_000, 'unhealthy')
      world.report('a', startMs + 50_000, 'healthy')
      await world.clock.advance(4 * minuteMs)
      expect(await read('a')).toEqual({ id: 'a', state: 'unhealthy', startMs })
    })

    it('does not judge a minute that is not over', async () => {
      world.report('a', startMs, 'healthy')
      await world.clock.advance(minuteMs - 1)
      expect(await read('a')).toEqual({ id: 'a', state: 'no-data', startMs: null })
    })

    it('has no data of a check that went silent', async () => {
      world.report('a', startMs, 'healthy')
      await world.clock.advance(5 * minuteMs)
      expect((await read('a'))?.state).toBe('healthy')
      await world.clock.advance(minuteMs)
      expect(await read('a')).toEqual({ id: 'a', state: 'no-data', startMs: null })
    })
  })
}
