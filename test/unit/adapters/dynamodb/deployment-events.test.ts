import { expect, it } from 'vitest'
import { createDeploymentEvents } from '../../../../shared/adapters/dynamodb/deployment-events.ts'
import type { ItemTable } from '../../../../shared/adapters/dynamodb/item-table.ts'
import { TransientError } from '../../../../shared/domain/errors.ts'
import { aDeployment, anEvent } from '../../../support/builders.ts'

/** A table that takes every item but those whose sort key fails; what it was sent, by id and `seq`. */
function aTable() {
  const sent: string[] = []
  const failing = new Set<number>()
  const table: Pick<ItemTable, 'putIf'> = {
    async putIf(item) {
      sent.push(`${String(item.pk).split('#').at(-1)} ${item.seq}`)
      if (failing.has(Number(item.seq))) throw new TransientError('the table is busy')
      return { ours: true }
    },
  }
  return { events: createDeploymentEvents(table as ItemTable), sent, failing }
}

const carrying = (id: string, ...seqs: readonly number[]) =>
  aDeployment({ id, lastEvents: seqs.map((seq) => anEvent({ seq })) })

const [one, other] = ['dep_01KDVDNC00000000000000WEB1', 'dep_01KDVDNC00000000000000WEB2']

it('copies each event once, however often a record is looked at', async () => {
  const { events, sent } = aTable()
  await events.copy(carrying(one, 1, 2))
  await events.copy(carrying(one, 1, 2))
  await events.copy(carrying(one, 2, 3))
  await events.copy(carrying(other, 1))
  expect(sent).toEqual([`${one} 1`, `${one} 2`, `${one} 3`, `${other} 1`])
})

it('copies all of a record again after one could not be', async () => {
  const { events, sent, failing } = aTable()
  failing.add(2)
  await expect(events.copy(carrying(one, 1, 2, 3))).rejects.toThrow(TransientError)
  failing.clear()
  await events.copy(carrying(one, 1, 2, 3))
  expect(sent).toEqual([1, 2, 3, 1, 2, 3].map((seq) => `${one} ${seq}`))
})
