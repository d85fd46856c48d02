import type { Deployment } from '../../domain/deployment.ts'
import type { DeploymentFilter } from '../../ports/deployment-store.ts'
import type { Page, PageRequest } from '../../ports/page.ts'
import { buildPage, fromCursor, toCursor } from '../page.ts'
import { everyDeployment, readText } from './item.ts'
import type { ItemTable, QueryInput } from './item-table.ts'
import { indexes } from './table.ts'

/** Index entries looked at in one query when a phase is asked for, and queries made for one page. */
const entriesPerQuery = 1000
const queriesPerPage = 10

/**
 * Deployments by an index, newest first, each read again by id: the index only names them and may lag behind. A rare
 * phase in a long history is not searched for to the end: the page is then short, or empty, and has a cursor.
 */
export async function listDeployments(
  {
    table,
    load,
  }: { readonly table: Pick<ItemTable, 'query'>; readonly load: (id: string) => Promise<Deployment | null> },
  filter: DeploymentFilter,
  page: PageRequest,
): Promise<Page<Deployment>> {
  // One more than the page tells whether there is another page.
  const wanted = page.limit + 1
  const found: Deployment[] = []
  let before = fromCursor('deployments', page.cursor)
  for (let queries = 1; ; queries++) {
    const { items, lastKey } = await table.query({
      ...toQuery(filter, before),
      Limit: filter.phase === undefined ? wanted - found.length : entriesPerQuery,
    })
    const ids = items.map((item) => readText(item, 'deploymentId')).slice(0, wanted - found.length)
    const cut = ids.length < items.length
    const records = await Promise.all(ids.map(load))
    found.push(...records.filter((record) => record !== null).filter((record) => fits(record, filter)))
    const lastId = ids.at(-1)
    if (found.length >= wanted || (!cut && lastKey === null))
      return buildPage('deployments', { found, limit: page.limit, placeOf: (record) => record.id })
    before = cut && lastId !== undefined ? lastId : readText(lastKey ?? {}, 'deploymentId')
    if (queries === queriesPerPage) return { items: found, nextCursor: toCursor('deployments', before) }
  }
}

function toQuery({ service, phase }: DeploymentFilter, before: string | null): QueryInput {
  const partition = service === undefined ? 'deploymentList' : 'deploymentService'
  return {
    IndexName: service === undefined ? indexes.everyDeployment : indexes.byService,
    KeyConditionExpression: `${partition} = :list${before === null ? '' : ' AND deploymentId < :before'}`,
    ...(phase !== undefined && { FilterExpression: 'phase = :phase' }),
    ExpressionAttributeValues: {
      ':list': service ?? everyDeployment,
      ...(before !== null && { ':before': before }),
      ...(phase !== undefined && { ':phase': phase }),
    },
    ScanIndexForward: false,
  }
}

function fits(record: Deployment, { phase }: DeploymentFilter): boolean {
  return phase === undefined || record.phase === phase
}
