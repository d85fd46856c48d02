import type { Deps } from '../deps.ts'
import { slotOfVersion, withVersions } from '../domain/alias-versions.ts'
import type { AppSpec } from '../domain/codedeploy-revision.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { DeploymentRequest } from '../domain/deployment-request.ts'
import { ValidationError } from '../domain/errors.ts'
import { type AlbRoute, type CodeDeployRoute, type LambdaAliasRoute, resourceOf } from '../domain/service.ts'

export type ResolveDeps = Pick<Deps, 'inspector' | 'routerFor' | 'deployments'>

/** How many deployments back a version is looked for: what serves came with one of the last. */
const historyLimit = 50

/** The service's deployments that moved something, or may, newest first, as far back as slots are remembered. */
export async function lookAtHistory({ deployments }: ResolveDeps, service: string): Promise<readonly Deployment[]> {
  const { items } = await deployments.list({ service }, { limit: historyLimit, cursor: null })
  return items.filter(({ phase }) => phase !== 'queued' && phase !== 'rejected')
}

/**
 * A `codedeploy` route with what CodeDeploy shifts for `request`: the production listener of an ECS group, the alias that
 * a Lambda AppSpec names, nothing on servers. Without a request, or where the group cannot be found, only what the group
 * itself says.
 *
 * @param history - The service's deployments, newest first: where its alias's versions were.
 * @throws {ValidationError} If the AppSpec of a Lambda group names no alias and versions.
 * @throws {TransientError} If AWS cannot be asked now.
 */
export async function resolveDriven(
  deps: Pick<ResolveDeps, 'inspector'>,
  route: CodeDeployRoute,
  { codedeploy: revision }: Pick<DeploymentRequest, 'codedeploy'>,
  history: readonly Deployment[],
): Promise<CodeDeployRoute> {
  const facts = await deps.inspector.inspect(route)
  const group = facts.kind === 'codedeploy' ? facts.group : null
  switch (group?.platform) {
    case 'ECS':
      return group.moves === null ? route : movedBy(route, group.moves)
    case 'Lambda':
      return revision?.type === 'app-spec' ? movedBy(route, aliasOf(revision.appSpec, history)) : route
    case 'Server':
    case undefined:
      return route
  }
}

/** What is moved belongs to the wave of its driver. */
function movedBy(route: CodeDeployRoute, moves: AlbRoute | LambdaAliasRoute): CodeDeployRoute {
  return { ...route, moves: { ...moves, wave: route.wave } }
}

/** The version that the AppSpec calls the current one is the trusted one, whatever serves: CodeDeploy compares for itself. */
function aliasOf(appSpec: AppSpec, history: readonly Deployment[]): LambdaAliasRoute {
  const { functionName, alias, currentVersion, targetVersion } = readLambdaAppSpec(appSpec)
  const route: LambdaAliasRoute = { kind: 'lambda-alias', functionName, alias, wave: 1 }
  const slot = slotOfVersion(history, resourceOf(route), currentVersion) ?? 'blue'
  return withVersions(route, { serving: currentVersion, slot, next: targetVersion })
}

/** What an AppSpec for a Lambda alias says. */
interface LambdaAppSpec {
  readonly functionName: string
  readonly alias: string
  readonly currentVersion: string
  readonly targetVersion: string
}

/** @throws {ValidationError} If a property is missing. */
function readLambdaAppSpec({ Resources: resources }: AppSpec): LambdaAppSpec {
  const [named] = Array.isArray(resources) ? resources.map(membersOf) : []
  const [resource] = Object.values(named ?? {}).map(membersOf)
  const properties = membersOf(resource?.Properties)
  const read = (name: string): string => {
    const value = properties[name]
    if (typeof value === 'string' && value !== '') return value
    const path = `codedeploy.appSpec.Resources[0].Properties.${name}`
    const message = 'must be given, as text: an AppSpec for Lambda names the function, its alias and both versions'
    throw new ValidationError(`the AppSpec has no ${name}`, [{ path, message }])
  }
  return {
    functionName: read('Name'),
    alias: read('Alias'),
    currentVersion: read('CurrentVersion'),
    targetVersion: read('TargetVersion'),
  }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
