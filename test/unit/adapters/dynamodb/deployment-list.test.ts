import { describe, expect, it } from 'vitest'
import { listDeployments } from '../../../../shared/adapters/dynamodb/deployment-list.ts'
import type { Item } from '../../../../shared/adapters/dynamodb/item.ts'
import type { QueryInput } from '../../../../shared/adapters/dynamodb/item-table.ts'
import type { Deployment, Phase } from '../../../../shared/domain/deployment.ts'
import { aDeployment } from '../../../support/builders.ts'
import { readAll } from '../../../support/read-all.ts'

const idOf = (n: number) => `dep_${String(n).padStart(5, '0')}`

/** An index of `count` deployments as DynamoDB pages it: `Limit` counts what is looked at, before the filter. */
function anIndex(count: number, indexed: (n: number) => Phase) {
  const entries = Array.from({ length: count }, (_, n) => ({ deploymentId: idOf(n), phase: indexed(n) })).reverse()
  const queries: QueryInput[] = []
  return {
    queries,
    async query(input: QueryInput) {
      queries.push(input)
      const { ':before': before, ':phase': phase } = input.ExpressionAttributeValues ?? {}
      const rest = entries.filter((entry) => before === undefined || entry.deploymentId < before)
      const seen = rest.slice(0, input.Limit)
      const items: Item[] = seen.filter((entry) => phase === undefined || entry.phase === phase)
      return { items, lastKey: rest.length > seen.length ? (seen.at(-1) ?? null) : null }
    },
  }
}

const loadAs =
  (phase: (n: number) => Phase) =>
  async (id: string): Promise<Deployment | null> =>
    aDeployment({ id, phase: phase(Number(id.slice(4))) })

describe('the list of deployments', () => {
  it('looks at a bounded part of a long history for one page, and goes on by cursor', async () => {
    const phase = (n: number): Phase => (n === 3 ? 'halted' : 'succeeded')
    const index = anIndex(25_000, phase)
    const options = { table: index, load: loadAs(phase) }
    const first = await listDeployments(options, { phase: 'halted' }, { limit: 20, cursor: null })
    expect(first).toEqual({ items: [], nextCursor: expect.any(String) })
    expect(index.queries).toHaveLength(10)
    const { items, sizes } = await readAll((page) => listDeployments(options, { phase: 'halted' }, page), 20)
    expect(items.map((deployment) => deployment.id)).toEqual([idOf(3)])
    expect(sizes).toEqual([0, 0, 1])
  })

  it('reads no more records than it shows, and one', async () => {
    const loaded: string[] = []
    const load = async (id: string) => {
      loaded.push(id)
      return aDeployment({ id, phase: 'baking' })
    }
    const page = { limit: 2, cursor: null }
    const { items } = await listDeployments({ table: anIndex(50, () => 'baking'), load }, { phase: 'baking' }, page)
    expect(items.map((deployment) => deployment.id)).toEqual([idOf(49), idOf(48)])
    expect(loaded).toEqual([idOf(49), idOf(48), idOf(47)])
  })

  it('leaves out what the index shows in a phase that the record has left, without gaps in the pages', async () => {
    const now = (n: number): Phase => (n % 2 === 0 ? 'succeeded' : 'baking')
    const options = { table: anIndex(9, () => 'baking'), load: loadAs(now) }
    for (const limit of [1, 2, 3, 4]) {
      const { items, sizes } = await readAll((page) => listDeployments(options, { phase: 'baking' }, page), limit)
      expect(items.map((deployment) => deployment.id)).toEqual([7, 5, 3, 1].map(idOf))
      expect(sizes.slice(0, -1).every((size) => size === limit)).toBe(true)
    }
  })

  it('leaves out what the index names and nobody finds', async () => {
    const load = async (id: string) => (id === idOf(1) ? null : aDeployment({ id }))
    const options = { table: anIndex(3, () => 'preparing'), load }
    const { items } = await readAll((page) => listDeployments(options, {}, page), 1)
    expect(items.map((deployment) => deployment.id)).toEqual([2, 0].map(idOf))
  })
})
