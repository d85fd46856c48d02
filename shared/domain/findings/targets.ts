import { availableTargets, type GroupHealth, neededHealthy } from '../capacity.ts'
import type { Finding } from '../deployment.ts'
import { targetGroupOf } from '../service.ts'
import { type Slot, slots } from '../traffic.ts'
import { anError, aWarning, type CheckedRoute, idOf, type PreflightFacts } from './facts.ts'

/** Whether each side has the targets that the plan needs. */
export function targetFindings(facts: PreflightFacts): Finding[] {
  return facts.routes.flatMap((checked) => [
    ...slots.flatMap((slot) => uncheckedHealth(facts, checked, slot)),
    ...stableTargets(facts, checked),
    ...canaryTargets(facts, checked),
  ])
}

function uncheckedHealth(facts: PreflightFacts, checked: CheckedRoute, slot: Slot): Finding[] {
  const unknown = checked.health[slot]?.unknown ?? 0
  if (unknown === 0 && checked.facts?.groups[slot]?.healthCheckEnabled !== false) return []
  const group = targetGroupOf(checked.route, slot)
  const detail = `nothing checks the health of ${group} (${slot}): its targets count as healthy; turn health checks on`
  return [aWarning(idOf(facts, checked, 'health-unknown', slot), 'Health checks are off', detail)]
}

function stableTargets(facts: PreflightFacts, checked: CheckedRoute): Finding[] {
  const side = sideOf(facts, checked, 'stable')
  if (side === null || availableTargets(side.health) > 0) return []
  const detail = `${side.name} has ${side.health.total} targets and none is healthy: a rollback would have nowhere to go`
  return [anError(idOf(facts, checked, 'stable-empty'), 'Stable has no healthy target', detail)]
}

function canaryTargets(facts: PreflightFacts, checked: CheckedRoute): Finding[] {
  // CodeDeploy starts the new tasks itself, once the deployment has begun.
  const canary = checked.route.kind === 'codedeploy' ? null : sideOf(facts, checked, 'canary')
  if (canary === null) return []
  if (canary.health.total === 0) {
    const say = facts.at === 'put' ? aWarning : anError
    const detail = `${canary.name} has no registered target; register the new version before the deployment`
    return [say(idOf(facts, checked, 'canary-empty'), 'The canary has no target', detail)]
  }
  const stable = sideOf(facts, checked, 'stable')
  return stable === null ? [] : capacity(facts, checked, { stable: stable.health, canary })
}

/** Every plan ends at 100 %, so what counts is the last weight; the gate looks again before each step. */
function capacity(
  facts: PreflightFacts,
  checked: CheckedRoute,
  { stable, canary }: { readonly stable: GroupHealth; readonly canary: Side },
): Finding[] {
  const sharePercent = facts.plan.steps.at(-1)?.weight ?? 100
  const healthy = availableTargets(stable)
  const needed = neededHealthy({ sharePercent, otherHealthy: healthy })
  if (canary.health.total >= needed) return []
  const detail =
    `${canary.name} has ${canary.health.total} registered targets; ${sharePercent} % of the traffic that ${healthy} ` +
    `healthy targets of stable carry needs ${needed}`
  return [anError(idOf(facts, checked, 'capacity-too-small'), 'The canary is too small', detail)]
}

interface Side {
  readonly name: string
  readonly health: GroupHealth
}

function sideOf(facts: PreflightFacts, checked: CheckedRoute, role: 'stable' | 'canary'): Side | null {
  const slot = facts.roles?.[role]
  const health = slot && checked.health[slot]
  return health ? { name: `${targetGroupOf(checked.route, slot)} (${slot})`, health } : null
}
