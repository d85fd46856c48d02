import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbDeploymentStore } from '../../shared/adapters/dynamodb/deployment-store.ts'
import type { DeploymentStore } from '../../shared/ports/deployment-store.ts'
import { aDeployment, anEvent } from '../support/builders.ts'
import { type Dynalite, startDynalite } from '../support/dynalite.ts'
import { addFaults, type Fault, isEventItem, isOperation, type Sent } from '../support/dynamodb-faults.ts'
import { readAll } from '../support/read-all.ts'
import { loadOrThrow, nextOf, seqsOf } from '../support/saved-records.ts'

let database: Dynalite
beforeAll(async () => {
  database = await startDynalite()
})
afterAll(() => database.close())

const { id } = aDeployment()

/** A store of one process: what fails in it is what `faults` say, and it tries each call once. */
function aProcess(table: string, faults: readonly Fault[] = []) {
  const client = database.connect({ maxAttempts: 1 })
  const sent = addFaults(client, faults)
  const warnings: string[] = []
  const logger = { warn: (event: string) => void warnings.push(event) }
  const store = createDynamoDbDeploymentStore({ client, table, clock: { realNow: () => 0 }, logger })
  return { store, warnings, sent }
}

const load = (store: DeploymentStore) => loadOrThrow(store, id)
const eventsOf = async (store: DeploymentStore, limit = 100) =>
  (await readAll((page) => store.listEvents(id, page), limit)).items
const recordPut = ({ operation, body }: Sent) => operation === 'PutItem' && body.includes('"RECORD"')

describe('events, whatever happens between two calls', () => {
  it('are all there after the process died between the save and the copy', async () => {
    const table = await database.makeTable()
    const dying = aProcess(table, [{ when: isEventItem, effect: 'not-sent', times: 100 }])
    await dying.store.create(nextOf(aDeployment({ revision: 0 })))
    await dying.store.save(nextOf(await load(dying.store)))
    expect(dying.warnings).toEqual(['events-not-copied', 'events-not-copied'])

    const { store } = aProcess(table)
    expect(seqsOf((await load(store)).lastEvents)).toEqual([1, 2])
    for (const limit of [1, 2, 100]) expect(seqsOf(await eventsOf(store, limit))).toEqual([1, 2])

    await store.save(nextOf(await load(store)))
    expect(seqsOf((await load(store)).lastEvents)).toEqual([1, 2, 3])
    await store.save(nextOf(await load(store)))
    expect(seqsOf((await load(store)).lastEvents)).toEqual([4])
    expect(seqsOf(await eventsOf(store))).toEqual([1, 2, 3, 4])
  })

  it('are copied by whoever finds them left over', async () => {
    const table = await database.makeTable()
    const dying = aProcess(table, [{ when: isEventItem, effect: 'not-sent', times: 100 }])
    await dying.store.create(nextOf(aDeployment({ revision: 0 })))
    const { store } = aProcess(table)
    await store.copyEvents(await load(store))
    await store.save(nextOf(await load(store)))
    expect(seqsOf((await load(store)).lastEvents)).toEqual([2])
    expect(seqsOf(await eventsOf(store))).toEqual([1, 2])
  })

  it('stay in the record, in order, where only some of them were copied', async () => {
    const table = await database.makeTable()
    const second = (sent: Sent) => isEventItem(sent) && sent.body.includes('EVENT#000000000002"')
    const flaky = aProcess(table, [{ when: second, effect: 'not-sent', times: 100 }])
    await flaky.store.create(nextOf(aDeployment({ revision: 0 })))
    for (let n = 2; n <= 4; n++) await flaky.store.save(nextOf(await load(flaky.store)))
    expect(seqsOf((await load(flaky.store)).lastEvents)).toEqual([2, 4])
    for (const limit of [1, 2, 3, 4, 100]) expect(seqsOf(await eventsOf(flaky.store, limit))).toEqual([1, 2, 3, 4])
  })

  it('do not stand in the way of a save when nobody can say which were copied', async () => {
    const table = await database.makeTable()
    const blind = aProcess(table, [{ when: isOperation('Query'), effect: 'not-sent' }])
    const created = await blind.store.create(nextOf(aDeployment({ revision: 0 })))
    await blind.store.save(nextOf(created))
    expect(blind.warnings).toEqual(['copied-events-unknown'])
    expect(seqsOf((await load(blind.store)).lastEvents)).toEqual([1, 2])
    expect(seqsOf(await eventsOf(blind.store))).toEqual([1, 2])
  })

  it('of a refused save are nowhere', async () => {
    const table = await database.makeTable()
    const { store } = aProcess(table)
    const created = await store.create(aDeployment())
    await store.save(nextOf(created, { reason: 'winner' }))
    const late = aProcess(table)
    await expect(late.store.save(nextOf(created, { reason: 'loser' }))).rejects.toThrow('changed since it was read')
    expect(late.sent.filter(isEventItem)).toEqual([])
    expect(await eventsOf(store)).toEqual([anEvent({ seq: 1, reason: 'winner' })])
  })

  it('are complete for a reader while they move from the record to items of their own', async () => {
    const table = await database.makeTable()
    const { store } = aProcess(table)
    const stuck = aProcess(table, [{ when: isEventItem, effect: 'not-sent', times: 100 }])
    await stuck.store.create(nextOf(aDeployment({ revision: 0 })))
    const moveOn = async () => {
      for (let n = 0; n < 3; n++) await store.save(nextOf(await load(store)))
    }
    // The writer gets in between the reader's two reads, whichever comes first.
    for (const when of [isOperation('Query'), isOperation('GetItem')]) {
      const before = (await load(store)).eventSeq
      const reader = aProcess(table, [{ when, effect: 'none', meanwhile: moveOn }])
      const seen = seqsOf(await eventsOf(reader.store))
      expect(seen).toEqual(seen.map((_, index) => index + 1))
      expect(seen.length).toBeGreaterThanOrEqual(before)
    }
  })

  it('are each there once and in order after any run of failures', async () => {
    const failure = fc.record({
      when: fc.constantFrom(recordPut, isEventItem, isOperation('Query'), isOperation('GetItem'), () => true),
      effect: fc.constantFrom('answer-lost' as const, 'not-sent' as const),
      times: fc.integer({ min: 1, max: 3 }),
    })
    const attempts = fc.array(fc.array(failure, { maxLength: 2 }), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(attempts, async (runs) => {
        const table = await database.makeTable()
        const healthy = aProcess(table).store
        await healthy.create(aDeployment())
        const history: string[] = []
        for (const [run, faults] of runs.entries()) {
          // Each attempt is a process of its own: it reads, decides, saves, and dies of the first error.
          const from = await load(healthy)
          await aProcess(table, faults)
            .store.save(nextOf(from, { reason: `attempt ${run}` }))
            .catch(() => {})
          // Its transition took place if and only if the record moved.
          if ((await load(healthy)).revision > from.revision) history.push(`attempt ${run}`)
        }
        const events = await eventsOf(healthy, 3)
        expect(events.map((event) => event.reason)).toEqual(history)
        expect(seqsOf(events)).toEqual(history.map((_, index) => index + 1))
      }),
      { numRuns: 25 },
    )
  })
})
