import { UpstreamError } from '../domain/errors.ts'
import type { AlbFacts, AliasFacts, DriverFacts, RecordFacts } from '../domain/route-facts.ts'
import {
  type AlbRoute,
  type CodeDeployRoute,
  type LambdaAliasRoute,
  type Route,
  type Route53Route,
  resourceOf,
} from '../domain/service.ts'
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
  readonly lambdaAlias: {
    readonly routerFor: (route: LambdaAliasRoute) => DirectRouter
    readonly inspector: { inspect(route: LambdaAliasRoute): Promise<AliasFacts> }
  }
  readonly codedeploy: {
    readonly inspector: { inspect(route: CodeDeployRoute): Promise<DriverFacts> }
  }
}

/** The ports that serve every kind of route: each asks the adapter of the route's kind. */
export function byRouteKind({ alb, route53, lambdaAlias, codedeploy }: KindAdapters): {
  readonly routerFor: RouterFor
  readonly inspector: RouteInspector
} {
  return {
    routerFor: routerByKind({
      alb: alb.routerFor,
      route53: route53.routerFor,
      lambdaAlias: lambdaAlias.routerFor,
    }),
    inspector: {
      async inspect(route) {
        switch (route.kind) {
          case 'alb':
            return alb.inspector.inspect(route)
          case 'route53':
            return route53.inspector.inspect(route)
          case 'lambda-alias':
            return lambdaAlias.inspector.inspect(route)
          case 'codedeploy':
            return codedeploy.inspector.inspect(route)
        }
      },
    },
  }
}

/** The router of a route, made by that of its kind; of a driven one, by that of what its driver moves. */
export function routerByKind(make: {
  readonly alb: (route: AlbRoute) => DirectRouter
  readonly route53: (route: Route53Route) => QueuedRouter
  readonly lambdaAlias: (route: LambdaAliasRoute) => DirectRouter
}): RouterFor {
  function routerFor(route: AlbRoute | LambdaAliasRoute | CodeDeployRoute): DirectRouter
  function routerFor(route: Route53Route): QueuedRouter
  function routerFor(route: Route): TrafficRouter
  function routerFor(route: Route): TrafficRouter {
    switch (route.kind) {
      case 'alb':
        return make.alb(route)
      case 'route53':
        return make.route53(route)
      case 'lambda-alias':
        return make.lambdaAlias(route)
      case 'codedeploy':
        return route.moves ? routerFor(route.moves) : undivided(route)
    }
  }
  return routerFor
}

/** Servers have no weights, and of a Lambda group nobody knows the alias before its first AppSpec. */
function undivided(route: CodeDeployRoute): DirectRouter {
  const refuse = () => new UpstreamError(`${resourceOf(route)} divides no traffic by weight that is known here`)
  return {
    read: async () => ({ weights: { blue: null, green: null }, settings: '', raw: null }),
    target: () => {
      throw refuse()
    },
    write: async () => {
      throw refuse()
    },
  }
}
