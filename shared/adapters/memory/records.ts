import { type Route53Route, resourceOf } from '../../domain/service.ts'
import type { HostedZones } from '../../ports/hosted-zones.ts'
import type { QueuedRouter } from '../../ports/traffic-router.ts'
import {
  createRoute53RouteInspector,
  type InspectGroup,
  type Route53RouteInspector,
} from '../route53/route-inspector.ts'
import type { Pace } from '../route53/take-request.ts'
import { createRoute53TrafficRouter } from '../route53/traffic-router.ts'
import type { RunCall } from './faults.ts'

/** Memory has no limit of requests, so nobody ever waits. */
const unlimited: Pace = {
  budget: { tryTake: async () => 0, noteThrottled: async () => undefined },
  clock: { realNow: () => 0, sleep: async () => undefined },
}

/** Routes of weighted records on hosted zones in memory: the real adapters' reading of what the zones answer. */
export function createMemoryRecords({
  hostedZones,
  inspectGroup,
  run,
}: {
  readonly hostedZones: HostedZones
  readonly inspectGroup: InspectGroup
  readonly run: RunCall
}): { readonly routerFor: (route: Route53Route) => QueuedRouter; readonly inspector: Route53RouteInspector } {
  const inspector = createRoute53RouteInspector(hostedZones, unlimited, inspectGroup)
  return {
    routerFor: (route) => createRoute53TrafficRouter(hostedZones, unlimited, route),
    inspector: {
      async inspect(route) {
        await run({ action: 'inspector.inspect', subject: resourceOf(route) }, () => undefined)
        return inspector.inspect(route)
      },
    },
  }
}
