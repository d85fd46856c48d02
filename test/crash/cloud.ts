import type { MemoryCloud } from '../../shared/adapters/memory/cloud.ts'
import { UpstreamError } from '../../shared/domain/errors.ts'
import { type AlbRoute, type Route, type Route53Route, resourceOf } from '../../shared/domain/service.ts'
import { anAlbRoute, webArns } from '../support/builders.ts'
import { appPair, aRoute53Route } from '../support/record-sets.ts'
import { eastArns, setPair } from '../support/three-waves.ts'

/** The kinds of routes whose sides have names of their own. */
export type CrashRoute = AlbRoute | Route53Route

/** Everything that the routes of a scenario may name. */
export const routes = {
  web: anAlbRoute(),
  east: { kind: 'alb', ruleArn: eastArns.rule, blue: eastArns.blue, green: eastArns.green, wave: 1 },
  dns: aRoute53Route(),
} as const satisfies Readonly<Record<string, CrashRoute>>

/** How many targets each group has registered. */
export const targetsOfGroup = 2

/** What a run sees and changes of the cloud without a call: as its users, its targets and strangers do. */
export interface CrashCloud {
  /** What green has of a route now, percent; null: all weights are 0. */
  greenPercent(route: CrashRoute): number | null
  /** How many of a group's targets are healthy. */
  healthyIn(group: string): number
  setHealthy(group: string, healthy: number): void
  /** What a group answered in the minute that began at `startMs`. */
  addMinute(group: string, startMs: number, minute: { readonly requests: number; readonly errors: number }): void
  /** Gives green so much, as somebody would who knows nothing of us. @param green - Whole percent. */
  shift(route: CrashRoute, green: number): void
  /** From now on every write of a rule is denied; or no longer. */
  refuseWrites(isRefused: boolean): void
}

/** Puts everything there that the routes of a scenario name, all traffic to blue, into a cloud in memory. */
export function furnishMemory(cloud: MemoryCloud): CrashCloud {
  const healthy = new Map<string, number>()
  const setHealthy = (group: string, count: number) => {
    healthy.set(group, count)
    cloud.setGroup(group, { total: targetsOfGroup, healthy: count })
  }
  const setPercent = (route: CrashRoute, green: number) => {
    if (route.kind === 'route53') return setPair(cloud.hostedZones, { blue: 100 - green, green })
    cloud.routing.set(resourceOf(route), { weights: { [route.blue]: 100 - green, [route.green]: green } })
  }
  for (const { rule, blue, green } of [webArns, eastArns]) {
    setHealthy(blue, targetsOfGroup)
    setHealthy(green, targetsOfGroup)
    cloud.routing.set(rule, { weights: { [blue]: 100, [green]: 0 } })
  }
  cloud.hostedZones.addZone(appPair.hostedZoneId, { name: 'example.com' })
  setPercent(routes.dns, 0)
  return {
    setHealthy,
    healthyIn: (group) => healthy.get(group) ?? 0,
    addMinute: (group, startMs, minute) => cloud.metrics.setMinute(group, startMs, minute),
    shift: setPercent,
    refuseWrites(isRefused) {
      cloud.inject({
        before({ action, subject }) {
          if (isRefused && action === 'router.write') throw new UpstreamError(`ModifyRule on ${subject}: AccessDenied`)
        },
      })
    },
    greenPercent(route) {
      if (route.kind === 'route53') {
        const weights = cloud.hostedZones.weightsOf(route.hostedZoneId, route.name, route.type)
        return percentOf(weights[route.blue], weights[route.green])
      }
      const weights = cloud.weightsOf(resourceOf(route))
      return percentOf(weights[route.blue], weights[route.green])
    },
  }
}

/** @returns Null where both are 0. An absent side has nothing. */
export function percentOf(blue = 0, green = 0): number | null {
  return blue + green === 0 ? null : (100 * green) / (blue + green)
}

export function isCrashRoute(route: Route): route is CrashRoute {
  return route.kind === 'alb' || route.kind === 'route53'
}
