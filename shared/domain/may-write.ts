import { type Deployment, isOver } from './deployment.ts'

// The last look before a write: what the newest record of a deployment says about it.

/** Why a write of the plan must not start; null when it may. It stops once anybody decided to roll back or to hold. */
export function whyPlanStops({ id, phase, goal, hold, endedAt }: Deployment): string | null {
  if (goal === 'plan' && hold === null && endedAt === null) return null
  return `${id} is ${phase}: the plan's writes stop`
}

/**
 * Why a restore must not start; null when it may. One that was overtaken must not write over what came after: whoever
 * restored this deployment freed its service, and the next one may be shifting already.
 */
export function whyRestoreStops({ id, phase }: Deployment): string | null {
  return isOver(phase) ? `${id} is restored already` : null
}

/**
 * Why what a late write changed must not be put back after the end; null when it may: only while the service's pointer
 * still names this deployment as watched. The next one to begin takes that place, and from then on traffic is its matter.
 *
 * @param watched - The deployment that the service's pointer names as watched; null where there is none.
 */
export function whyWatchStops({ id, service, phase }: Deployment, watched: string | null): string | null {
  return isOver(phase) && watched === id ? null : `${id} of ${service} is watched no more: another deployment began`
}
