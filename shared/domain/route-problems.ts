import type { Problem } from './errors.ts'
import type { AlbFacts, AliasFacts, DriverFacts, RecordFacts, RouteFacts } from './route-facts.ts'
import {
  type AlbRoute,
  type CodeDeployRoute,
  type LambdaAliasRoute,
  type Route,
  type Route53Route,
  resourceOf,
  targetGroupOf,
  testEntryOf,
} from './service.ts'
import { type Slot, slots } from './traffic.ts'

/**
 * What a route names that AWS does not have. What could not be looked at is no problem here but a warning.
 *
 * @param path - Where the route stands in the request, `routes[0]`.
 */
export function findMissing(route: Route, facts: RouteFacts, path: string): Problem[] {
  switch (route.kind) {
    case 'alb':
      return facts.kind === 'alb' ? findMissingActions(route, facts, path) : []
    case 'route53':
      return facts.kind === 'route53' ? findMissingRecords(route, facts, path) : []
    case 'lambda-alias':
      return facts.kind === 'lambda-alias' ? findMissingAlias(route, facts, path) : []
    case 'codedeploy':
      return facts.kind === 'codedeploy' ? findMissingGroupOf(route, facts, path) : []
  }
}

/** CodeDeploy keeps a group below its application: which of them is missing, its answer for the group does not say. */
function findMissingGroupOf(route: CodeDeployRoute, facts: DriverFacts, path: string): Problem[] {
  const { applicationName, deploymentGroupName } = route
  if (facts.group !== null || facts.notLookedAt.length > 0) return []
  const message = `CodeDeploy has no application "${applicationName}" with a deployment group "${deploymentGroupName}"`
  return [{ path: `${path}.deploymentGroupName`, message }]
}

function findMissingActions(route: AlbRoute, facts: AlbFacts, path: string): Problem[] {
  if (facts.loadBalancerArn === null) {
    const entry = 'ruleArn' in route ? 'ruleArn' : 'listenerArn'
    return [{ path: `${path}.${entry}`, message: `${resourceOf(route)} does not exist` }]
  }
  const groups = slots.flatMap((slot) => findMissingGroup(route, facts, slot, `${path}.${slot}`))
  const test = testEntryOf(route)
  if (test === null || facts.test === null || facts.test.exists) return groups
  return [...groups, { path: `${path}.test`, message: `${resourceOf(test)} does not exist` }]
}

function findMissingRecords(route: Route53Route, facts: RecordFacts, path: string): Problem[] {
  const groups = slots.flatMap((slot) => findMissingGroup(route, facts, slot, `${path}.targetGroups.${slot}`))
  const { hostedZoneId, name, type } = route
  // Refused is not the same as missing: the sentence that says so names the zone.
  if (facts.records.length > 0 || facts.notLookedAt.some((sentence) => sentence.includes(hostedZoneId))) return groups
  if (facts.zone === null)
    return [{ path: `${path}.hostedZoneId`, message: `hosted zone ${hostedZoneId} does not exist` }, ...groups]
  const zone = `hosted zone ${hostedZoneId} (${facts.zone.name})`
  const message = isInZone(name, facts.zone.name)
    ? `${zone} has no ${type} record called ${name}; create the two weighted records first`
    : `${name} is not in ${zone}`
  return [{ path: `${path}.name`, message }, ...groups]
}

function findMissingAlias(route: LambdaAliasRoute, facts: AliasFacts, path: string): Problem[] {
  const isUnseen = (what: string) => facts.notLookedAt.some((sentence) => sentence.includes(what))
  if (facts.alias !== null || isUnseen(resourceOf(route))) return []
  const { functionName, alias } = route
  if (facts.newestVersion !== null || isUnseen(functionName))
    return [{ path: `${path}.alias`, message: `function ${functionName} has no alias ${alias}` }]
  const message = `there is no function ${functionName}, or it has neither a published version nor an alias ${alias}`
  return [{ path: `${path}.functionName`, message }]
}

function findMissingGroup(route: Route, facts: RouteFacts, slot: Slot, path: string): Problem[] {
  const group = targetGroupOf(route, slot)
  if (group === null || facts.groups[slot] !== null) return []
  if (facts.notLookedAt.some((sentence) => sentence.includes(group))) return []
  return [{ path, message: `target group ${group} does not exist` }]
}

/** Both normalised. The root zone is called the empty string. */
function isInZone(name: string, zone: string): boolean {
  return zone === '' || name === zone || name.endsWith(`.${zone}`)
}

/**
 * What a route names that is on another load balancer than its rule: a target group has only one.
 *
 * @param path - Where the route stands in the request, `routes[0]`.
 */
export function findMisplaced(route: Route, facts: RouteFacts, path: string): Problem[] {
  if (facts.kind !== 'alb') return []
  const home = facts.loadBalancerArn
  const test = testEntryOf(route)
  const say = (field: string, what: string, owner: string | null | undefined): Problem[] => {
    if (home === null || !owner || owner === home) return []
    return [{ path: `${path}.${field}`, message: `${what} belongs to ${owner}, not to ${home}` }]
  }
  return [
    ...slots.flatMap((slot) =>
      say(slot, `target group ${targetGroupOf(route, slot)}`, facts.groups[slot]?.loadBalancerArn),
    ),
    ...(test ? say('test', resourceOf(test), facts.test?.loadBalancerArn) : []),
  ]
}
