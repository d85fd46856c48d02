import { servingVersion, slotOfVersion, unknownFunctions, versionPath, withVersions } from '../domain/alias-versions.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { DeploymentRequest, LambdaVersions } from '../domain/deployment-request.ts'
import { ValidationError } from '../domain/errors.ts'
import type { AliasFacts } from '../domain/route-facts.ts'
import { type LambdaAliasRoute, type Route, resourceOf, type Service } from '../domain/service.ts'
import type { Slot } from '../domain/traffic.ts'
import { lookAtHistory, type ResolveDeps, resolveDriven } from './resolve-driven.ts'
import { readServing } from './resolve-stable.ts'

export type ResolveRequest = Pick<DeploymentRequest, 'lambda' | 'codedeploy'>

/**
 * The service with what its routes move in this deployment: which versions of a function are in the slots of an alias, and
 * what a driver shifts. The version that serves is in the slot where the newest deployment had it, so that what Sluice
 * remembers of the slots stays true; the other slot gets the version that is asked for, or the newest published one.
 *
 * An alias that is not there, or may not be looked at, stays as it is, and one without a newer version has one slot only:
 * the preflight says so.
 *
 * @throws {ValidationError} If a version is asked for that serves already, or for a function that no route names.
 * @throws {TransientError} If AWS cannot be asked now.
 */
export async function resolveRoutes(deps: ResolveDeps, service: Service, request: ResolveRequest): Promise<Service> {
  requireKnownFunctions(service, request)
  if (!service.routes.some(({ kind }) => kind === 'lambda-alias' || kind === 'codedeploy')) return service
  const history = await lookAtHistory(deps, service.name)
  const looked = await Promise.all(service.routes.map((route) => lookAt(deps, route)))
  const slot = await servingSlotOf(deps, service, looked, history)
  const problems = looked.flatMap((one) => (one === null ? [] : servesAlready(one, request.lambda)))
  if (problems.length > 0) throw new ValidationError('a version that is to be deployed serves already', problems)
  const routes = service.routes.map(async (route, index) => {
    if (route.kind === 'codedeploy')
      return (await resolveDriven(deps, route, request.codedeploy ?? null, history)).route
    const one = looked[index]
    return one ? resolveAlias(one, slot, request.lambda) : route
  })
  return { ...service, routes: await Promise.all(routes) }
}

/** @throws {ValidationError} If a version is asked for, for a function that no route names. */
export function requireKnownFunctions({ routes }: Service, { lambda }: ResolveRequest): void {
  const problems = unknownFunctions(routes, lambda)
  if (problems.length > 0) throw new ValidationError('a version is given for a function of no route', problems)
}

/** An alias that is there, with the version that most of its calls go to. */
interface Looked {
  readonly route: LambdaAliasRoute
  readonly facts: AliasFacts
  readonly serving: string
}

async function lookAt({ inspector }: ResolveDeps, route: Route): Promise<Looked | null> {
  if (route.kind !== 'lambda-alias') return null
  const facts = await inspector.inspect(route)
  if (facts.kind !== 'lambda-alias' || facts.alias === null) return null
  return { route, facts, serving: servingVersion(facts.alias) }
}

/**
 * One slot for all aliases of the service, since a deployment has one stable slot: where rules or records have sides that
 * are fixed, theirs; else that of the first alias whose version is known.
 */
async function servingSlotOf(
  deps: ResolveDeps,
  service: Service,
  looked: readonly (Looked | null)[],
  history: readonly Deployment[],
): Promise<Slot> {
  const fixed = service.routes.find(({ kind }) => kind === 'alb' || kind === 'route53')
  const bySides = fixed && (await readServing(deps, { routes: [fixed] }))?.slot
  const known = looked.map((one) => one && slotOfVersion(history, resourceOf(one.route), one.serving))
  return bySides ?? known.find((slot) => slot !== null) ?? 'blue'
}

function servesAlready({ route, serving }: Looked, versions: LambdaVersions = {}) {
  const { functionName } = route
  if (wantedOf(functionName, versions) !== serving) return []
  return [
    {
      path: versionPath(functionName),
      message: `version ${serving} of ${resourceOf(route)} serves already; name another one`,
    },
  ]
}

function resolveAlias({ route, facts, serving }: Looked, slot: Slot, versions: LambdaVersions = {}): LambdaAliasRoute {
  const wanted = wantedOf(route.functionName, versions) ?? facts.newestVersion
  return withVersions(route, { serving, slot, next: wanted === serving ? null : wanted })
}

function wantedOf(functionName: string, versions: LambdaVersions): string | undefined {
  return Object.hasOwn(versions, functionName) ? versions[functionName] : undefined
}
