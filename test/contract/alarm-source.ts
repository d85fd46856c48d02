import { beforeEach, describe, expect, it } from 'vitest'
import type { ManualClock } from '../../local/clock.ts'
import type { AlarmSource } from '../../shared/ports/alarm-source.ts'

/** A provider with the alarm `web-5xx` (one minute, twice) that is OK, as a suite finds it at the start of each test. */
export interface AlarmedWorld {
  readonly alarms: AlarmSource
  readonly clock: ManualClock
  setState(state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'): Promise<void>
}

/** The written meaning of {@link AlarmSource}. */
export function describeAlarmSource(name: string, make: () => Promise<AlarmedWorld>): void {
  describe(`${name} as an alarm source`, () => {
    let world: AlarmedWorld
    beforeEach(async () => {
      world = await make()
      await world.clock.advance(1000)
    })

    async function read(sinceMs: number | null) {
      const [reading] = await world.alarms.read(['web-5xx'], sinceMs)
      return reading
    }

    /** Changes the state and tells when; some time passes after it. */
    async function change(state: 'OK' | 'ALARM'): Promise<number> {
      const atMs = world.clock.now()
      await world.setState(state)
      await world.clock.advance(1000)
      return atMs
    }

    it('answers in the order asked and marks what does not exist', async () => {
      const readings = await world.alarms.read(['gone', 'web-5xx', 'gone'], null)
      expect(readings.map(({ name: alarm, state }) => [alarm, state])).toEqual([
        ['gone', 'missing'],
        ['web-5xx', 'OK'],
        ['gone', 'missing'],
      ])
      expect(readings[1]?.spanSeconds).toBe(120)
    })

    it('tells the state and since when', async () => {
      const atMs = await change('ALARM')
      const at = new Date(atMs).toISOString()
      expect(await read(null)).toMatchObject({ state: 'ALARM', changedAt: at, wentToAlarmAt: null })
    })

    it('finds a change to ALARM since an instant, also when it is over', async () => {
      const since = world.clock.now()
      const first = await change('ALARM')
      await change('OK')
      await change('ALARM')
      await change('OK')
      expect(await read(since)).toMatchObject({ state: 'OK', wentToAlarmAt: new Date(first).toISOString() })
    })

    it('finds none where it was in ALARM before', async () => {
      await change('ALARM')
      const since = world.clock.now()
      expect(await read(since)).toMatchObject({ state: 'ALARM', wentToAlarmAt: null })
      await change('OK')
      expect(await read(since)).toMatchObject({ state: 'OK', wentToAlarmAt: null })
    })
  })
}
