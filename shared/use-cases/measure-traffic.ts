import type { Deps } from '../deps.ts'
import type { Deployment, DeploymentMeasures, RollbackReadiness } from '../domain/deployment.ts'
import type { MetricsReading } from '../domain/gates/metric.ts'
import { resolverLagSeconds } from '../domain/resolver-lag.ts'
import { readMetric } from './look-at-gate.ts'
import { findUnsafeStable } from './safe-side.ts'

/** How far back the observed share looks, milliseconds: a few minutes smooth a thin canary. */
const spanMs = 5 * 60_000
/** One write and one read-back, of a load balancer's rule or of a zone's records. */
const writeSeconds = 2

/** What arrived at each side, and whether going back would be safe now. Nothing here decides; a failed reading is null. */
export async function measureTraffic(
  deps: Deps,
  deployment: Deployment,
): Promise<Pick<DeploymentMeasures, 'observedWeight' | 'rollback'>> {
  const [observedWeight, unsafe] = await Promise.all([
    observeShare(deps, deployment),
    findUnsafeStable(deps, deployment),
  ])
  return { observedWeight, rollback: toReadiness(deployment, unsafe === null ? [] : [unsafe]) }
}

/** @param reasons - What speaks against going back now. */
export function toReadiness(deployment: Deployment, reasons: readonly string[]): RollbackReadiness {
  const estimatedSeconds = writeSeconds + resolverLagSeconds(deployment, ({ touched }) => touched)
  return { ready: reasons.length === 0, reasons, estimatedSeconds }
}

/** Share of the canary that arrived in the last minutes, percent; null without data. */
export async function observeShare(deps: Deps, deployment: Deployment): Promise<number | null> {
  if (deployment.settledAt === null) return null
  const fromMs = Math.max(Date.parse(deployment.settledAt), deps.clock.now() - spanMs)
  const [stable, canary] = await Promise.all([
    readMetric(deps, deployment, { role: 'stable', metric: 'requests', fromMs }),
    readMetric(deps, deployment, { role: 'canary', metric: 'requests', fromMs }),
  ])
  const onStable = requestsIn(stable)
  const onCanary = requestsIn(canary)
  if (onStable === null || onCanary === null || onStable + onCanary === 0) return null
  return Math.round((1000 * onCanary) / (onStable + onCanary)) / 10
}

/** A side without a point in a minute had no requests then; a source that fails says nothing at all. */
function requestsIn(reading: MetricsReading): number | null {
  if (reading.status === 'error') return null
  return reading.windows.reduce((sum, window) => sum + (window.requests ?? 0), 0)
}
