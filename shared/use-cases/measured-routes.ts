import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { loadBalancerArnOf, regionOf } from '../domain/elb-arn.ts'
import { UpstreamError } from '../domain/errors.ts'
import { type Route, resourceOf, targetGroupOf } from '../domain/service.ts'
import { type Slot, slots } from '../domain/traffic.ts'
import { isMovedBy, isReachedBy } from '../domain/waves.ts'
import type { GroupOfTargets } from '../ports/metrics-source.ts'
import type { HealthWish } from '../ports/target-health.ts'

/** A route with the target groups that measure its sides. */
export interface MeasuredRoute {
  readonly route: Route
  readonly groups: Readonly<Record<Slot, GroupOfTargets>>
}

/**
 * The routes that something measures, in their order: those that name target groups. For a record set the load balancer
 * of each group is asked for; a rule's is in its ARN.
 *
 * @throws {UpstreamError} If a group is on no load balancer: nothing counts its requests.
 * @throws {TransientError} If it could not be asked.
 */
export async function measuredRoutes(
  deps: Pick<Deps, 'targetGroups'>,
  routes: readonly Route[],
): Promise<readonly MeasuredRoute[]> {
  const found = await Promise.all(
    routes.map(async (route) => {
      const [blue, green] = await Promise.all(slots.map((slot) => groupOf(deps, route, slot)))
      return blue && green ? [{ route, groups: { blue, green } }] : []
    }),
  )
  return found.flat()
}

async function groupOf(deps: Pick<Deps, 'targetGroups'>, route: Route, slot: Slot): Promise<GroupOfTargets | null> {
  const targetGroupArn = targetGroupOf(route, slot)
  if (targetGroupArn === null) return null
  if (route.kind === 'alb') return { targetGroupArn, loadBalancerArn: loadBalancerArnOf(resourceOf(route)) }
  const loadBalancerArn = await deps.targetGroups.loadBalancerOf(targetGroupArn)
  if (loadBalancerArn === null)
    throw new UpstreamError(`${targetGroupArn} is on no load balancer: nothing counts the requests of ${slot}`)
  return { targetGroupArn, loadBalancerArn }
}

/** A rule names its load balancer, so nobody has to look for that of its target groups. */
export function healthWishFor(route: Route): HealthWish {
  return route.kind === 'alb' ? { loadBalancerArn: loadBalancerArnOf(resourceOf(route)) } : {}
}

/** Nothing to read numbers from. */
export const unmeasured = 'no route of this wave names target groups, so nothing measures its sides'

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
  const arns = routes.map((route) => (route.kind === 'alb' ? resourceOf(route) : targetGroupOf(route, 'blue')))
  const first = arns.find((arn) => arn !== null)
  return first ? regionOf(first) : deps.homeRegion
}
