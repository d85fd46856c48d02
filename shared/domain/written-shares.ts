import type { Deployment } from './deployment.ts'
import type { Route } from './service.ts'
import { isMovedBy, isReachedBy } from './waves.ts'

/**
 * Every share of the canary (percent) that a deployment has written to `route`, or was about to write: none while the
 * canary was attached, the steps of its plan up to the one that was written last, and everything once its wave was over.
 * Ascending, each once. A late write of ours shows one of these.
 */
export function writtenShares(
  { plan, target, phase, lateRollbackOf }: Deployment,
  route: Pick<Route, 'wave'>,
): readonly number[] {
  // A late rollback is one write: from everything on the canary to nothing.
  if (lateRollbackOf !== undefined) return [0, 100]
  const steps = plan.steps.slice(0, target + 1).filter((step) => isReachedBy(route, step))
  const shares = steps.map((step) => (isMovedBy(route, step) ? step.weight : 100))
  const all = new Set([0, ...shares, ...(phase === 'succeeded' ? [100] : [])])
  return [...all].sort((a, b) => a - b)
}
