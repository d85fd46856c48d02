import type { Deps } from '../deps.ts'
import type { DeploymentFilter } from '../ports/deployment-store.ts'
import type { Page, PageRequest } from '../ports/page.ts'
import { type DeploymentView, withMeasures } from './read-deployment.ts'

/** Newest first. @throws {ValidationError} If the cursor is not one of ours. */
export async function listDeployments(
  deps: Pick<Deps, 'deployments'>,
  filter: DeploymentFilter,
  page: PageRequest,
): Promise<Page<DeploymentView>> {
  const { items, nextCursor } = await deps.deployments.list(filter, page)
  return { items: await Promise.all(items.map((deployment) => withMeasures(deps, deployment))), nextCursor }
}
