import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { type SideHealth, safeSplit } from '../domain/safe-split.ts'
import { targetGroupOf } from '../domain/service.ts'
import type { Slot } from '../domain/traffic.ts'
import { routesAtWork } from './route-guard.ts'

/**
 * Why going back to stable would do harm, in a sentence; null when it is the safe side. Asked before a rollback that no
 * person ordered: each route counts by itself, and health that cannot be read never stands in a rollback's way.
 */
export async function findUnsafeStable(
  deps: Pick<Deps, 'targetHealth'>,
  deployment: Deployment,
): Promise<string | null> {
  if (deployment.weight === 0) return null
  for (const { route, progress } of routesAtWork(deployment)) {
    const read = (slot: Slot) => readHealth(deps, targetGroupOf(route, slot))
    const [stable, canary] = await Promise.all([read(deployment.stable), read(deployment.canary)])
    const before = progress.stableHealthyBefore
    const split = safeSplit({
      canaryPercent: deployment.weight,
      stable,
      canary,
      stableHoldsTrusted: true,
      ...(before !== null && { stableHealthyBefore: before }),
    })
    if (split.side === 'ask') return split.reason
  }
  return null
}

async function readHealth(deps: Pick<Deps, 'targetHealth'>, targetGroupArn: string): Promise<SideHealth> {
  try {
    return await deps.targetHealth.read(targetGroupArn)
  } catch {
    return 'unknown'
  }
}
