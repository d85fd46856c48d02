import type { LocalClock } from '../../clock.ts'
import type { ShownDeployment } from '../api-client.ts'
import type { Arrivals, Side } from './arrivals.ts'
import { ttlMs } from './dns-clients.ts'
import type { ObservedShare } from './report.ts'

/**
 * Sees what arrives at the canary while it bakes at its weight, from a TTL after the start on: then every resolver has
 * asked again.
 */
export function createShareWatch({
  canary,
  weight,
  arrivals,
  clock,
}: {
  canary: Side
  weight: number
  arrivals: Arrivals
  clock: Pick<LocalClock, 'now'>
}): { look(deployment: ShownDeployment): void; result(): ObservedShare } {
  let settledAtMs: number | null = null
  let lastLookMs = 0
  let byLoadBalancers: number | null = null
  return {
    look(deployment) {
      if (deployment.weight !== weight) return
      // The look that ends a step measures it too, and the next one may be on its way by the time that is read. Later it is mixed.
      if (deployment.phase === 'shifting') byLoadBalancers ??= deployment.observedWeight
      if (deployment.phase !== 'baking') return
      byLoadBalancers = deployment.observedWeight ?? byLoadBalancers
      lastLookMs = clock.now()
      settledAtMs ??= lastLookMs + ttlMs
    },
    result: () => ({
      weight,
      byClients: settledAtMs === null ? null : arrivals.share(canary, settledAtMs, lastLookMs),
      byLoadBalancers,
    }),
  }
}
