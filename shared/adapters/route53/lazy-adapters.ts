import type { Route53Route } from '../../domain/service.ts'
import type { HostedZones } from '../../ports/hosted-zones.ts'
import type { QueuedRouter } from '../../ports/traffic-router.ts'
import { lazy, toClientConfig } from '../aws-client.ts'
import { createRoute53RouteInspector, type InspectGroup, type Route53RouteInspector } from './route-inspector.ts'
import type { Pace } from './take-request.ts'
import { createRoute53TrafficRouter } from './traffic-router.ts'

/** Every port that Route 53 stands behind, for its own kind of route. */
export interface Route53Adapters {
  readonly hostedZones: HostedZones
  readonly routerFor: (route: Route53Route) => QueuedRouter
  readonly inspector: Route53RouteInspector
}

export interface Route53Options {
  /** Any Region of the partition: Route 53 is one service for all of it. */
  readonly region: string
  readonly pace: Pace
  readonly inspectGroup: InspectGroup
}

/** The Route 53 adapters; the SDK's client is loaded at the first call. */
export function createLazyRoute53Adapters({ region, pace, inspectGroup }: Route53Options): Route53Adapters {
  const loaded = lazy(async () => {
    const [{ Route53Client }, { createRoute53HostedZones }, { route53DeadlineMs }] = await Promise.all([
      import('@aws-sdk/client-route-53'),
      import('./hosted-zones.ts'),
      import('./zone-call.ts'),
    ])
    // One attempt: every one counts against the account's five requests a second, so whoever repeats a call asks for it.
    const limits = { maxAttempts: 1, timeoutMs: route53DeadlineMs }
    return createRoute53HostedZones(new Route53Client(toClientConfig(region, limits)))
  })
  const hostedZones: HostedZones = {
    zone: async (zoneId) => (await loaded()).zone(zoneId),
    page: async (zoneId, from) => (await loaded()).page(zoneId, from),
    upsert: async (zoneId, records, comment) => (await loaded()).upsert(zoneId, records, comment),
    changeStatus: async (changeId) => (await loaded()).changeStatus(changeId),
  }
  return {
    hostedZones,
    routerFor: (route) => createRoute53TrafficRouter(hostedZones, pace, route),
    inspector: createRoute53RouteInspector(hostedZones, pace, inspectGroup),
  }
}
