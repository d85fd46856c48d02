import type { Problem } from './errors.ts'
import type { RouteFacts } from './route-facts.ts'
import { type Route, resourceOf } from './service.ts'
import { slots } from './traffic.ts'

/**
 * What a route names that AWS does not have. What could not be looked at is no problem here but a warning.
 *
 * @param path - Where the route stands in the request, `routes[0]`.
 */
export function findMissing(route: Route, facts: RouteFacts, path: string): Problem[] {
  if (facts.loadBalancerArn === null) {
    const entry = 'ruleArn' in route ? 'ruleArn' : 'listenerArn'
    return [{ path: `${path}.${entry}`, message: `${resourceOf(route)} does not exist` }]
  }
  const groups = slots.flatMap((slot) => {
    const refused = facts.notLookedAt.some((sentence) => sentence.includes(route[slot]))
    if (facts.groups[slot] !== null || refused) return []
    return [{ path: `${path}.${slot}`, message: `target group ${route[slot]} does not exist` }]
  })
  if (route.test === undefined || facts.test === null || facts.test.exists) return groups
  return [...groups, { path: `${path}.test`, message: `${resourceOf(route.test)} does not exist` }]
}

/**
 * What a route names that is on another load balancer than its rule: a target group has only one.
 *
 * @param path - Where the route stands in the request, `routes[0]`.
 */
export function findMisplaced(route: Route, facts: RouteFacts, path: string): Problem[] {
  const home = facts.loadBalancerArn
  const say = (field: string, what: string, owner: string | null | undefined): Problem[] => {
    if (home === null || !owner || owner === home) return []
    return [{ path: `${path}.${field}`, message: `${what} belongs to ${owner}, not to ${home}` }]
  }
  return [
    ...slots.flatMap((slot) => say(slot, `target group ${route[slot]}`, facts.groups[slot]?.loadBalancerArn)),
    ...(route.test ? say('test', resourceOf(route.test), facts.test?.loadBalancerArn) : []),
  ]
}
