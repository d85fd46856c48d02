import type { Alert, Alerts } from '../../ports/alerts.ts'
import { copyOf } from './copy.ts'

/** Alerts in memory, for tests. */
export function createMemoryAlerts(): Alerts & { readonly waiting: () => readonly Alert[] } {
  const alerts = new Map<string, Alert>()
  const placeOf = (deployment: string, id: string) => `${deployment}#${id}`
  return {
    waiting: () => copyOf([...alerts.values()]),
    async put(alert) {
      alerts.set(placeOf(alert.deployment, alert.id), copyOf(alert))
    },
    async load(deployment, id) {
      return copyOf(alerts.get(placeOf(deployment, id)) ?? null)
    },
    async remove(deployment, id) {
      alerts.delete(placeOf(deployment, id))
    },
  }
}
