import { NotFoundError, TransientError, UpstreamError } from '../domain/errors.ts'
import { type LambdaAliasRoute, type MovedRoute, type Route, resourceOf, type Service } from '../domain/service.ts'
import { lookAtHistory, type ResolveDeps, resolveDriven } from './resolve-driven.ts'

/**
 * The service's routes as its newest deployment moved them: with the versions that it had in the slots of an alias, and
 * with what a driver shifted. So a version that somebody else put there is neither slot's, instead of passing for one.
 * Where no deployment knows, an alias stays without versions, and an ECS group says itself what it shifts.
 */
export async function recallRoutes(deps: ResolveDeps, service: Service): Promise<readonly Route[]> {
  const { routes } = service
  if (!routes.some(({ kind }) => kind === 'lambda-alias' || kind === 'codedeploy')) return routes
  const history = await lookAtHistory(deps, service.name)
  const known = history.flatMap(({ settings }) => settings.routes)
  return Promise.all(
    routes.map(async (route) => {
      const was = known.find((one) => resourceOf(one) === resourceOf(route) && isResolved(one))
      if (was?.kind === 'lambda-alias' && route.kind === 'lambda-alias') return withVersionsOf(route, was)
      if (was?.kind === 'codedeploy' && route.kind === 'codedeploy') return withMoves(route, was.moves)
      return route.kind === 'codedeploy'
        ? orAsItIs(route, async () => (await resolveDriven(deps, route, null, [])).route)
        : route
    }),
  )
}

function isResolved(route: Route): boolean {
  if (route.kind === 'codedeploy') return route.moves !== undefined
  return route.kind !== 'lambda-alias' || route.blue !== undefined || route.green !== undefined
}

function withVersionsOf(route: LambdaAliasRoute, { blue, green }: LambdaAliasRoute): LambdaAliasRoute {
  return { ...route, ...(blue !== undefined && { blue }), ...(green !== undefined && { green }) }
}

function withMoves(
  route: Extract<Route, { kind: 'codedeploy' }>,
  moves: Extract<MovedRoute, { kind: 'alb' | 'lambda-alias' }> | undefined,
): Route {
  return moves ? { ...route, moves } : route
}

/** What cannot be asked now must not hide the other routes. */
async function orAsItIs(route: Route, resolve: () => Promise<Route>): Promise<Route> {
  try {
    return await resolve()
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof TransientError || error instanceof UpstreamError)
      return route
    throw error
  }
}
