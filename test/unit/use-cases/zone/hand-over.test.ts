import { beforeEach, describe, expect, it } from 'vitest'
import { TransientError } from '../../../../shared/domain/errors.ts'
import type { WeightedPair } from '../../../../shared/domain/record-set.ts'
import { submitZoneChange } from '../../../../shared/use-cases/zone/submit-zone-change.ts'
import { zoneResource } from '../../../../shared/use-cases/zone/zone-session.ts'
import { appPair } from '../../../support/record-sets.ts'
import { createZoneWorld, type ZoneWorld } from '../../../support/zone-world.ts'

const pairs: readonly WeightedPair[] = Array.from({ length: 120 }, (_, index) => ({
  ...appPair,
  name: `n${1000 + index}.example.com`,
}))
const toSnapshot = { lane: 'rollback', expect: null, percent: 0 } as const
const zone = zoneResource(appPair.hostedZoneId)

let world: ZoneWorld

beforeEach(async () => {
  world = createZoneWorld([...pairs, appPair])
  await world.addDeployment()
})

const accepted = () => world.zones.writes.flatMap(({ records }) => records.map(({ name }) => name))
const until = async (ms: number) => {
  const end = world.manual.now() + ms
  while (world.manual.now() < end) await world.manual.advance(100)
}

describe('the writer of a zone', () => {
  it('comes to its own end where others want changes all the time, and these go on', async () => {
    const began = world.manual.now()
    let tookMs: number | null = null
    const mine = world.submit(world.aChange()).then((result) => {
      tookMs = world.manual.now() - began
      return result
    })
    const others: Promise<unknown>[] = []
    for (const pair of pairs) {
      others.push(world.submit(world.aChange({ pair })))
      await until(500)
    }
    expect(await mine).toMatchObject({ type: 'done' })
    expect(tookMs).toBeLessThan(15_000)
    await world.during(Promise.all(others))
    expect(new Set(accepted())).toEqual(new Set([appPair, ...pairs].map(({ name }) => name)))
  })

  it('serves nobody longer than its caller waits', async () => {
    world.faults.page = () => {
      throw new TransientError('Throttling: Rate exceeded', { refused: true })
    }
    const began = world.manual.now()
    await expect(world.during(world.submit(world.aChange(), 3000))).rejects.toThrow('was not read back in time')
    expect(world.manual.now() - began).toBeLessThan(5000)
    expect((await world.deps.leases.peek(zone))?.holder).toBeNull()
  })

  it('for a rollback serves no plan, also where its first call had no answer', async () => {
    world.faults.upsert = (call) => {
      if (call === 1) throw new TransientError('no answer within 3000 ms')
      return undefined
    }
    world.setWeights(appPair, { blue: 50, green: 50 })
    await world.deps.zoneChanges.add(world.aChange({ pair: pairs[0] ?? appPair }))
    const result = await world.during(world.submit(world.aChange(toSnapshot)))
    expect([result.type, new Set(accepted())]).toEqual(['done', new Set([appPair.name])])
  })

  it('whose renewal had no answer keeps no rollback out', async () => {
    const { leases } = world.deps
    let takes = 0
    const deps = {
      ...world.deps,
      leases: {
        ...leases,
        async take(...asked: Parameters<typeof leases.take>) {
          const lease = await leases.take(...asked)
          if (asked[0] === zone && ++takes === 2) throw new TransientError('the answer of the store was lost')
          return lease
        },
      },
    }
    const plan = submitZoneChange(deps, world.aChange({ pair: pairs[0] ?? appPair }), 30_000)
    await until(300)
    expect(takes).toBe(2)
    const began = world.manual.now()
    expect(await world.during(world.submit(world.aChange(toSnapshot)))).toMatchObject({ type: 'done' })
    expect(world.manual.now() - began).toBeLessThan(2000)
    expect(await world.during(plan)).toMatchObject({ type: 'done' })
  })
})
