import type { Finding } from '../deployment.ts'
import { type Route53Route, targetGroupOf } from '../service.ts'
import { type Slot, slots } from '../traffic.ts'
import { aWarning, type CheckedRoute, idOf, type PreflightFacts } from './facts.ts'
import type { CheckedRecords } from './records.ts'
import { slowStart } from './routing.ts'

/** Whether anything measures the two sides of a record set, and can reach them. */
export function recordSideFindings(facts: PreflightFacts, { checked, route, seen }: CheckedRecords): Finding[] {
  return [
    ...unmeasuredSides(facts, checked, route),
    ...slots.flatMap((slot) => detachedGroup(facts, { checked, seen }, slot)),
    ...slots.flatMap((slot) => slowStart(facts, checked, { slot, group: seen.groups[slot] })),
    ...(seen.zone?.isPrivate ? privateProbes(facts, seen.zone.name) : []),
  ]
}

function unmeasuredSides(facts: PreflightFacts, checked: CheckedRoute, route: Route53Route): Finding[] {
  if (route.targetGroups) return []
  const blind = facts.gates.filter(readsTheRouter).map(({ name }) => name)
  const gates = blind.length === 0 ? '' : `, and ${blind.join(', ')} cannot use this route`
  const detail =
    `${route.name} ${route.type} names no targetGroups: nothing tells the health of its sides or what share of the ` +
    `requests arrives where${gates}; name the target group behind each record`
  return [aWarning(idOf(facts, checked, 'sides-unmeasured'), 'Nothing measures the sides', detail)]
}

function readsTheRouter(gate: PreflightFacts['gates'][number]): boolean {
  if (gate.kind === 'compare') return gate.source === 'router'
  return gate.kind === 'metric' && typeof gate.metric === 'string'
}

/** Sluice attaches what an ALB route names; behind a record it changes no load balancer. */
function detachedGroup(
  facts: PreflightFacts,
  { checked, seen }: Pick<CheckedRecords, 'checked' | 'seen'>,
  slot: Slot,
): Finding[] {
  const group = seen.groups[slot]
  if (group === null || group.loadBalancerArn !== null) return []
  if (seen.notLookedAt.some((sentence) => sentence.includes(group.arn))) return []
  const detail =
    `${targetGroupOf(checked.route, slot)} (${slot}) is on no load balancer: nothing checks its targets or counts their ` +
    'requests; put it into the listener that the record leads to'
  return [aWarning(idOf(facts, checked, 'group-not-attached', slot), 'A target group is not attached', detail)]
}

/** Names of a private zone exist in its VPCs only, and probes are sent from outside of them. */
function privateProbes(facts: PreflightFacts, zoneName: string): Finding[] {
  return facts.gates
    .filter((gate) => gate.kind === 'probe')
    .filter(({ url }) => slots.some((slot) => isInZone(hostOf(url, slot), zoneName)))
    .map(({ name, url }) => {
      const detail = `gate ${name} asks ${url}, a name of the private zone ${zoneName}, which resolves only in its VPCs`
      return aWarning(`probe-in-private-zone:${name}`, 'A probe asks for a private name', detail)
    })
}

function hostOf(url: string, slot: Slot): string {
  return new URL(url.replaceAll('{side}', slot)).hostname
}

function isInZone(host: string, zoneName: string): boolean {
  return host === zoneName || host.endsWith(`.${zoneName}`)
}
