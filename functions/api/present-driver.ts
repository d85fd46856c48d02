import type { Deployment } from '../../shared/domain/deployment.ts'
import { aliasVersionOf, type Route, sideNameOf } from '../../shared/domain/service.ts'

/** The driver's own deployment behind one of ours, as last seen; null where there is none. */
export function presentDriver({ driven }: Deployment) {
  if (!driven) return null
  const { progress, takingBack, isAdopted } = driven
  return {
    kind: 'codedeploy' as const,
    deploymentId: progress?.deploymentId ?? null,
    status: progress?.status ?? null,
    weight: progress?.weight ?? null,
    waitsFor: progress?.waitsFor ?? null,
    events: progress?.events ?? [],
    error: progress?.error ?? null,
    takenBackBy: takingBack?.deploymentId ?? progress?.rollbackId ?? null,
    adopted: isAdopted,
  }
}

/** What each slot holds, where a slot is no fixed place that the service's document names. */
export function presentSides(route: Route) {
  const isKnown = route.kind === 'codedeploy' ? route.moves !== undefined : aliasVersionOf(route, 'blue') !== null
  return isKnown ? { sides: { blue: sideNameOf(route, 'blue'), green: sideNameOf(route, 'green') } } : {}
}
