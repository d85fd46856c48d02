import type { AlbFacts, RecordFacts } from '../domain/route-facts.ts'
import type { AlbRoute, Route, Route53Route } from '../domain/service.ts'
import type { RouteInspector } from '../ports/route-inspector.ts'
import type { DirectRouter, QueuedRouter, RouterFor, TrafficRouter } from '../ports/traffic-router.ts'

/** One adapter of each kind of route. */
export interface KindAdapters {
  readonly alb: {
    readonly routerFor: (route: AlbRoute) => DirectRouter
    readonly inspector: { inspect(route: AlbRoute): Promise<AlbFacts> }
  }
  readonly route53: {
    readonly routerFor: (route: Route53Route) => QueuedRouter
    readonly inspector: { inspect(route: Route53Route): Promise<RecordFacts> }
  }
}

/** The ports that serve every kind of route: each asks the adapter of the route's kind. */
export function byRouteKind({ alb, route53 }: KindAdapters): {
  readonly routerFor: RouterFor
  readonly inspector: RouteInspector
} {
  return {
    routerFor: routerByKind({ alb: alb.routerFor, route53: route53.routerFor }),
    inspector: {
      async inspect(route) {
        switch (route.kind) {
          case 'alb':
            return alb.inspector.inspect(route)
          case 'route53':
            return route53.inspector.inspect(route)
        }
      },
    },
  }
}

/** The router of a route, made by that of its kind. */
export function routerByKind(make: {
  readonly alb: (route: AlbRoute) => DirectRouter
  readonly route53: (route: Route53Route) => QueuedRouter
}): RouterFor {
  function routerFor(route: AlbRoute): DirectRouter
  function routerFor(route: Route53Route): QueuedRouter
  function routerFor(route: Route): TrafficRouter
  function routerFor(route: Route): TrafficRouter {
    switch (route.kind) {
      case 'alb':
        return make.alb(route)
      case 'route53':
        return make.route53(route)
    }
  }
  return routerFor
}
