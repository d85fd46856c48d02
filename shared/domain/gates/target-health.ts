import { availableTargets, type GroupHealth, neededHealthy } from '../capacity.ts'
import type { GateMemory, Judgement, LookContext, TargetHealthGate } from './gate.ts'
import { judgeLook, type Seen } from './looks.ts'

/** Both sides of one route. */
export interface RouteHealth {
  /** The rule or listener that divides the traffic between the two. */
  readonly resource: string
  readonly stable: GroupHealth
  readonly canary: GroupHealth
  /** Share of its canary, percent, where it is another than the current step's: an earlier wave's is. */
  readonly sharePercent?: number
}

export type TargetHealthSample =
  | { readonly status: 'complete'; readonly routes: readonly RouteHealth[] }
  | { readonly status: 'error'; readonly reason: string }

/**
 * The gate that is always on: fails when the canary has fewer healthy targets than its share of stable's healthy count
 * needs, or less than `minHealthyPercent` of what is registered, in three looks in a row. Before traffic two good looks
 * in a row make it `pass`; until then it is `no-data`, for targets that are still starting have not failed.
 *
 * Every route must hold by itself: a sum would let a full group hide an empty one.
 */
export function judgeTargetHealth(
  gate: TargetHealthGate,
  sample: TargetHealthSample,
  memory: GateMemory,
  look: LookContext,
): Judgement {
  const rule = { failures: 3, successes: 2, failsWhileVerifying: false }
  return judgeLook(gate, rule, seeHealth(gate, sample, look.weight), memory, look)
}

function seeHealth(gate: TargetHealthGate, sample: TargetHealthSample, weight: number): Seen {
  if (sample.status === 'error') {
    const reason = `target health could not be read: ${sample.reason}`
    return { type: 'miss', outcome: 'error', reason, evidence: { source: 'target health' } }
  }
  const routes = sample.routes.map((route) => rateRoute(gate, route, weight))
  const evidence = { source: 'target health', weight, minHealthyPercent: gate.minHealthyPercent, routes }
  const worst = routes.find((route) => !route.enough) ?? routes[0]
  if (worst === undefined) {
    return { type: 'miss', outcome: 'no-data', reason: 'no route has target groups to look at', evidence }
  }
  return { type: worst.enough ? 'good' : 'bad', reason: sentence(worst), evidence }
}

function rateRoute(gate: TargetHealthGate, route: RouteHealth, weight: number) {
  const { stable, canary, sharePercent = weight } = route
  const available = availableTargets(canary)
  const neededForShare = neededHealthy({ sharePercent, otherHealthy: availableTargets(stable) })
  const neededOfRegistered = Math.ceil((gate.minHealthyPercent * canary.total) / 100)
  const needed = Math.max(neededForShare, neededOfRegistered)
  return {
    resource: route.resource,
    canary: { healthy: canary.healthy, unknown: canary.unknown, total: canary.total, reasons: canary.reasons },
    stable: { healthy: stable.healthy, unknown: stable.unknown, total: stable.total },
    neededForShare,
    neededOfRegistered,
    needed,
    available,
    enough: available >= needed,
  }
}

function sentence(rated: ReturnType<typeof rateRoute>): string {
  const { canary, needed } = rated
  const counts = `the canary has ${canary.healthy} of ${canary.total} targets healthy and needs ${needed}`
  const unchecked = canary.unknown > 0 ? ` (${canary.unknown} without health checks count as healthy)` : ''
  const [reason] = rated.enough ? [] : canary.reasons
  return counts + unchecked + (reason === undefined ? '' : `; ${reason}`)
}
