import type { Deps } from '../deps.ts'
import type { DeploymentEvent } from '../domain/deployment.ts'
import type { Page, PageRequest } from '../ports/page.ts'
import { loadDeployment } from './change-deployment.ts'

/**
 * What happened to a deployment, oldest first.
 *
 * @throws {NotFoundError} If there is no such deployment.
 * @throws {ValidationError} If the cursor is not one of ours.
 */
export async function listEvents(
  deps: Pick<Deps, 'deployments'>,
  id: string,
  page: PageRequest,
): Promise<Page<DeploymentEvent>> {
  await loadDeployment(deps, id)
  return deps.deployments.listEvents(id, page)
}
