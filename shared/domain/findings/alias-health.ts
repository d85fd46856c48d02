import { availableTargets } from '../capacity.ts'
import type { Finding } from '../deployment.ts'
import { parseElbArn } from '../elb-arn.ts'
import type { RecordSet } from '../record-set.ts'
import { targetGroupOf } from '../service.ts'
import { type Slot, slots } from '../traffic.ts'
import { aWarning, type CheckedRoute, idOf, type NotLookedAt, type PreflightFacts } from './facts.ts'
import { checkedRecords } from './records.ts'

/**
 * Records that Route 53 may stop answering because of a group of ours. An alias with `EvaluateTargetHealth` takes a load
 * balancer for sick as soon as one of its target groups is empty or has no healthy target, at weight 0 too; and one that
 * was just attached has proven nothing yet.
 *
 * @see Route 53 API reference, AliasTarget.EvaluateTargetHealth
 */
export function aliasHealthFindings(facts: PreflightFacts): Finding[] {
  const aliases = checkedRecords(facts).flatMap(({ seen }) => seen.records.filter(evaluatesHealth))
  return facts.routes.flatMap((checked) => {
    const slot = slotsOnTrial(facts).find((one) => hazardOf(checked, one) !== null)
    if (slot === undefined) return []
    const endangered = aliases.filter((record) => leadsTo(record, loadBalancerOf(checked, slot)))
    if (endangered.length === 0) return []
    const named = endangered.map((record) => [record.name, record.type, record.setIdentifier].join(' ')).join(', ')
    const detail =
      `${named} evaluates the health of its load balancer, and ${targetGroupOf(checked.route, slot)} (${slot}) ` +
      `${hazardOf(checked, slot)}: Route 53 takes such a load balancer for unhealthy and leaves the record out while ` +
      'another one is healthy. Keep the group attached with a healthy target, or switch EvaluateTargetHealth off'
    return [aWarning(idOf(facts, checked, 'alias-evaluates-health'), 'An alias may leave DNS', detail)]
  })
}

/**
 * Which aliases nobody looked for. Only records that the routes name are read: a zone may have 10,000 of them, and five
 * requests a second is all that an account has.
 */
export function unseenAliases(routes: readonly CheckedRoute[]): readonly NotLookedAt[] {
  const what = 'alias-evaluates-health'
  const zones = [...new Set(routes.flatMap(({ route }) => (route.kind === 'route53' ? [route.hostedZoneId] : [])))]
  if (!routes.some(attachesGroups)) return []
  if (zones.length === 0) return [{ what, reason: 'this service names no hosted zones to look for aliases in' }]
  const reason = `of ${zones.join(', ')} only the records that this service's routes name were read; other names may be aliases`
  return [{ what, reason }]
}

/** Records, functions and servers attach nothing to a load balancer: what endangers aliases elsewhere is none of their doing. */
function attachesGroups({ route, facts }: CheckedRoute): boolean {
  if (route.kind !== 'codedeploy') return route.kind === 'alb'
  return facts?.kind === 'codedeploy' && facts.group?.platform === 'ECS'
}

/** Where the roles are not known, either side may be the one that is attached. */
function slotsOnTrial({ roles }: PreflightFacts): readonly Slot[] {
  return roles === null ? slots : [roles.canary]
}

/** Why a group makes its load balancer unhealthy, as the end of a sentence; null if it does not, or nobody knows. */
function hazardOf(checked: CheckedRoute, slot: Slot): string | null {
  const { facts } = checked
  const health = checked.health[slot]
  if (facts?.kind === 'alb' && facts.state?.weights[slot] === null)
    return 'is attached at weight 0 before its targets have passed a check'
  if (health === null || availableTargets(health) > 0) return null
  return health.total === 0 ? 'has no registered target' : `has ${health.total} targets and none is healthy`
}

function loadBalancerOf({ facts }: CheckedRoute, slot: Slot): string | null {
  return (facts?.kind === 'alb' ? facts.loadBalancerArn : facts?.groups[slot]?.loadBalancerArn) ?? null
}

function evaluatesHealth({ alias }: RecordSet): boolean {
  return alias?.evaluatesHealth === true
}

/**
 * By name and Region, without a call: an ALB called `web` answers to `web-1234567890.eu-west-1.elb.amazonaws.com`, with
 * `internal-` before it where it is, and as `dualstack.` too.
 */
function leadsTo({ alias }: RecordSet, loadBalancerArn: string | null): boolean {
  if (alias === null || loadBalancerArn === null) return false
  const { path, region } = parseElbArn(loadBalancerArn)
  const [first, ...rest] = alias.dnsName
    .toLowerCase()
    .replace(/^dualstack\./, '')
    .split('.')
  const name = path.split('/')[1]?.toLowerCase()
  const own = first?.replace(/-[0-9a-f]+$/, '')
  return (own === name || own === `internal-${name}`) && rest.includes('elb') && rest.includes(region)
}
