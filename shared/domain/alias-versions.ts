import type { Deployment } from './deployment.ts'
import type { LambdaVersions } from './deployment-request.ts'
import type { Problem } from './errors.ts'
import type { AliasTarget } from './route-facts.ts'
import { aliasVersionOf, type LambdaAliasRoute, type Route, resourceOf } from './service.ts'
import { otherSlot, type Slot, slots } from './traffic.ts'

/** The version that an alias sends most of its calls to; of two halves its main one. */
export function servingVersion({ version, additional }: AliasTarget): string {
  return additional !== null && additional.weight > 0.5 ? additional.version : version
}

/** Functions that a request gives a version for, and that no route of the service names. */
export function unknownFunctions(routes: readonly Route[], versions: LambdaVersions = {}): readonly Problem[] {
  const named = routes.flatMap((route) => (route.kind === 'lambda-alias' ? [route.functionName] : []))
  return Object.keys(versions)
    .filter((name) => !named.includes(name))
    .map((name) => ({
      path: versionPath(name),
      message: `no lambda-alias route of this service names "${name}"; it has ${named.map((one) => `"${one}"`).join(', ') || 'none'}`,
    }))
}

/** Where a request says which version a function is to serve. */
export function versionPath(functionName: string): string {
  return `lambda.versions.${functionName}`
}

/**
 * The slot that a version had in the newest deployment that moved its alias with it: the slots of an alias are names, and
 * keep what they stand for from one deployment to the next. Null where no deployment knows it.
 *
 * @param deployments - Of one service, newest first.
 */
export function slotOfVersion(deployments: readonly Deployment[], resource: string, version: string): Slot | null {
  for (const { settings } of deployments)
    for (const route of settings.routes)
      for (const slot of slots) {
        const moved = aliasVersionOf(route, slot)
        if (moved?.version === version && resourceOfVersion(moved) === resource) return slot
      }
  return null
}

/** The alias that a version was moved in, whether Sluice moved it or CodeDeploy did. */
function resourceOfVersion({ functionName, alias }: Pick<LambdaAliasRoute, 'functionName' | 'alias'>): string {
  return resourceOf({ kind: 'lambda-alias', functionName, alias, wave: 1 })
}

/** `route` with the version that serves in `slot`, and the one to deploy in the other; null: there is none. */
export function withVersions(
  route: LambdaAliasRoute,
  { serving, slot, next }: { readonly serving: string; readonly slot: Slot; readonly next: string | null },
): LambdaAliasRoute {
  return { ...route, [slot]: serving, ...(next !== null && { [otherSlot(slot)]: next }) }
}
