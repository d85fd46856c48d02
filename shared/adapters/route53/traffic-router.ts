import { toPairState, toPairTarget, type WeightedPair } from '../../domain/record-set.ts'
import type { Route53Route } from '../../domain/service.ts'
import type { HostedZones } from '../../ports/hosted-zones.ts'
import type { QueuedRouter } from '../../ports/traffic-router.ts'
import { readRecordGroup } from './record-group.ts'
import { inTurn, type Pace } from './take-request.ts'

/** Where a route's two weighted records stand, and how they divide traffic. It writes nothing: see `ZoneChanges`. */
export function createRoute53TrafficRouter(zones: HostedZones, pace: Pace, route: Route53Route): QueuedRouter {
  const pair = pairOf(route)
  return {
    pair,
    async read(lane = 'plan') {
      const page: Parameters<typeof readRecordGroup>[0] = (from) =>
        inTurn(pace, lane, () => zones.page(pair.hostedZoneId, from))
      return toPairState(await readRecordGroup(page, pair), pair)
    },
    target: (seen, wish) => toPairTarget(seen, wish, pair),
  }
}

/** The records that a route moves traffic between. */
export function pairOf({ hostedZoneId, name, type, blue, green }: Route53Route): WeightedPair {
  return { hostedZoneId, name, type, blue, green }
}
