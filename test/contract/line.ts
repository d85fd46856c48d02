import { describe, expect, it } from 'vitest'
import type { Stop } from '../../shared/domain/raise-block.ts'
import type { Line } from '../../shared/ports/line.ts'

const stop: Stop = {
  reason: 'the payment provider is down',
  by: { kind: 'token', name: 'on-call' },
  at: '2026-01-01T00:00:00.000Z',
}

/** The written meaning of {@link Line}. `make` gives one that runs. */
export function describeLine(name: string, make: () => Promise<Line>): void {
  describe(`${name} as the line`, () => {
    it('runs until somebody stops it', async () => {
      const line = await make()
      expect(await line.read()).toBeNull()
      await line.stop(stop)
      expect(await line.read()).toEqual(stop)
    })

    it('knows the newest stop', async () => {
      const line = await make()
      const newer = { ...stop, reason: 'the database as well', at: '2026-01-01T00:05:00.000Z' }
      await line.stop(stop)
      await line.stop(newer)
      expect(await line.read()).toEqual(newer)
    })

    it('runs again once it is released, however often', async () => {
      const line = await make()
      await line.stop(stop)
      await line.release()
      expect(await line.read()).toBeNull()
      await line.release()
      expect(await line.read()).toBeNull()
    })

    it('takes the release of a line that runs as done', async () => {
      const line = await make()
      await line.release()
      expect(await line.read()).toBeNull()
    })

    it('can be stopped again after a release', async () => {
      const line = await make()
      await line.stop(stop)
      await line.release()
      await line.stop({ ...stop, reason: 'again' })
      expect(await line.read()).toEqual({ ...stop, reason: 'again' })
    })

    it('keeps a copy that its caller cannot change', async () => {
      const line = await make()
      const by = { kind: 'token' as const, name: 'on-call' }
      await line.stop({ ...stop, by })
      by.name = 'somebody else'
      expect((await line.read())?.by.name).toBe('on-call')
    })

    it('ends on one whole stop when many come at once', async () => {
      const line = await make()
      const stops = Array.from({ length: 10 }, (_, n) => ({
        ...stop,
        reason: `reason ${n}`,
        by: { ...stop.by, name: `person ${n}` },
      }))
      await Promise.all(stops.map((one) => line.stop(one)))
      expect(stops).toContainEqual(await line.read())
    })
  })
}
