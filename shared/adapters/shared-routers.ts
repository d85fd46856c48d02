import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import { type RecordSet, toPairState, type WeightedPair } from '../domain/record-set.ts'
import { type AlbRoute, resourceOf } from '../domain/service.ts'
import type { RouterFor } from '../ports/traffic-router.ts'
import { toRouteState } from './alb/forward-action.ts'
import { routerByKind } from './by-route-kind.ts'

export interface SharedRouting {
  readonly actionsOf: (route: AlbRoute) => Promise<readonly Action[]>
  readonly recordsOf: (pair: WeightedPair) => Promise<readonly RecordSet[]>
}

/**
 * Routers whose reading in the background is shared with whoever reads at the same time. Every other reading comes before
 * a write, and is the router's own.
 */
export function createSharedRouters(routerFor: RouterFor, { actionsOf, recordsOf }: SharedRouting): RouterFor {
  return routerByKind({
    alb(route) {
      const router = routerFor(route)
      const readTogether = async () => toRouteState(await actionsOf(route), route, resourceOf(route))
      return { ...router, read: (lane) => (lane === 'background' ? readTogether() : router.read(lane)) }
    },
    route53(route) {
      const router = routerFor(route)
      const readTogether = async () => toPairState(await recordsOf(router.pair), router.pair)
      return { ...router, read: (lane) => (lane === 'background' ? readTogether() : router.read(lane)) }
    },
    // One alias is one call, and Lambda has no list that would answer for several functions.
    lambdaAlias: routerFor,
  })
}
