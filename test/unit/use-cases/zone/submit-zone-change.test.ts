import { beforeEach, describe, expect, it } from 'vitest'
import { TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'
import type { WeightedPair } from '../../../../shared/domain/record-set.ts'
import { zoneResource } from '../../../../shared/use-cases/zone/zone-session.ts'
import { aDeployment } from '../../../support/builders.ts'
import { aPairState, appPair } from '../../../support/record-sets.ts'
import { createZoneWorld, type ZoneWorld } from '../../../support/zone-world.ts'

const pairNamed = (label: string): WeightedPair => ({ ...appPair, name: `${label}.example.com` })
const many = (count: number) => Array.from({ length: count }, (_, index) => pairNamed(`n${1000 + index}`))
const rollback = { lane: 'rollback', expect: null } as const
const toSnapshot = { ...rollback, percent: 0 }

let world: ZoneWorld

beforeEach(async () => {
  world = createZoneWorld()
  await world.addDeployment()
})

const upserts = () => world.requests.filter(({ kind }) => kind === 'upsert')
const pages = () => world.requests.filter(({ kind }) => kind === 'page')
const held = async () => (await world.deps.leases.peek(zoneResource(appPair.hostedZoneId)))?.holder ?? null
const left = async () => (await world.deps.zoneChanges.waiting(appPair.hostedZoneId)).length

describe('a change of the plan', () => {
  it('is compared, sent with both records in one batch, and read back', async () => {
    const result = await world.during(world.submit(world.aChange()))
    expect(result).toEqual({ type: 'done', changeId: 'C0000000000001', before: aWorldState(100, 0) })
    expect(world.weights()).toEqual({ 'app-blue': 90, 'app-green': 10 })
    expect(world.requests.map(({ kind }) => kind)).toEqual(['page', 'upsert', 'page'])
    expect(world.zones.writes.map(({ records }) => records.map(({ setIdentifier }) => setIdentifier))).toEqual([
      ['app-blue', 'app-green'],
    ])
    expect([await held(), await left()]).toEqual([null, 0])
  })

  it('sends nothing where it is there already', async () => {
    const change = world.aChange()
    world.setWeights(appPair, { blue: 9, green: 1 })
    expect(await world.during(world.submit(change))).toMatchObject({ type: 'done', changeId: null })
    expect(upserts()).toEqual([])
  })

  it('sends nothing onto what somebody else wrote, and says what it found', async () => {
    const change = world.aChange()
    world.setWeights(appPair, { blue: 50, green: 50 })
    expect(await world.during(world.submit(change))).toEqual({ type: 'changed', found: aWorldState(50, 50) })
    expect(upserts()).toEqual([])
  })

  it.each([
    ['is to be rolled back', { goal: 'snapshot', phase: 'rolling-back' }],
    ['is on hold', { hold: aHold(), phase: 'paused' }],
    ['has ended', { endedAt: '2026-01-01T00:00:00.000Z', phase: 'succeeded' }],
  ] as const)('is not sent once its deployment %s', async (_, fields) => {
    world = createZoneWorld()
    await world.addDeployment(fields)
    const result = await world.during(world.submit(world.aChange()))
    expect(result).toEqual({
      type: 'stopped',
      reason: `dep_01KDVDNC00000000000000WEB1 is ${fields.phase}: the plan's writes stop`,
    })
    expect(upserts()).toEqual([])
  })

  it('is not sent for a deployment that is not there', async () => {
    const change = world.aChange({ deployment: 'dep_other' })
    const reason = 'there is no deployment dep_other'
    expect(await world.during(world.submit(change))).toEqual({ type: 'stopped', reason })
  })

  it.each([
    [
      'there is no such zone',
      () => world.aChange({ pair: { ...appPair, hostedZoneId: 'Z1' }, seen: aPairState() }),
      true,
    ],
    ['both records are gone', withoutRecords, true],
  ])('ends where %s', async (_, make, missing) => {
    expect(await world.during(world.submit(make()))).toMatchObject({ type: 'gone', missing })
    expect(await left()).toBe(0)
  })

  it('ends where Route 53 does not let us in', async () => {
    world.faults.page = () => {
      throw new UpstreamError('AccessDenied: not authorized to perform route53:ListResourceRecordSets')
    }
    expect(await world.during(world.submit(world.aChange()))).toEqual({
      ...{ type: 'gone', missing: false },
      reason: 'AccessDenied: not authorized to perform route53:ListResourceRecordSets',
    })
  })

  function withoutRecords() {
    const change = world.aChange()
    world.zones.remove(appPair.hostedZoneId, appPair.name, 'A')
    return change
  }
})

describe('what goes wrong with Route 53', () => {
  const throttled = () => new TransientError('Throttling: Rate exceeded', { refused: true })
  const timedOut = () => new TransientError('no answer within 3000 ms')

  it.each([
    ['throttled five times', (call: number) => failUntil(call, 5, throttled)],
    ['busy with an earlier change', (call: number) => (call <= 4 ? ({ type: 'busy' } as const) : undefined)],
    ['out of reach', (call: number) => failUntil(call, 2, timedOut)],
  ])('an upsert that is %s is sent again, and takes effect once', async (_, upsert) => {
    world.faults.upsert = upsert
    expect(await world.during(world.submit(world.aChange()))).toMatchObject({
      type: 'done',
      changeId: 'C0000000000001',
    })
    expect(world.zones.writes).toHaveLength(1)
  })

  it('an answer that was lost is found in the list, and the zone is free again', async () => {
    world.faults.upserted = () => {
      throw timedOut()
    }
    expect(await world.during(world.submit(world.aChange()))).toEqual({
      ...{ type: 'done', changeId: null, before: aWorldState(100, 0) },
    })
    expect([upserts().length, await held()]).toEqual([1, null])
  })

  it('a call that may still take effect keeps the zone until the lease has run out', async () => {
    world.faults.upsert = (call) => failUntil(call, 1, timedOut)
    await world.during(world.submit(world.aChange()))
    expect(await held()).not.toBeNull()
    const began = world.manual.now()
    await world.during(world.submit(world.aChange({ expect: aWorldState(90, 10), percent: 20 })))
    expect(world.manual.now() - began).toBeGreaterThan(15_000)
    expect(world.weights()).toEqual({ 'app-blue': 80, 'app-green': 20 })
  })

  it.each([
    ['throttled', throttled],
    ['without an answer', timedOut],
  ])('a list that is %s is asked for again', async (_, error) => {
    world.faults.page = (call) => {
      if (call === 1) throw error()
    }
    expect(await world.during(world.submit(world.aChange()))).toMatchObject({ type: 'done' })
  })

  it('gives up in time where nothing comes through, and leaves the change wanted', async () => {
    world.faults.page = () => {
      throw timedOut()
    }
    await expect(world.during(world.submit(world.aChange(), 5000))).rejects.toThrow(
      'app.example.com A in Z0000000000000EXAMPLE was not read back in time',
    )
    expect(await left()).toBe(1)
    world.faults.page = () => undefined
    const again = world.submit(world.aChange())
    expect(await world.during(again)).toMatchObject({ type: 'done' })
    expect(world.zones.writes).toHaveLength(1)
  })

  it('forgets what nobody waits for any more', async () => {
    await world.deps.zoneChanges.add(world.aChange({ giveUpAtMs: world.manual.now() + 10 }))
    await world.manual.advance(20)
    const other = world.aChange({ percent: 20 })
    await world.during(world.submit(other))
    expect(world.weights()).toEqual({ 'app-blue': 80, 'app-green': 20 })
    expect(await left()).toBe(0)
  })

  function failUntil(call: number, last: number, error: () => Error): undefined {
    if (call <= last) throw error()
    return undefined
  }
})

describe('many changes at once', () => {
  it('go together in as few requests as fit, and everybody learns of their own', async () => {
    const pairs = many(300)
    world = createZoneWorld(pairs)
    await world.addDeployment()
    const results = await world.during(Promise.all(pairs.map((pair) => world.submit(world.aChange({ pair })))))
    expect(results.every(({ type }) => type === 'done')).toBe(true)
    expect(pairs.every((pair) => world.weights(pair)['app-green'] === 10)).toBe(true)
    // The first comes alone; who comes meanwhile goes together.
    expect(upserts().length).toBeLessThanOrEqual(4)
    expect(pages().length).toBeLessThanOrEqual(9)
  })

  it('a bad one is found by halving, and the others go through', async () => {
    const pairs = many(9)
    world = createZoneWorld(pairs)
    await world.addDeployment()
    world.zones.refuse(({ name }) => (name === pairs[5]?.name ? 'values are not valid' : null))
    const results = await world.during(Promise.all(pairs.map((pair) => world.submit(world.aChange({ pair })))))
    expect(results.map(({ type }) => type)).toEqual(pairs.map((_, index) => (index === 5 ? 'refused' : 'done')))
    expect(results[5]).toMatchObject({ reason: expect.stringContaining('values are not valid') })
  })

  it('one whose deployment is rolled back meanwhile is left out of the batch', async () => {
    const pairs = many(3)
    world = createZoneWorld(pairs)
    await world.addDeployment()
    const doomed = 'dep_01KDVDNC00000000000000WEB2'
    await world.addDeployment({ id: doomed, goal: 'snapshot', phase: 'rolling-back' })
    const results = await world.during(
      Promise.all(
        pairs.map((pair, at) => world.submit(world.aChange({ pair, ...(at === 1 && { deployment: doomed }) }))),
      ),
    )
    expect(results.map(({ type }) => type)).toEqual(['done', 'stopped', 'done'])
  })

  it('two of one pair are never in one batch: the second is compared with what the first wrote', async () => {
    const results = await world.during(
      Promise.all([
        world.submit(world.aChange({ id: '1', percent: 10 })),
        world.submit(world.aChange({ id: '2', percent: 20 })),
        world.submit(world.aChange({ id: '3', percent: 10 })),
      ]),
    )
    expect(results.map(({ type }) => type).sort()).toEqual(['changed', 'done', 'done'])
    expect(world.zones.writes).toHaveLength(1)
  })

  it('never asks for more than Route 53 gives', async () => {
    const pairs = many(300)
    world = createZoneWorld(pairs)
    await world.addDeployment()
    await world.during(Promise.all(pairs.map((pair) => world.submit(world.aChange({ pair })))))
    const times = world.requests.map(({ atMs }) => atMs)
    // A bucket of five that fills at five a second: what is in it after each request.
    let left = 5
    for (const [index, atMs] of times.entries()) {
      left = Math.min(5, left + ((atMs - (times[index - 1] ?? atMs)) / 1000) * 5) - 1
      expect(left).toBeGreaterThanOrEqual(2)
    }
  })
})

describe('a rollback', () => {
  it('goes first and without a look, and is read back', async () => {
    world.setWeights(appPair, { blue: 50, green: 50 })
    const result = await world.during(world.submit(world.aChange(toSnapshot)))
    expect(result).toMatchObject({ type: 'done', changeId: 'C0000000000001', before: null })
    expect(world.requests.map(({ kind }) => kind)).toEqual(['upsert', 'page'])
    expect(world.weights()).toEqual({ 'app-blue': 100, 'app-green': 0 })
  })

  it('is accepted within a second in the middle of many others, and they go on after it', async () => {
    const pairs = many(900)
    world = createZoneWorld([...pairs, appPair])
    await world.addDeployment()
    world.setWeights(appPair, { blue: 50, green: 50 })
    const others = Promise.all(pairs.map((pair) => world.submit(world.aChange({ pair }))))
    await world.manual.advance(1500)
    const askedAtMs = world.manual.now()
    const mine = world.submit(world.aChange(toSnapshot))
    expect(await world.during(mine)).toMatchObject({ type: 'done' })
    expect(world.manual.now() - askedAtMs).toBeLessThan(2000)
    const accepted = upserts().find(({ names }) => names.includes(appPair.name))
    expect((accepted?.atMs ?? Number.NaN) - askedAtMs).toBeLessThan(1000)
    expect((await world.during(others)).every(({ type }) => type === 'done')).toBe(true)
  })

  it('overtakes the step of its own deployment that still waits', async () => {
    const doomed = { id: 'dep_01KDVDNC00000000000000WEB2', goal: 'snapshot', phase: 'rolling-back' } as const
    await world.addDeployment(doomed)
    const [step, restore] = await world.during(
      Promise.all([
        world.submit(world.aChange({ deployment: doomed.id })),
        world.submit(world.aChange({ ...toSnapshot, deployment: doomed.id })),
      ]),
    )
    expect([step.type, restore.type]).toEqual(['stopped', 'done'])
    expect(world.weights()).toEqual({ 'app-blue': 100, 'app-green': 0 })
  })

  it('of a deployment that is restored already writes nothing over what came after', async () => {
    await world.addDeployment({ id: 'dep_over', phase: 'rolled-back', endedAt: '2026-01-01T00:00:00.000Z' })
    world.setWeights(appPair, { blue: 50, green: 50 })
    const result = await world.during(world.submit(world.aChange({ ...toSnapshot, deployment: 'dep_over' })))
    expect(result).toEqual({ type: 'stopped', reason: 'dep_over is restored already' })
    expect(world.weights()).toEqual({ 'app-blue': 50, 'app-green': 50 })
  })

  it('hands over once it is done: others go on with the next writer', async () => {
    const pairs = many(3)
    world = createZoneWorld([...pairs, appPair])
    await world.addDeployment()
    const mine = world.submit(world.aChange(toSnapshot))
    for (const pair of pairs) await world.deps.zoneChanges.add(world.aChange({ pair }))
    expect(await world.during(mine)).toMatchObject({ type: 'done' })
    expect(await held()).toBeNull()
  })
})

describe('a writer of the zone that dies', () => {
  const forever = () => new Promise<never>(() => undefined)
  const hangOn = (method: string) => ({
    async before(call: { readonly method: string }) {
      if (call.method === method) await forever()
    },
  })
  const cases = [
    ['before its batch', { upsert: forever }, {}],
    ['after its batch, before it was noted', {}, hangOn('noteAccepted')],
    ['after it was noted, before the read-back', { page: (call: number) => (call > 1 ? forever() : undefined) }, {}],
    ['after the read-back, before its result was noted', {}, hangOn('noteResult')],
  ] as const

  it.each(cases)('%s leaves nothing undone: the next one finds what is true', async (_, faults, storeFaults) => {
    Object.assign(world.faults, faults)
    Object.assign(world.storeFaults, storeFaults)
    const dead = world.submit(world.aChange())
    void dead.catch(() => undefined)
    await world.manual.advance(2000)
    Object.assign(world.faults, { upsert: undefined, page: undefined })
    world.storeFaults.before = undefined
    const next = world.submit(world.aChange({ expect: aWorldState(100, 0) }))
    expect((await world.during(next)).type).toBe('done')
    expect(world.weights()).toEqual({ 'app-blue': 90, 'app-green': 10 })
    expect(world.zones.writes).toHaveLength(1)
  })
})

function aWorldState(blue: number, green: number) {
  const other = createZoneWorld()
  other.setWeights(appPair, { blue, green })
  return other.stateOf(appPair)
}

function aHold() {
  const cause = { type: 'command', reason: 'wait' } as const
  return { kind: 'paused', since: aDeployment().createdAt, until: null, cause } as const
}
