import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { type SideHealth, safeSplit } from '../domain/safe-split.ts'
import { targetGroupOf } from '../domain/service.ts'
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
  const canaryPercent = highestShare(deployment)
  if (canaryPercent === 0) return null
  const late = deps.clock.sleep(patienceMs).then(() => 'unknown' as const)
  const read = (targetGroupArn: string) => Promise.race([readHealth(deps, targetGroupArn), late])
  const splits = await Promise.all(
    routesAtWork(deployment).map(async ({ route, progress }) => {
      const [stable, canary] = await Promise.all([
        read(targetGroupOf(route, deployment.stable)),
        read(targetGroupOf(route, deployment.canary)),
      ])
      const before = progress.stableHealthyBefore
      const known = before === null ? {} : { stableHealthyBefore: before }
      return safeSplit({ canaryPercent, stable, canary, stableHoldsTrusted: true, ...known })
    }),
  )
  return splits.find(({ side }) => side === 'ask')?.reason ?? null
}

/** What the canary may have by now: while a step is being written its weight counts, recorded or not. */
function highestShare({ stage, weight, target, plan }: Deployment): number {
  return stage === 'shifting' ? Math.max(weight, plan.steps[target]?.weight ?? 0) : weight
}

async function readHealth(deps: Pick<Deps, 'targetHealth'>, targetGroupArn: string): Promise<SideHealth> {
  try {
    return await deps.targetHealth.read(targetGroupArn)
  } catch {
    return 'unknown'
  }
}
