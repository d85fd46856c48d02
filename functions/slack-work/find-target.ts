import type { Deps } from '../../shared/deps.ts'
import type { Deployment } from '../../shared/domain/deployment.ts'
import { NotFoundError } from '../../shared/domain/errors.ts'
import { authorise } from '../../shared/use-cases/access/authorise.ts'
import { authoriseDeployment } from '../../shared/use-cases/access/authorise-deployment.ts'
import type { Target } from '../slack/command.ts'
import type { SlackWork } from '../slack/work.ts'
import { askingOf } from './asking.ts'

/** What a person calls a deployment: its id, or its service, whose open one is meant. */
export async function findTarget(deps: Deps, work: SlackWork, target: Target): Promise<string> {
  const id = target.kind === 'service' ? await deps.deployments.pointer(target.name) : target.id
  if (id !== null && (await deps.deployments.load(id))) return id
  return refuseUnknown(deps, work, target)
}

/** As {@link findTarget}; where nothing is open, the newest deployment of the service. */
export async function findNewest(deps: Deps, work: SlackWork, target: Target): Promise<string> {
  if (target.kind === 'deployment') return findTarget(deps, work, target)
  const open = await deps.deployments.pointer(target.name)
  if (open !== null) return open
  const { items } = await deps.deployments.list({ service: target.name }, { limit: 1, cursor: null })
  return items[0]?.id ?? refuseUnknown(deps, work, target)
}

/** Lets somebody see a deployment; written down only where it is refused. */
export async function seeDeployment(deps: Deps, work: SlackWork, id: string): Promise<Deployment> {
  return (await authoriseDeployment(deps, askingOf(work, 'read-deployment'), id)).deployment
}

/**
 * Whether there is one is told only to who may see it.
 *
 * @throws {ForbiddenError} If the caller may see nothing.
 * @throws {NotFoundError} If there is no such deployment.
 */
async function refuseUnknown(deps: Deps, work: SlackWork, target: Target): Promise<never> {
  const service = target.kind === 'service' ? target.name : null
  await authorise(deps, { ...askingOf(work, 'list-deployments'), service, deployment: null, creator: null })
  throw new NotFoundError(
    target.kind === 'service'
      ? `no deployment of the service "${target.name}" is open`
      : `there is no deployment ${target.id}`,
  )
}
