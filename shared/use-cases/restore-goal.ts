import type { Deployment } from '../domain/deployment.ts'
import { type RouteState, sameRouting } from '../domain/traffic.ts'
import type { TrafficRouter } from '../ports/traffic-router.ts'

type Targeting = Pick<TrafficRouter, 'target'>

/** Everything to stable, the canary out of the action where group stickiness is on. */
export function toStable(router: Targeting, { canary }: Pick<Deployment, 'canary'>, state: RouteState): RouteState {
  return router.target(state, { canary, percent: 0, keepIdle: false })
}

/**
 * What a rollback writes for a snapshot. With group stickiness on, the canary leaves the action: its cookie would
 * otherwise be honoured whatever the weights.
 */
export function restoreGoal(router: Targeting, deployment: Pick<Deployment, 'canary'>, snapshot: RouteState) {
  const target = toStable(router, deployment, snapshot)
  return sameRouting(target, snapshot) ? target : snapshot
}
