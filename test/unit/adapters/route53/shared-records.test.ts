import { expect, it } from 'vitest'
import { fromResourceRecordSet } from '../../../../shared/adapters/route53/record-mapping.ts'
import { createSharedRecords } from '../../../../shared/adapters/route53/shared-records.ts'
import { NotFoundError, TransientError } from '../../../../shared/domain/errors.ts'
import { toPairState } from '../../../../shared/domain/record-set.ts'
import type { RequestLane } from '../../../../shared/domain/request-budget.ts'
import type { RecordStart } from '../../../../shared/ports/hosted-zones.ts'
import { readPairs } from '../../../../shared/use-cases/zone/read-pairs.ts'

const pairAt = (hostedZoneId: string, name: string) =>
  ({ hostedZoneId, name, type: 'A', blue: 'blue', green: 'green' }) as const

const recordsAt = (name: string) =>
  ['blue', 'green'].map((SetIdentifier) =>
    fromResourceRecordSet({
      ...{ Name: `${name}.`, Type: 'A', SetIdentifier, Weight: SetIdentifier === 'blue' ? 90 : 10, TTL: 60 },
      ResourceRecords: [{ Value: '192.0.2.1' }],
    }),
  )

/** Zones of one page each, with these names. */
function someZones(names: Readonly<Record<string, readonly string[]>>, waitMs = 0) {
  const pages: { readonly zoneId: string; readonly from: RecordStart | null }[] = []
  const lanes: RequestLane[] = []
  let throttled = 0
  const read = createSharedRecords({
    zones: {
      async page(zoneId, from) {
        pages.push({ zoneId, from })
        const inZone = names[zoneId]
        if (!inZone) throw new NotFoundError(`there is no zone ${zoneId}`)
        return { records: inZone.flatMap(recordsAt), next: null }
      },
    },
    pace: {
      budget: {
        async tryTake(lane) {
          lanes.push(lane)
          return waitMs
        },
        noteThrottled: async () => void throttled++,
      },
      clock: { realNow: () => 0, sleep: async () => undefined },
    },
    readPairs,
    quietMs: 5,
    quietMsEach: 1,
    mostQuietMs: 20,
  })
  return { read, pages, lanes }
}

it('reads the pairs of one zone from the same page, in the background', async () => {
  const names = ['a.example', 'b.example', 'c.example']
  const { read, pages, lanes } = someZones({ Z1: names })
  const found = await Promise.all(names.map((name) => read(pairAt('Z1', name))))
  expect(found).toEqual(names.map(recordsAt))
  expect(pages).toEqual([{ zoneId: 'Z1', from: { name: 'a.example', type: 'A' } }])
  expect(lanes).toEqual(['background'])
})

it('tells of a pair that is not there, as the single reading does', async () => {
  const { read } = someZones({ Z1: ['a.example'] })
  const [there, missing] = await Promise.all(['a.example', 'b.example'].map((name) => read(pairAt('Z1', name))))
  expect(there).toEqual(recordsAt('a.example'))
  expect(() => toPairState(missing ?? [], pairAt('Z1', 'b.example'))).toThrow(NotFoundError)
})

it('lets a zone that is gone cost the others nothing', async () => {
  const { read } = someZones({ Z1: ['a.example'] })
  const [gone, there] = await Promise.allSettled([read(pairAt('Z2', 'a.example')), read(pairAt('Z1', 'a.example'))])
  expect(gone).toMatchObject({ reason: expect.any(NotFoundError) })
  expect(there).toMatchObject({ value: recordsAt('a.example') })
})

it('says that Route 53 has no request to spare, and asks for nothing then', async () => {
  const { read, pages } = someZones({ Z1: ['a.example'] }, 60_000)
  const late = read(pairAt('Z1', 'a.example'))
  await expect(late).rejects.toThrow(TransientError)
  await expect(late).rejects.toMatchObject({ refused: true })
  expect(pages).toEqual([])
})
