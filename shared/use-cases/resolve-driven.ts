import type { Deps } from '../deps.ts'
import { slotOfVersion, withVersions } from '../domain/alias-versions.ts'
import type { CodeDeployRevision } from '../domain/codedeploy-revision.ts'
import type { Deployment } from '../domain/deployment.ts'
import { aliasOf } from '../domain/findings/app-spec.ts'
import type { DeploymentGroupFacts } from '../domain/route-facts.ts'
import { type AlbRoute, type CodeDeployRoute, type LambdaAliasRoute, resourceOf } from '../domain/service.ts'
import { findGroup } from './drive/group-facts.ts'

export type ResolveDeps = Pick<Deps, 'inspector' | 'routerFor' | 'deployments'>

/** How many deployments back a version is looked for: what serves came with one of the last. */
const historyLimit = 50

/** The service's deployments that moved something, or may, newest first, as far back as slots are remembered. */
export async function lookAtHistory({ deployments }: ResolveDeps, service: string): Promise<readonly Deployment[]> {
  const { items } = await deployments.list({ service }, { limit: historyLimit, cursor: null })
  return items.filter(({ phase }) => phase !== 'queued' && phase !== 'rejected')
}

export interface ResolvedRoute {
  /** With what CodeDeploy moves, where that is known. */
  readonly route: CodeDeployRoute
  /** Null where there is no such group, or it could not be looked at. */
  readonly group: DeploymentGroupFacts | null
}

/**
 * Looks up what CodeDeploy moves: the production listener of an ECS group, the alias that a Lambda AppSpec names, nothing
 * on servers. Without a revision only what the group itself says.
 *
 * @param history - The service's deployments, newest first: where its alias's versions were.
 * @throws {ValidationError} If the AppSpec is none.
 * @throws {TransientError} If CodeDeploy cannot be asked.
 */
export async function resolveDriven(
  deps: Pick<ResolveDeps, 'inspector'>,
  route: CodeDeployRoute,
  revision: CodeDeployRevision | null,
  history: readonly Deployment[],
): Promise<ResolvedRoute> {
  const group = await findGroup(deps, route)
  const moves = movesOf(group, revision, history)
  // What is moved belongs to the wave of its driver.
  return { route: moves ? { ...route, moves: { ...moves, wave: route.wave } } : route, group }
}

function movesOf(
  group: DeploymentGroupFacts | null,
  revision: CodeDeployRevision | null,
  history: readonly Deployment[],
): AlbRoute | LambdaAliasRoute | null {
  switch (group?.platform) {
    case 'ECS':
      return group.moves
    case 'Lambda':
      return inSlots(aliasOf(revision), history)
    case 'Server':
    case undefined:
      return null
  }
}

/** The version that the AppSpec calls the current one is the trusted one, whatever serves: CodeDeploy compares for itself. */
function inSlots(named: LambdaAliasRoute | null, history: readonly Deployment[]): LambdaAliasRoute | null {
  if (named?.blue === undefined || named.green === undefined) return null
  const slot = slotOfVersion(history, resourceOf(named), named.blue) ?? 'blue'
  return withVersions(named, { serving: named.blue, slot, next: named.green })
}
