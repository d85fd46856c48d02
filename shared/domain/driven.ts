import type { Cause, Deployment } from './deployment.ts'
import { type DriverProgress, errorSentence, hasEnded } from './driver-progress.ts'
import type { Plan } from './plan.ts'
import type { CodeDeployRoute, Route } from './service.ts'

// Deployments whose shift a driver (CodeDeploy) owns: it raises the share by its own clock, and Sluice follows, judges and
// stops it. A step is reached when the driver reports its weight, not when Sluice decides it.

/** The route of a deployment that a driver moves; null where Sluice moves the routes itself. */
export function drivenRouteOf({ settings }: Pick<Deployment, 'settings'>): CodeDeployRoute | null {
  return drivenRouteIn(settings.routes)
}

/** The one of a service's routes that a driver moves; null where there is none. */
export function drivenRouteIn(routes: readonly Route[]): CodeDeployRoute | null {
  return routes.find((route) => route.kind === 'codedeploy') ?? null
}

/** Why the driver's deployment cannot succeed any more; null while it may. */
export function driverFault({ driven }: Pick<Deployment, 'driven'>): Cause | null {
  const progress = driven?.progress ?? null
  if (progress === null || (progress.status !== 'failed' && progress.status !== 'stopped')) return null
  const { deploymentId, status, error } = progress
  const why = driven?.diagnosis?.text ?? (error === null ? 'and gives no reason' : errorSentence(error))
  return {
    type: 'driver',
    reason: `CodeDeploy's ${deploymentId} ${status === 'failed' ? 'failed' : 'was stopped'}, ${why}`,
  }
}

/** The share of the new version that the driver reports, percent; what has succeeded has everything. */
export function drivenWeight({ status, weight }: Pick<DriverProgress, 'status' | 'weight'>): number {
  return status === 'succeeded' ? 100 : (weight ?? 0)
}

/** The last step whose weight the driver has reached; null before the first. */
export function reachedStep({ steps }: Plan, progress: Pick<DriverProgress, 'status' | 'weight'>): number | null {
  const weight = drivenWeight(progress)
  const reached = steps.findLastIndex((step) => step.weight <= weight)
  return weight > 0 && reached >= 0 ? reached : null
}

/**
 * True while the driver would go on raising by itself: nothing of ours can hold it, short of stopping it. Before its
 * deployment exists, and while that waits for us before traffic, a deployment can be paused like any other.
 */
export function cannotBeHeld({ driven }: Pick<Deployment, 'driven'>): boolean {
  if (driven === undefined) return false
  return driven.progress === null || (driven.progress.waitsFor !== 'ready' && !hasEnded(driven.progress))
}
