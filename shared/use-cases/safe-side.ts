import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { NotFoundError } from '../domain/errors.ts'
import type { Step } from '../domain/plan.ts'
import { type SideHealth, safeSplit } from '../domain/safe-split.ts'
import { type Route, targetGroupOf } from '../domain/service.ts'
import { isMovedBy, isReachedBy } from '../domain/waves.ts'
import { healthWishFor } from './measured-routes.ts'
import { routesAtWork } from './route-guard.ts'

/** How long to ask for health at most, real milliseconds, for all routes together: a rollback is not kept waiting. */
const patienceMs = 3000

/**
 * Why going back to stable would do harm, in a sentence; null when it is the safe side. Asked before a rollback that no
 * person ordered: each route counts by itself, and health that cannot be read, or not in time, never stands in its way.
 */
export async function findUnsafeStable(
  deps: Pick<Deps, 'targetHealth' | 'clock'>,
  deployment: Deployment,
): Promise<string | null> {
  const reached = routesAtWork(deployment).filter(
    ({ route }) => shareOf(deployment, route) > 0 && !bringsTargetsBack(deployment, route),
  )
  if (reached.length === 0) return null
  const late = deps.clock.sleep(patienceMs).then(() => 'unknown' as const)
  const read = (route: Route, targetGroupArn: string) => Promise.race([readHealth(deps, route, targetGroupArn), late])
  const splits = await Promise.all(
    reached.map(async ({ route, progress }) => {
      const canaryPercent = shareOf(deployment, route)
      const [onStable, onCanary] = [targetGroupOf(route, deployment.stable), targetGroupOf(route, deployment.canary)]
      // A record set without target groups has nothing that could be asked: its snapshot is trusted.
      if (onStable === null || onCanary === null) return null
      const [stable, canary] = await Promise.all([read(route, onStable), read(route, onCanary)])
      const before = progress.stableHealthyBefore
      const known = before === null ? {} : { stableHealthyBefore: before }
      return safeSplit({ canaryPercent, stable, canary, stableHoldsTrusted: true, ...known })
    }),
  )
  return splits.find((split) => split?.side === 'ask')?.reason ?? null
}

/**
 * Once a driver has succeeded, going back is a deployment of the former revision: it starts targets of its own, and shifts
 * nothing before they are healthy. Those of the old side are gone, or will be.
 */
function bringsTargetsBack({ driven }: Deployment, { kind }: Route): boolean {
  return kind === 'codedeploy' && driven?.progress?.status === 'succeeded'
}

/** What a route's canary may have by now, percent: while a step is being written its weight counts, recorded or not. */
function shareOf({ stage, weight, step, target, plan }: Deployment, route: Route): number {
  const recorded = shareAt(plan.steps[step], weight, route)
  if (stage !== 'shifting') return recorded
  return Math.max(recorded, shareAt(plan.steps[target], plan.steps[target]?.weight ?? 0, route))
}

/** What a step gives to a route's canary: its wave is over, is being shifted, or has not begun. */
function shareAt(step: Step | undefined, weight: number, route: Route): number {
  if (!step || isMovedBy(route, step)) return weight
  return isReachedBy(route, step) ? 100 : 0
}

const gone: SideHealth = { total: 0, healthy: 0, unknown: 0 }

async function readHealth(deps: Pick<Deps, 'targetHealth'>, route: Route, targetGroupArn: string): Promise<SideHealth> {
  try {
    return await deps.targetHealth.read(targetGroupArn, healthWishFor(route))
  } catch (error) {
    // A group that was deleted has nobody who could serve: that is no lack of knowledge.
    return error instanceof NotFoundError ? gone : 'unknown'
  }
}
