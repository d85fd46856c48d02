import { TransientError, UpstreamError } from '../../shared/domain/errors.ts'
import { sameShares } from '../../shared/domain/traffic.ts'
import { type Api, readFromApi } from '../api.ts'
import { aDeploymentPage, anEventPage, type DeploymentAnswer, type RouteAnswer, type Weights } from './answer.ts'

/** Which deployment wrote what is on a route, and when. */
export interface LastWrite {
  readonly deployment: string
  readonly at: string
}

export interface History {
  /** The deployment that is open; null where there is none. */
  readonly open: DeploymentAnswer | null
  /** By resource; absent where it is not known. */
  readonly writes: ReadonlyMap<string, LastWrite>
}

/** How many deployments are looked through for the writes of a route, newest first. */
const deploymentsLooked = 5
/** How many pages of events of one deployment, 100 events each. */
const pagesLooked = 20

/** Whose writes they are is told beside the traffic: where it cannot be read, the traffic is shown without. */
export async function readHistory(api: Api, service: string, routes: readonly RouteAnswer[]): Promise<History> {
  const writes = new Map<string, LastWrite>()
  let open: DeploymentAnswer | null = null
  try {
    const query = `service=${encodeURIComponent(service)}&limit=${deploymentsLooked}`
    const { items } = aDeploymentPage.parse(await readFromApi(api, `/v1/deployments?${query}`))
    open = items.find(isOpen) ?? null
    for (const { id } of items) {
      const missing = routes.filter(({ resource, lastWritten }) => lastWritten && !writes.has(resource))
      if (missing.length === 0) break
      const newest = await newestWrites(api, id)
      for (const { resource, lastWritten } of missing) {
        const write = newest.get(resource)
        // The newest write is told only of what it wrote: an adopted change is nobody's write.
        if (write && lastWritten && sameShares(write.after, lastWritten))
          writes.set(resource, { deployment: id, at: write.at })
      }
    }
  } catch (error) {
    if (!(error instanceof TransientError || error instanceof UpstreamError || isUnreadable(error))) throw error
  }
  return { open, writes }
}

/** A failed rollback is still tried, and keeps its service. */
function isOpen({ phase, endedAt }: DeploymentAnswer): boolean {
  return endedAt === null || phase === 'rollback-failed'
}

async function newestWrites(
  api: Api,
  id: string,
): Promise<ReadonlyMap<string, { readonly at: string; readonly after: Weights }>> {
  const newest = new Map<string, { at: string; after: Weights }>()
  let cursor: string | null = null
  for (let page = 0; page < pagesLooked; page++) {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const path = `/v1/deployments/${encodeURIComponent(id)}/events?limit=100${query}`
    const { items, nextCursor } = anEventPage.parse(await readFromApi(api, path))
    for (const { type, resource, after, at } of items)
      if (type === 'write' && resource !== undefined && after) newest.set(resource, { at, after })
    cursor = nextCursor
    if (cursor === null) break
  }
  return newest
}

function isUnreadable(error: unknown): boolean {
  return error instanceof Error && error.name === 'ZodError'
}
