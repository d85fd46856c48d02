import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { loadBalancerArnOf, regionOf } from '../domain/elb-arn.ts'
import { UpstreamError } from '../domain/errors.ts'
import { regionOfFunction } from '../domain/function-name.ts'
import { aliasVersionOf, type Route, resourceOf, targetGroupOf } from '../domain/service.ts'
import { type Slot, slots } from '../domain/traffic.ts'
import { isMovedBy, isReachedBy } from '../domain/waves.ts'
import type { MeasuredSide, MeasuredVersion } from '../ports/metrics-source.ts'
import type { HealthWish } from '../ports/target-health.ts'

/** A route with what measures its sides. */
export interface MeasuredRoute {
  readonly route: Route
  readonly sides: Readonly<Record<Slot, MeasuredSide>>
}

/**
 * The routes that something measures, in their order: those that name target groups, and aliases whose versions are known.
 * For a record set the load balancer of each group is asked for; a rule's is in its ARN. A driven route is measured by what
 * its driver moves.
 *
 * @throws {UpstreamError} If a group is on no load balancer: nothing counts its requests.
 * @throws {TransientError} If it could not be asked.
 */
export async function measuredRoutes(
  deps: Pick<Deps, 'targetGroups' | 'homeRegion'>,
  routes: readonly Route[],
): Promise<readonly MeasuredRoute[]> {
  const found = await Promise.all(
    routes.map(async (route) => {
      const [blue, green] = await Promise.all(slots.map((slot) => sideOf(deps, route, slot)))
      return blue && green ? [{ route, sides: { blue, green } }] : []
    }),
  )
  return found.flat()
}

async function sideOf(
  deps: Pick<Deps, 'targetGroups' | 'homeRegion'>,
  route: Route,
  slot: Slot,
): Promise<MeasuredSide | null> {
  const targetGroupArn = targetGroupOf(route, slot)
  if (targetGroupArn === null) return measuredVersionOf(deps, route, slot)
  const known = loadBalancerOf(route)
  if (known !== null) return { targetGroupArn, loadBalancerArn: known }
  const loadBalancerArn = await deps.targetGroups.loadBalancerOf(targetGroupArn)
  if (loadBalancerArn === null)
    throw new UpstreamError(`${targetGroupArn} is on no load balancer: nothing counts the requests of ${slot}`)
  return { targetGroupArn, loadBalancerArn }
}

/** The version in a slot of an alias, in the Region of its function; null for any other route, or where it is not known. */
export function measuredVersionOf(
  { homeRegion }: Pick<Deps, 'homeRegion'>,
  route: Route,
  slot: Slot,
): MeasuredVersion | null {
  const version = aliasVersionOf(route, slot)
  return version && { ...version, region: regionOfFunction(version.functionName) ?? homeRegion }
}

/**
 * The same routes, in a time in which aliases sent all their calls to one slot.
 *
 * @param slot - Null: they were divided, and nothing changes.
 */
export function withAlone(measured: readonly MeasuredRoute[], slot: Slot | null): readonly MeasuredRoute[] {
  if (slot === null) return measured
  return measured.map(({ route, sides }) => {
    const side = sides[slot]
    return 'version' in side ? { route, sides: { ...sides, [slot]: { ...side, isAlone: true } } } : { route, sides }
  })
}

/** The slot that has all traffic of the routes of the current wave, by what Sluice put in place; null while it is divided. */
export function aloneSlotOf({ stable, canary, stage, weight, firstShiftAt }: Deployment): Slot | null {
  if (stage === 'shifting') return null
  if (weight === 100) return canary
  return firstShiftAt === null ? stable : null
}

/** A rule names its load balancer, so nobody has to look for that of its target groups. */
export function healthWishFor(route: Route): HealthWish {
  const loadBalancerArn = loadBalancerOf(route)
  return loadBalancerArn === null ? {} : { loadBalancerArn }
}

/** Of a rule or listener, or what a driver moves of these; null where the route does not tell. */
function loadBalancerOf(route: Route): string | null {
  if (route.kind === 'codedeploy') return route.moves ? loadBalancerOf(route.moves) : null
  return route.kind === 'alb' ? loadBalancerArnOf(resourceOf(route)) : null
}

/** Nothing to read numbers from. */
export const unmeasured = 'no route of this wave names target groups or versions, so nothing measures its sides'

/** The routes that the current step moves; before the first shift all of them. */
export function routesOfWave({ settings, plan, step, firstShiftAt }: Deployment): readonly Route[] {
  const current = plan.steps[step]
  return firstShiftAt === null || !current ? settings.routes : settings.routes.filter((one) => isMovedBy(one, current))
}

/** The routes whose canary gets traffic, those of earlier waves included; before the first shift all of them. */
export function routesReached({ settings, plan, step, firstShiftAt }: Deployment): readonly Route[] {
  const current = plan.steps[step]
  return firstShiftAt === null || !current
    ? settings.routes
    : settings.routes.filter((one) => isReachedBy(one, current))
}

/** True for a route that an earlier wave has brought to 100 %. */
export function isOfEarlierWave({ plan, step, firstShiftAt }: Deployment, route: Route): boolean {
  const current = plan.steps[step]
  return firstShiftAt !== null && current !== undefined && isReachedBy(route, current) && !isMovedBy(route, current)
}

/**
 * The Region in which a service's own metrics are looked for: that of the first route that has one, else the one that
 * Sluice runs in.
 */
export function metricsRegionOf(deps: Pick<Deps, 'homeRegion'>, routes: readonly Route[]): string {
  return routes.map(regionOfRoute).find((region) => region !== null) ?? deps.homeRegion
}

function regionOfRoute(route: Route): string | null {
  switch (route.kind) {
    case 'alb':
      return regionOf(resourceOf(route))
    case 'route53':
      return route.targetGroups ? regionOf(route.targetGroups.blue) : null
    case 'lambda-alias':
      return regionOfFunction(route.functionName)
    case 'codedeploy':
      return route.moves ? regionOfRoute(route.moves) : null
  }
}
