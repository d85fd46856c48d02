import type { Deps } from '../../deps.ts'
import type { CodeDeployRevision } from '../../domain/codedeploy-revision.ts'
import { NotFoundError } from '../../domain/errors.ts'
import type { DeploymentGroupFacts, RouteFacts, RunningDeployment } from '../../domain/route-facts.ts'
import { type CodeDeployRoute, resourceOf } from '../../domain/service.ts'

/** Null where there is no such group, or it may not be looked at. */
export async function findGroup(
  { inspector }: Pick<Deps, 'inspector'>,
  route: CodeDeployRoute,
): Promise<DeploymentGroupFacts | null> {
  return groupIn(await inspector.inspect(route))
}

function groupIn(facts: RouteFacts): DeploymentGroupFacts | null {
  return facts.kind === 'codedeploy' ? facts.group : null
}

/** @throws {NotFoundError} If there is no such group, or it may not be looked at. */
export async function readGroup(deps: Pick<Deps, 'inspector'>, route: CodeDeployRoute): Promise<DeploymentGroupFacts> {
  const facts = await deps.inspector.inspect(route)
  const group = groupIn(facts)
  if (group !== null) return group
  const why = facts.notLookedAt[0] ?? 'it does not exist'
  throw new NotFoundError(`deployment group ${resourceOf(route)} could not be looked at: ${why}`)
}

/** What has not ended in the group, newest first. */
export async function readRunning(
  deps: Pick<Deps, 'inspector'>,
  route: CodeDeployRoute,
): Promise<readonly RunningDeployment[]> {
  const { running } = await readGroup(deps, route)
  return running.toSorted((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt))
}

/** Bundles of S3 and GitHub are for servers; what an AppSpec is for, its group says. */
export async function platformOf(
  deps: Pick<Deps, 'inspector'>,
  route: CodeDeployRoute,
  revision: CodeDeployRevision,
): Promise<DeploymentGroupFacts['platform']> {
  if (revision.type !== 'app-spec') return 'Server'
  if (route.moves) return route.moves.kind === 'alb' ? 'ECS' : 'Lambda'
  return (await readGroup(deps, route)).platform
}
