import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { Page, PageRequest } from '../ports/page.ts'
import { type DeploymentView, withMeasures } from './read-deployment.ts'

/** What is open or waits for its turn, newest first, of the services that `sees` tells. */
export async function listOpenDeployments(
  deps: Pick<Deps, 'deployments'>,
  sees: (service: string) => boolean,
): Promise<readonly DeploymentView[]> {
  const { deployments } = deps
  const [pointers, queued] = await Promise.all([
    readAll((page) => deployments.listPointers(page)),
    readAll((page) => deployments.listQueues(page)),
  ])
  const open = [...pointers.filter(({ state }) => state === 'open'), ...queued].filter(({ service }) => sees(service))
  const ids = [...new Set(open.map(({ id }) => id))].sort().reverse()
  const found = await Promise.all(ids.map((id) => deployments.load(id)))
  const records = found.filter((one): one is Deployment => one !== null)
  return Promise.all(records.map((deployment) => withMeasures(deps, deployment)))
}

async function readAll<T>(list: (page: PageRequest) => Promise<Page<T>>): Promise<readonly T[]> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const page: Page<T> = await list({ limit: 100, cursor })
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return items
}
