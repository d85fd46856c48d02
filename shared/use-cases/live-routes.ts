import type { Deps } from '../deps.ts'
import { TransientError, UpstreamError } from '../domain/errors.ts'
import type { RunningDeployment } from '../domain/route-facts.ts'
import { type CodeDeployRoute, type Route, resourceOf } from '../domain/service.ts'
import { resolveDriven } from './resolve-driven.ts'

export interface LiveRoute {
  readonly route: Route
  /** With a codedeploy route: what has not ended in its group; null where that could not be looked at. */
  readonly running?: readonly RunningDeployment[] | null
  /** Why the group could not be looked at; absent: it could. */
  readonly problem?: string
}

/**
 * A service's routes with what only a deployment fills in: from the open one (`resolved`), or, for a codedeploy route, as
 * far as the group itself tells it.
 */
export async function readLiveRoutes(
  deps: Pick<Deps, 'inspector'>,
  routes: readonly Route[],
  resolved: readonly Route[],
): Promise<readonly LiveRoute[]> {
  return Promise.all(
    routes.map((route) => {
      const known = resolved.find((one) => resourceOf(one) === resourceOf(route)) ?? route
      return known.kind === 'codedeploy' ? readGroup(deps, known) : { route: known }
    }),
  )
}

async function readGroup(deps: Pick<Deps, 'inspector'>, known: CodeDeployRoute): Promise<LiveRoute> {
  try {
    const { route, group } = await resolveDriven(deps, known, null, [])
    if (group !== null) return { route: known.moves ? known : route, running: group.running }
    return { route: known, running: null, problem: `${resourceOf(known)} is not there, or may not be looked at` }
  } catch (error) {
    if (!(error instanceof TransientError || error instanceof UpstreamError)) throw error
    return { route: known, running: null, problem: error.message }
  }
}

/** False where nothing is divided by weight, or not that anybody knows. */
export function isDivided(route: Route): boolean {
  return route.kind !== 'codedeploy' || route.moves !== undefined
}
