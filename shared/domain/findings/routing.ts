import type { Finding } from '../deployment.ts'
import type { AlbFacts, GroupFacts } from '../route-facts.ts'
import { resourceOf } from '../service.ts'
import { type RouteState, type Slot, sameShares, servingSlot, slots } from '../traffic.ts'
import { anError, aWarning, type CheckedRoute, idOf, type PreflightFacts } from './facts.ts'

/** What is wrong with how the routes divide traffic now. */
export function routingFindings(facts: PreflightFacts): Finding[] {
  return facts.routes.flatMap((checked) => {
    const seen = checked.facts
    if (seen?.kind !== 'alb') return []
    return [
      ...forwardAction(facts, checked, seen),
      ...foreignGroups(facts, checked, seen),
      ...stickiness(facts, checked, seen),
      ...slots.flatMap((slot) => groupUse(facts, checked, seen, slot)),
    ]
  })
}

function forwardAction(facts: PreflightFacts, checked: CheckedRoute, seen: AlbFacts): Finding[] {
  // A routing that AWS refused to show is null as well, and has its own warning.
  if (seen.loadBalancerArn === null || seen.state !== null || seen.notLookedAt.length > 0) return []
  const detail = `${resourceOf(checked.route)} has no forward action; add one with both target groups`
  return [anError(idOf(facts, checked, 'no-forward-action'), 'There is no traffic to move', detail)]
}

const helps = 'put all traffic on the trusted side, or override this finding'

function foreignGroups(facts: PreflightFacts, checked: CheckedRoute, seen: AlbFacts): Finding[] {
  if (seen.otherWeightedGroups.length === 0) return foreignWeights(facts, checked, seen.state)
  const others = seen.otherWeightedGroups.join(', ')
  const detail = `${resourceOf(checked.route)} also sends traffic to ${others}; ${helps}`
  return [anError(idOf(facts, checked, 'weights-foreign'), 'Other target groups get traffic', detail)]
}

/** A split that nobody of us made may be somebody else's release: moving it would undo their work, or ours. */
export function foreignWeights(facts: PreflightFacts, checked: CheckedRoute, state: RouteState | null): Finding[] {
  const id = idOf(facts, checked, 'weights-foreign')
  const resource = resourceOf(checked.route)
  if (state === null) return []
  const serving = servingSlot(state)
  if (serving !== null) return servesTheCanary(facts, checked, serving)
  if (checked.ours.some((ours) => sameShares(ours.weights, state.weights))) return []
  return [
    anError(
      id,
      'The live weights are not ours',
      `${resource} has ${weightsIn(state)}: neither what Sluice last wrote nor all on one side; ${helps}`,
    ),
  ]
}

/** The first step would send most users to the version on trial, which may be the one that was just taken back. */
function servesTheCanary(facts: PreflightFacts, checked: CheckedRoute, serving: Slot): Finding[] {
  if (facts.roles === null || serving === facts.roles.stable) return []
  const id = idOf(facts, checked, 'weights-foreign')
  const detail = `${resourceOf(checked.route)} serves from ${serving}, which this deployment takes for the canary; start a new one`
  return [anError(id, 'The canary side serves already', detail)]
}

function weightsIn({ weights }: RouteState): string {
  return slots.map((slot) => `${slot} ${weights[slot] ?? 'absent'}`).join(', ')
}

function stickiness(facts: PreflightFacts, checked: CheckedRoute, { groupStickinessSeconds }: AlbFacts): Finding[] {
  const shortest = Math.min(...facts.plan.steps.map((step) => step.bakeSeconds))
  if (groupStickinessSeconds === null || groupStickinessSeconds <= shortest) return []
  const detail =
    `${resourceOf(checked.route)} keeps a client on its side for ${groupStickinessSeconds} s, the shortest step lasts ` +
    `${shortest} s: a weight is a share of new clients only, and old ones stay after a shift`
  return [aWarning(idOf(facts, checked, 'stickiness-outlives-step'), 'Stickiness outlives a step', detail)]
}

function groupUse(facts: PreflightFacts, checked: CheckedRoute, seen: AlbFacts, slot: Slot): Finding[] {
  const { loadBalancerArn, state } = seen
  const group = seen.groups[slot]
  if (group === null) return []
  const findings: Finding[] = []
  const say = (code: string) => idOf(facts, checked, code, slot)
  if (group.loadBalancerArn !== null && loadBalancerArn !== null && group.loadBalancerArn !== loadBalancerArn) {
    const detail = `${group.arn} (${slot}) belongs to ${group.loadBalancerArn}, the route to ${loadBalancerArn}`
    findings.push(anError(say('group-on-other-load-balancer'), 'A target group is on another load balancer', detail))
  }
  if (state !== null && state.weights[slot] === null) {
    const detail = `${group.arn} (${slot}) is not in the action; Sluice attaches it at weight 0, and its health checks start then`
    findings.push(aWarning(say('group-not-attached'), 'A target group is not attached', detail))
  }
  if (group.sharedWith.length > 0) {
    const detail = `${group.arn} (${slot}) also gets traffic from ${group.sharedWith.join(', ')}: its metrics mix both`
    findings.push(aWarning(say('group-shared'), 'A target group has other traffic', detail))
  }
  return [...findings, ...slowStart(facts, checked, { group, slot })]
}

/** One side of a route as it was looked up. */
export interface SideFacts {
  readonly slot: Slot
  readonly group: GroupFacts | null
}

export function slowStart(facts: PreflightFacts, checked: CheckedRoute, { slot, group }: SideFacts): Finding[] {
  if (group === null || group.slowStartSeconds === 0) return []
  const detail = `${group.arn} (${slot}) starts new targets slowly over ${group.slowStartSeconds} s; early windows see less load`
  return [aWarning(idOf(facts, checked, 'slow-start', slot), 'Slow start is on', detail)]
}
