import type { MemoryCloud } from '../../shared/adapters/memory/cloud.ts'
import { UpstreamError } from '../../shared/domain/errors.ts'
import {
  type AlbRoute,
  type CodeDeployRoute,
  type LambdaAliasRoute,
  type Route53Route,
  resourceOf,
} from '../../shared/domain/service.ts'
import { anAlbRoute, webArns } from '../support/builders.ts'
import { appPair, aRoute53Route } from '../support/record-sets.ts'
import { eastArns, setPair } from '../support/three-waves.ts'
import {
  aliasVersions,
  type CrashDriver,
  furnishGroups,
  greenOf,
  groupOf,
  isLambda,
  lambdaAlarm,
  toTarget,
} from './driver-cloud.ts'

/** The kinds of routes that scenarios have; a driven one does not say what its driver moves. */
export type CrashRoute = MovedRoute | CodeDeployRoute
export type MovedRoute = AlbRoute | Route53Route | LambdaAliasRoute

/** Everything that the routes of a scenario may name. */
export const routes = {
  web: anAlbRoute(),
  east: { kind: 'alb', ruleArn: eastArns.rule, blue: eastArns.blue, green: eastArns.green, wave: 1 },
  dns: aRoute53Route(),
  alias: { kind: 'lambda-alias', functionName: 'checkout', alias: 'live', wave: 1 },
  ecs: groupOf('ecs'),
  adopting: { ...groupOf('ecs'), onForeignDeployment: 'adopt' },
  lambda: groupOf('lambda'),
} as const satisfies Readonly<Record<string, CrashRoute>>

/** What changes when a route is moved: of a driven one, what its driver moves. */
export function movedOf(route: CrashRoute): MovedRoute {
  if (route.kind !== 'codedeploy') return route
  return isLambda(route) ? routes.alias : routes.web
}

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
  setAlarm(name: string, state: 'OK' | 'ALARM'): void
  readonly driver: CrashDriver
}

/** Puts everything there that the routes of a scenario name, all traffic to blue, into a cloud in memory. */
export function furnishMemory(cloud: MemoryCloud): CrashCloud {
  const healthy = new Map<string, number>()
  const setHealthy = (group: string, count: number) => {
    healthy.set(group, count)
    cloud.setGroup(group, { total: targetsOfGroup, healthy: count })
  }
  const setPercent = (route: CrashRoute, green: number) => {
    const moved = movedOf(route)
    if (moved.kind === 'route53') return setPair(cloud.hostedZones, { blue: 100 - green, green })
    cloud.codedeploy.settle()
    if (moved.kind === 'lambda-alias') return cloud.functions.setAlias(moved.functionName, moved.alias, toTarget(green))
    cloud.routing.set(resourceOf(moved), { weights: { [moved.blue]: 100 - green, [moved.green]: green } })
  }
  for (const { rule, blue, green } of [webArns, eastArns]) {
    setHealthy(blue, targetsOfGroup)
    setHealthy(green, targetsOfGroup)
    cloud.routing.set(rule, { weights: { [blue]: 100, [green]: 0 } })
  }
  cloud.hostedZones.addZone(appPair.hostedZoneId, { name: 'example.com' })
  setPercent(routes.dns, 0)
  cloud.functions.addFunction(routes.alias.functionName, { versions: Object.values(aliasVersions) })
  setPercent(routes.alias, 0)
  cloud.alarms.setState(lambdaAlarm, 'OK')
  return {
    setHealthy,
    healthyIn: (group) => healthy.get(group) ?? 0,
    addMinute: (group, startMs, minute) => cloud.metrics.setMinute(group, startMs, minute),
    shift: setPercent,
    setAlarm: cloud.alarms.setState,
    driver: furnishGroups(cloud),
    refuseWrites(isRefused) {
      cloud.inject({
        before({ action, subject }) {
          if (isRefused && action === 'router.write') throw new UpstreamError(`ModifyRule on ${subject}: AccessDenied`)
        },
      })
    },
    greenPercent(route) {
      const moved = movedOf(route)
      if (moved.kind === 'route53') {
        const weights = cloud.hostedZones.weightsOf(moved.hostedZoneId, moved.name, moved.type)
        return percentOf(weights[moved.blue], weights[moved.green])
      }
      if (moved.kind === 'lambda-alias') {
        cloud.codedeploy.settle()
        return greenOf(cloud.functions.aliasOf(moved.functionName, moved.alias))
      }
      const weights = cloud.weightsOf(resourceOf(moved))
      return percentOf(weights[moved.blue], weights[moved.green])
    },
  }
}

/** @returns Null where both are 0. An absent side has nothing. */
export function percentOf(blue = 0, green = 0): number | null {
  return blue + green === 0 ? null : (100 * green) / (blue + green)
}
