import { describe, expect, it } from 'vitest'
import type { Alert, Alerts } from '../../shared/ports/alerts.ts'

const alert: Alert = {
  id: '01KDVDNC0000000000000000A1',
  deployment: 'dep_01KDVDNC00000000000000WEB1',
  message: 'traffic could not be taken back: "access denied"',
  at: '2026-01-01T00:00:00.000Z',
}

/** The written meaning of {@link Alerts}. `make` gives none. */
export function describeAlerts(name: string, make: () => Promise<Alerts>): void {
  describe(`${name} as alerts`, () => {
    it('keeps each until it is taken out', async () => {
      const alerts = await make()
      const other = { ...alert, id: '01KDVDNC0000000000000000A2', message: 'another' }
      expect(await alerts.load(alert.deployment, alert.id)).toBeNull()
      await alerts.put(alert)
      await alerts.put(alert)
      await alerts.put(other)
      expect(await alerts.load(alert.deployment, alert.id)).toEqual(alert)
      expect(await alerts.load(`${alert.deployment}0`, alert.id)).toBeNull()
      await alerts.remove(alert.deployment, alert.id)
      await alerts.remove(alert.deployment, alert.id)
      expect(await alerts.load(alert.deployment, alert.id)).toBeNull()
      expect(await alerts.load(alert.deployment, other.id)).toEqual(other)
    })
  })
}
