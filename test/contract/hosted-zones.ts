import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { beforeEach, describe, expect, it } from 'vitest'
import { NotFoundError } from '../../shared/domain/errors.ts'
import type { RecordSet } from '../../shared/domain/record-set.ts'
import type { HostedZones, RecordPage, RecordStart } from '../../shared/ports/hosted-zones.ts'
import { aRecordSet, aSimpleRecord, aWeightedAlias, aWeightedRecord, weighing, zoneName } from '../support/route53.ts'

/** Route 53 with one public zone, as a suite finds it at the start of each test. */
export interface ZonesWorld {
  readonly zones: HostedZones
  /** The id of a zone called `shop.example`, empty but for its SOA and NS records. */
  readonly zoneId: string
  /** A private zone of the same name. */
  readonly privateZoneId: string
  /** An id that is no zone's. */
  readonly missingZoneId: string
  /** Puts records there as somebody else would. */
  put(records: readonly ResourceRecordSet[]): Promise<void>
  /** Lets the time pass that Route 53 takes to spread a change. */
  spread(): Promise<void>
}

const web = `web.${zoneName}`

/** The written meaning of {@link HostedZones}. */
export function describeHostedZones(name: string, make: () => Promise<ZonesWorld>): void {
  let world: ZonesWorld
  let zones: HostedZones

  beforeEach(async () => {
    world = await make()
    zones = world.zones
  })

  async function pages(from: RecordStart | null = null): Promise<readonly RecordPage[]> {
    const page = await zones.page(world.zoneId, from)
    return page.next === null ? [page] : [page, ...(await pages(page.next))]
  }
  const readAll = async () => (await pages()).flatMap(({ records }) => records)
  const readWeb = async () => (await readAll()).filter((record) => record.name === web)
  const weightsOf = (records: readonly RecordSet[]) =>
    records.map(({ setIdentifier, weight }) => [setIdentifier, weight])

  /** Blue has everything, as it is read back. */
  async function aPair(): Promise<readonly RecordSet[]> {
    await world.put([aWeightedRecord('blue', 100), aWeightedRecord('green', 0)])
    return readWeb()
  }

  /** The batch that gives green its share. @throws If Route 53 does not take it. */
  async function shift(pair: readonly RecordSet[], blue: number, green: number): Promise<string> {
    const batch = pair.map((record) => weighing(record, record.setIdentifier === 'blue' ? blue : green))
    const answer = await zones.upsert(world.zoneId, batch, 'web: to green')
    if (answer.type !== 'accepted') throw new Error(`the batch was not taken: ${JSON.stringify(answer)}`)
    return answer.changeId
  }

  describe(`${name} as hosted zones`, () => {
    it('tells what a zone is', async () => {
      expect(await zones.zone(world.zoneId)).toEqual({ name: zoneName, isPrivate: false, recordSets: 2 })
      await world.put([aSimpleRecord(web)])
      expect(await zones.zone(world.zoneId)).toEqual({ name: zoneName, isPrivate: false, recordSets: 3 })
      expect(await zones.zone(world.privateZoneId)).toMatchObject({ name: zoneName, isPrivate: true })
      expect(await zones.zone(world.missingZoneId)).toBeNull()
    })

    it('reads a record set whole', async () => {
      const given = aWeightedRecord('blue', 7)
      await world.put([given])
      expect(await readWeb()).toEqual([aRecordSet(given)])
    })

    it('has record sets in the order of their names from the right, then of types and identifiers', async () => {
      const green = aWeightedRecord('green', 0)
      await world.put([
        aSimpleRecord(`b.web.${zoneName}`),
        green,
        aSimpleRecord(`a.${zoneName}`),
        aWeightedRecord('blue', 1),
        aSimpleRecord(web, { Type: 'TXT', ResourceRecords: [{ Value: '"text"' }] }),
        aSimpleRecord(`*.${zoneName}`),
      ])
      const found = (await readAll()).map(({ name, type, setIdentifier }) => [name, type, setIdentifier])
      expect(found).toEqual([
        [zoneName, 'NS', null],
        [zoneName, 'SOA', null],
        [`*.${zoneName}`, 'A', null],
        [`a.${zoneName}`, 'A', null],
        [web, 'A', 'blue'],
        [web, 'A', 'green'],
        [web, 'TXT', null],
        [`b.web.${zoneName}`, 'A', null],
      ])
    })

    it('pages to the end, every record set once', async () => {
      const names = Array.from({ length: 310 }, (_, n) => `n${String(n).padStart(3, '0')}.${zoneName}`)
      await world.put(names.map((each) => aSimpleRecord(each)))
      const read = await pages()
      expect(read.length).toBeGreaterThan(1)
      const found = read.flatMap(({ records }) => records.map((record) => record.name))
      expect(found).toEqual([zoneName, zoneName, ...names])
    })

    it.each([
      ['a name', { name: web }, ['blue', 'green', null]],
      ['a name and type', { name: web, type: 'A' }, ['blue', 'green', null]],
      ['a name, type and identifier', { name: web, type: 'A', setIdentifier: 'green' }, ['green', null]],
      ['a type that is not there', { name: web, type: 'MX' }, [null]],
      ['a name that is not there', { name: `zzz.${zoneName}` }, []],
    ])('begins a page at %s', async (_name, from, identifiers) => {
      await world.put([
        ...[aWeightedRecord('blue', 1), aWeightedRecord('green', 0)],
        aSimpleRecord(web, { Type: 'TXT', ResourceRecords: [{ Value: '"text"' }] }),
      ])
      const { records, next } = await zones.page(world.zoneId, from)
      expect(records.map(({ setIdentifier }) => setIdentifier)).toEqual(identifiers)
      expect(next).toBeNull()
    })

    it('finds a wildcard by its name', async () => {
      await world.put([aSimpleRecord(`*.${zoneName}`), aSimpleRecord(`a.${zoneName}`)])
      const { records } = await zones.page(world.zoneId, { name: `*.${zoneName}`, type: 'A' })
      expect(records.map((record) => record.name)).toEqual([`*.${zoneName}`, `a.${zoneName}`])
    })

    it('moves both weights in one batch, nothing else, and shows it at once', async () => {
      const pair = await aPair()
      await shift(pair, 90, 10)
      const read = await readWeb()
      expect(weightsOf(read)).toEqual([
        ['blue', 90],
        ['green', 10],
      ])
      expect(read.map(({ raw }) => raw)).toEqual(pair.map(({ raw }) => raw))
    })

    it('may be told the same twice', async () => {
      const pair = await aPair()
      const first = await shift(pair, 90, 10)
      const second = await shift(pair, 90, 10)
      expect(second).not.toBe(first)
      expect(weightsOf(await readWeb())).toEqual([
        ['blue', 90],
        ['green', 10],
      ])
    })

    it('adds a record that is not there', async () => {
      const [blue] = await aPair()
      if (!blue) throw new Error('blue is not there')
      const third = { ...blue, setIdentifier: 'third', raw: { ...blue.raw, SetIdentifier: 'third' } }
      expect(await zones.upsert(world.zoneId, [third], 'web: third')).toMatchObject({ type: 'accepted' })
      expect(weightsOf(await readWeb())).toEqual([
        ['blue', 100],
        ['green', 0],
        ['third', 100],
      ])
    })

    it.each([
      ['of another zone', () => aRecordSet(aWeightedRecord('blue', 1, { Name: 'web.elsewhere.example.' }))],
      ['with another TTL than its group', () => aRecordSet(aWeightedRecord('blue', 1, { TTL: 31 }))],
      [
        'beside records of another policy',
        () => {
          const { Weight: _weight, ...given } = aWeightedRecord('latency', 1)
          return aRecordSet({ ...given, Region: 'eu-west-1' })
        },
      ],
      ['that is in the batch twice', (pair: readonly RecordSet[]) => pair[1] ?? aRecordSet()],
    ])('refuses a batch with a record %s, whole', async (_name, bad) => {
      const pair = await aPair()
      const good = pair.map((record) => weighing(record, 50))
      const answer = await zones.upsert(world.zoneId, [...good, bad(pair)], 'web: to green')
      expect(answer).toEqual({ type: 'refused', reason: expect.stringMatching(/^InvalidChangeBatch: ./) })
      expect(await readWeb()).toEqual(pair)
    })

    it.each([
      ['elements', 501, 1],
      ['value characters', 100, 200],
    ])('refuses a batch with too many %s', async (_name, count, length) => {
      const batch = Array.from({ length: count }, (_, n) => {
        const Value = `"${String(n).padStart(length - 2, 'x')}"`
        return aRecordSet(aSimpleRecord(`n${n}.${zoneName}`, { Type: 'TXT', ResourceRecords: [{ Value }] }))
      })
      const answer = await zones.upsert(world.zoneId, batch, 'too much')
      expect(answer).toEqual({ type: 'refused', reason: expect.stringContaining('InvalidChangeBatch') })
      expect(await readAll()).toHaveLength(2)
    })

    it('keeps an alias, with its target, without a TTL', async () => {
      const target = { HostedZoneId: world.zoneId, DNSName: `target.${zoneName}.`, EvaluateTargetHealth: true }
      const alias = (identifier: string, weight: number) => {
        const { HealthCheckId: _check, ...given } = aWeightedAlias(identifier, weight)
        return { ...given, AliasTarget: target }
      }
      await world.put([aSimpleRecord(`target.${zoneName}`), alias('blue', 100), alias('green', 0)])
      const pair = await readWeb()
      expect(pair.map(({ alias: to, ttlSeconds }) => ({ to, ttlSeconds }))).toEqual(
        [0, 1].map(() => ({ to: { dnsName: `target.${zoneName}`, evaluatesHealth: true }, ttlSeconds: null })),
      )
      await shift(pair, 0, 100)
      expect(await readWeb()).toEqual([aRecordSet(alias('blue', 0)), aRecordSet(alias('green', 100))])
    })

    it('says when a change is everywhere', async () => {
      const changeId = await shift(await aPair(), 90, 10)
      expect(await zones.changeStatus(changeId)).toBe('pending')
      await world.spread()
      expect(await zones.changeStatus(changeId)).toBe('insync')
    })

    it('says that a zone or change is not there', async () => {
      await expect(zones.page(world.missingZoneId, null)).rejects.toThrow(NotFoundError)
      await expect(zones.upsert(world.missingZoneId, [aRecordSet()], '')).rejects.toThrow(NotFoundError)
      await expect(zones.changeStatus('C0000000000MISSING')).rejects.toThrow(NotFoundError)
    })
  })
}
