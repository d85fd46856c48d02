import type { Finding } from '../deployment.ts'
import { aliasTtlSeconds, type RecordSet, usualPropagationSeconds } from '../record-set.ts'
import type { RecordFacts } from '../route-facts.ts'
import type { Route53Route } from '../service.ts'
import { slots } from '../traffic.ts'
import { isMovedBy } from '../waves.ts'
import { anError, aWarning, type CheckedRoute, idOf, type PreflightFacts } from './facts.ts'
import { recordSideFindings } from './record-sides.ts'
import { foreignWeights } from './routing.ts'

/** A route of DNS records with what Route 53 says about it. */
export interface CheckedRecords {
  readonly checked: CheckedRoute
  readonly route: Route53Route
  readonly seen: RecordFacts
}

/** What is wrong with the records that the routes move traffic by. */
export function recordFindings(facts: PreflightFacts): Finding[] {
  return checkedRecords(facts).flatMap((records) => [
    ...policy(facts, records),
    ...identifiers(facts, records),
    ...timeToLive(facts, records),
    ...otherRecords(facts, records),
    ...shortBakes(facts, records),
    ...recordSideFindings(facts, records),
  ])
}

export function checkedRecords({ routes }: PreflightFacts): readonly CheckedRecords[] {
  return routes.flatMap((checked) =>
    checked.route.kind === 'route53' && checked.facts?.kind === 'route53'
      ? [{ checked, route: checked.route, seen: checked.facts }]
      : [],
  )
}

/** Weights are all that Sluice writes, and what a traffic policy made only its policy may change. */
function policy(facts: PreflightFacts, { checked, route, seen }: CheckedRecords): Finding[] {
  const policies = [...new Set(seen.records.map((record) => record.policy))].sort()
  const made = seen.records.filter((record) => record.trafficPolicyInstanceId !== null)
  const [instance] = made.map((record) => record.trafficPolicyInstanceId)
  const reasons = [
    ...(instance ? [`made by traffic policy instance ${instance}, which alone may change them`] : []),
    ...(policies.some((one) => one !== 'weighted')
      ? [`of policy ${policies.join(' and ')}, where all must be weighted`]
      : []),
  ]
  if (reasons.length === 0) return []
  const detail = `the records of ${nameOf(route)} are ${reasons.join('; ')}; Sluice moves two plain weighted records`
  return [anError(idOf(facts, checked, 'record-policy'), 'The records are not plain weighted ones', detail)]
}

function identifiers(facts: PreflightFacts, { checked, route, seen }: CheckedRecords): Finding[] {
  // Where there is nothing weighted, identifiers are beside the point.
  const existing = weightedOf(seen).map(labelOf)
  const missing = slots.filter((slot) => !existing.includes(route[slot]))
  if (existing.length === 0 || missing.length === 0) return []
  const named = missing.map((slot) => `${route[slot]} (${slot})`).join(' or ')
  const detail = `${nameOf(route)} has no weighted record called ${named}; it has ${existing.join(', ')}`
  return [anError(idOf(facts, checked, 'record-identifier'), 'A record is missing', detail)]
}

/**
 * Unequal TTLs make weights lie: who caches one side longer stays there longer. An alias has its target's TTL, that of a
 * load balancer is 60 s.
 *
 * @see Route 53 API reference, ResourceRecordSet.TTL
 */
function timeToLive(facts: PreflightFacts, { checked, route, seen }: CheckedRecords): Finding[] {
  const group = weightedOf(seen)
  const lifetimes = new Set(group.map((record) => record.ttlSeconds ?? aliasTtlSeconds))
  if (lifetimes.size < 2) return []
  const each = group.map((record) =>
    record.ttlSeconds === null ? `${labelOf(record)} an alias` : `${labelOf(record)} ${record.ttlSeconds} s`,
  )
  const rule = group.some((record) => record.alias !== null)
    ? `an alias counts as ${aliasTtlSeconds} s: give the plain records a TTL of ${aliasTtlSeconds} s`
    : 'give all of them the same TTL'
  const detail = `the records of ${nameOf(route)} live unequally long in caches: ${each.join(', ')}; ${rule}`
  return [anError(idOf(facts, checked, 'record-ttl'), 'The records have unequal TTLs', detail)]
}

function otherRecords(facts: PreflightFacts, { checked, route, seen }: CheckedRecords): Finding[] {
  const own = slots.map((slot) => route[slot])
  const others = weightedOf(seen).filter((record) => !own.includes(labelOf(record)) && record.weight !== 0)
  if (others.length === 0) return foreignWeights(facts, checked, seen.state)
  const named = others.map((record) => `${labelOf(record)} (weight ${record.weight})`).join(', ')
  const detail = `${nameOf(route)} also sends clients to ${named}; set that weight to 0, or override this finding`
  return [anError(idOf(facts, checked, 'weights-foreign'), 'Other records get traffic', detail)]
}

/** The clock of a step waits for the lag; in a shorter bake most of what is measured still comes by older answers. */
function shortBakes(facts: PreflightFacts, { checked, route, seen }: CheckedRecords): Finding[] {
  const ttlSeconds = seen.state?.lagSeconds ?? aliasTtlSeconds
  const lagSeconds = usualPropagationSeconds + ttlSeconds
  const bakes = facts.plan.steps.filter((step) => isMovedBy(route, step)).map((step) => step.bakeSeconds)
  const shortest = Math.min(...bakes)
  if (shortest >= lagSeconds) return []
  const detail =
    `the shortest step bakes ${shortest} s, but a change of ${nameOf(route)} takes about ${lagSeconds} s to reach clients ` +
    `(${usualPropagationSeconds} s to Route 53's servers, TTL ${ttlSeconds} s). The bake begins after that; caches that ` +
    `keep answers longer show in longer bakes only: bake at least ${lagSeconds} s`
  return [aWarning(idOf(facts, checked, 'bake-shorter-than-ttl'), 'A step is shorter than DNS takes', detail)]
}

function weightedOf({ records }: RecordFacts): readonly RecordSet[] {
  return records.filter((record) => record.policy === 'weighted')
}

function labelOf({ setIdentifier }: RecordSet): string {
  return setIdentifier ?? 'a record without identifier'
}

/** `app.example.com A`. */
function nameOf({ name, type }: Route53Route): string {
  return `${name} ${type}`
}
