import { regionOf } from '../../domain/elb-arn.ts'
import { type AlbRoute, resourceOf } from '../../domain/service.ts'
import type { TargetGroups } from '../../ports/target-groups.ts'
import type { TargetHealth } from '../../ports/target-health.ts'
import type { DirectRouter, TestRouterFor } from '../../ports/traffic-router.ts'
import { lazy } from '../aws-client.ts'
import type { FindPair } from './pair-route.ts'
import type { AlbRouteInspector } from './route-inspector.ts'
import { toSingleGroup, toTargetState } from './target-state.ts'

/** Every port that Elastic Load Balancing stands behind, for its own kind of route. */
export interface AlbAdapters {
  readonly routerFor: (route: AlbRoute) => DirectRouter
  readonly testRouterFor: TestRouterFor
  readonly inspector: AlbRouteInspector
  readonly findPair: FindPair
  readonly targetHealth: TargetHealth
  readonly targetGroups: TargetGroups
}

/** The ALB adapters; the SDK's client is loaded at the first call, what needs none answers without it. */
export function createLazyAlbAdapters(): AlbAdapters {
  const adapters = lazy(async () => {
    const [
      { createAlbClients },
      routers,
      { createAlbRouteInspector },
      { createAlbTargetHealth },
      { createAlbTargetGroups },
      { createPairFinder },
    ] = await Promise.all([
      import('./clients.ts'),
      import('./traffic-router.ts'),
      import('./route-inspector.ts'),
      import('./target-health.ts'),
      import('./target-groups.ts'),
      import('./pair-route.ts'),
    ])
    const clientsFor = createAlbClients()
    return {
      ...routers,
      clientsFor,
      inspector: createAlbRouteInspector(clientsFor),
      findPair: createPairFinder(clientsFor),
      targetHealth: createAlbTargetHealth((region) => clientsFor(region).reader),
      targetGroups: createAlbTargetGroups((region) => clientsFor(region).reader),
    }
  })
  return {
    routerFor(route) {
      const resource = resourceOf(route)
      const router = lazy(async () => {
        const { createAlbTrafficRouter, clientsFor } = await adapters()
        return createAlbTrafficRouter(clientsFor(regionOf(resource)), route)
      })
      return {
        read: async () => (await router()).read(),
        target: (seen, wish) => toTargetState(seen, wish, route, resource),
        write: async (seen, target) => (await router()).write(seen, target),
      }
    },
    testRouterFor(test) {
      const resource = resourceOf(test)
      const router = lazy(async () => {
        const { createAlbTestRouter, clientsFor } = await adapters()
        return createAlbTestRouter(clientsFor(regionOf(resource)), test)
      })
      return {
        read: async () => (await router()).read(),
        pointAt: (seen, targetGroupArn) => toSingleGroup(seen, targetGroupArn, resource),
        write: async (seen, target) => (await router()).write(seen, target),
      }
    },
    inspector: {
      inspect: async (route) => (await adapters()).inspector.inspect(route),
      inspectGroup: async (arn, notes) => (await adapters()).inspector.inspectGroup(arn, notes),
    },
    findPair: async (wish) => (await adapters()).findPair(wish),
    targetHealth: { read: async (targetGroupArn) => (await adapters()).targetHealth.read(targetGroupArn) },
    targetGroups: { loadBalancerOf: async (arn) => (await adapters()).targetGroups.loadBalancerOf(arn) },
  }
}
