import type { Deployment, RouteProgress } from './deployment.ts'
import { aliasTtlSeconds, usualPropagationSeconds } from './record-set.ts'
import { resourceOf } from './service.ts'

/**
 * How long clients may go on as before once these routes were written, seconds: a DNS record spreads to Route 53's
 * servers, and resolvers keep the answers they have for its TTL. 0 where none of them is DNS.
 *
 * @param which - The routes that count. Default: all.
 */
export function resolverLagSeconds(
  { settings, routes }: Pick<Deployment, 'settings' | 'routes'>,
  which: (progress: RouteProgress) => boolean = () => true,
): number {
  const lags = settings.routes
    .filter(({ kind }) => kind === 'route53')
    .flatMap((route) => routes.filter(({ resource }) => resource === resourceOf(route)))
    .filter(which)
    .map(({ snapshot }) => usualPropagationSeconds + (snapshot?.lagSeconds ?? aliasTtlSeconds))
  return Math.max(0, ...lags)
}
