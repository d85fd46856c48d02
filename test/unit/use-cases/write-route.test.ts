import { beforeEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../../local/clock.ts'
import { createMemoryCloud, type MemoryCloud } from '../../../shared/adapters/memory/cloud.ts'
import { createMemoryDeploymentStore } from '../../../shared/adapters/memory/deployment-store.ts'
import { createMemoryLeases } from '../../../shared/adapters/memory/leases.ts'
import { createMemoryZoneQueue } from '../../../shared/adapters/memory/zone-queue.ts'
import { ConflictError, TransientError, UpstreamError } from '../../../shared/domain/errors.ts'
import { resourceOf } from '../../../shared/domain/service.ts'
import type { Leases } from '../../../shared/ports/lease.ts'
import { type WriteReceipt, type WriteWish, writeRoute } from '../../../shared/use-cases/write-route.ts'
import { anAlbRoute, anAliasRoute, webArns } from '../../support/builders.ts'
import { type PortFaults, withFaults } from '../../support/port-faults.ts'

const { rule, blue, green } = webArns
const manual = createManualClock()
const clock = { now: manual.now, realNow: manual.now, sleep: (ms: number) => manual.sleep(ms) }

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined }

let cloud: MemoryCloud
let leases: Leases
let faults: PortFaults
let holders = 0

beforeEach(() => {
  cloud = createMemoryCloud(clock)
  for (const arn of [blue, green]) cloud.setGroup(arn)
  cloud.routing.set(rule, { weights: { [blue]: 100, [green]: 0 } })
  faults = {}
  leases = withFaults(createMemoryLeases(clock), faults)
})

/** Writes 10 % to green. Whatever waits, waits on a clock that is moved until there is an answer. */
function write(wish: Partial<WriteWish> = {}): Promise<WriteReceipt> {
  const router = cloud.routerFor(anAlbRoute())
  const work = writeRoute(
    {
      ...{ leases, clock, newHolder: () => `holder-${++holders}`, logger },
      ...{
        deployments: createMemoryDeploymentStore(),
        hostedZones: cloud.hostedZones,
        ...createMemoryZoneQueue(clock),
      },
    },
    {
      deployment: 'dep_01KDVDNC00000000000000WEB1',
      resource: rule,
      router,
      target: (seen) => router.target(seen, { canary: 'green', percent: 10, keepIdle: true }),
      mayWrite: async () => false,
      ...wish,
    },
  )
  return during(work)
}

async function during<T>(work: Promise<T>): Promise<T> {
  let settled = false
  const mark = () => {
    settled = true
  }
  work.then(mark, mark)
  for (let turn = 0; turn < 2000 && !settled; turn++) await manual.advance(50)
  return work
}

const share = () => cloud.weightsOf(rule)[green]
const sent = () => cloud.routing.writes.length
const throttled = () => new TransientError('throttled', { refused: true })
const timedOut = () => new TransientError('timed out')

/** Something that goes wrong with the calls of one action, from the first to the last one given. */
function onCalls(action: string, side: 'before' | 'after', last: number, act: () => void | Promise<void>): void {
  let calls = 0
  cloud.inject({
    [side]: async (call: { action: string }) => {
      if (call.action === action && ++calls <= last) await act()
    },
  })
}
const fail = (action: string, side: 'before' | 'after', last: number, error: () => Error) =>
  onCalls(action, side, last, () => {
    throw error()
  })

describe('writeRoute', () => {
  it('writes once, reads back and remembers what it wrote', async () => {
    expect(await write()).toEqual({
      before: { blue: 100, green: 0 },
      after: { blue: 90, green: 10 },
      wrote: true,
      changeId: null,
    })
    expect(await leases.peek(rule)).toMatchObject({
      holder: null,
      fence: 1,
      lastWritten: { weights: { blue: 90, green: 10 } },
      intended: null,
    })
  })

  it('sends nothing where it is there already, and remembers it as ours', async () => {
    await write()
    expect(await write()).toMatchObject({ wrote: false, before: { blue: 90, green: 10 } })
    expect(sent()).toBe(1)
    expect((await leases.peek(rule))?.fence).toBe(2)
  })

  it.each([
    ['throttled', () => fail('router.write', 'before', 1, throttled)],
    ['throttled three times', () => fail('router.write', 'before', 3, throttled)],
    ['in effect without an answer', () => fail('router.write', 'after', 1, timedOut)],
    ['in effect without an answer, with two read-backs that fail', () => failBoth(2)],
  ])('a write %s: takes effect exactly once', async (_, goWrong) => {
    goWrong()
    expect(await write()).toMatchObject({ wrote: true, after: { blue: 90, green: 10 } })
    expect({ share: share(), sent: sent() }).toEqual({ share: 10, sent: 1 })
    expect((await leases.peek(rule))?.holder).toBeNull()
  })

  function failBoth(reads: number): void {
    let written = false
    let failed = 0
    cloud.inject({
      before: ({ action }) => {
        if (action === 'router.read' && written && ++failed <= reads) throw throttled()
      },
      after: ({ action }) => {
        if (action !== 'router.write') return
        written = true
        throw timedOut()
      },
    })
  }

  it('gives up where every try is throttled, with the old routing in place and the lease free', async () => {
    fail('router.write', 'before', 1000, throttled)
    await expect(write()).rejects.toThrow(TransientError)
    expect({ share: share(), sent: sent() }).toEqual({ share: 0, sent: 0 })
    expect((await leases.peek(rule))?.holder).toBeNull()
    cloud.inject({})
    expect(await write()).toMatchObject({ wrote: true })
  })

  it('keeps its lease to the end where a call may still take effect after the one that did', async () => {
    fail('router.write', 'before', 1, timedOut)
    expect(await write()).toMatchObject({ wrote: true })
    expect(await leases.take(rule, 'another', 20_000)).toBeNull()
    await manual.advance(20_000)
    expect(await leases.take(rule, 'another', 20_000)).toMatchObject({ fence: 2 })
  })

  it('says what it replaced when an earlier write, never read back, turns out to be in effect', async () => {
    await write({ target: (seen) => seen })
    failBoth(1000)
    await expect(write()).rejects.toThrow('could not be read back')
    cloud.inject({})
    expect(await write()).toEqual({
      before: { blue: 100, green: 0 },
      after: { blue: 90, green: 10 },
      wrote: true,
      changeId: null,
    })
    expect(sent()).toBe(1)
    expect((await leases.peek(rule))?.intended).toBeNull()
  })

  it('tries again under the lock that is there now where a change moved the lock and no traffic', async () => {
    cloud.functions.addFunction('checkout', { versions: ['1', '2'] })
    cloud.functions.setAlias('checkout', 'live', { version: '1', additional: null })
    const alias = cloud.routerFor(anAliasRoute())
    const change = () => cloud.functions.setAlias('checkout', 'live', { version: '1', additional: null })
    let changes = 0
    const receipt = await write({
      resource: resourceOf(anAliasRoute()),
      router: alias,
      target: (seen) => alias.target(seen, { canary: 'green', percent: 10, keepIdle: true }),
      async mayWrite() {
        if (changes++ < 1) change()
        return false
      },
    })
    expect(receipt).toEqual({
      before: { blue: 100, green: null },
      after: { blue: 90, green: 10 },
      wrote: true,
      changeId: null,
    })
    expect(cloud.functions.writes).toHaveLength(1)
    expect(await leases.take(resourceOf(anAliasRoute()), 'next', 20_000)).not.toBeNull()
  })

  it('does not try again what AWS refuses for good', async () => {
    let tries = 0
    onCalls('router.write', 'before', 1000, () => {
      tries++
      throw new UpstreamError('access denied')
    })
    await expect(write()).rejects.toThrow(UpstreamError)
    expect(tries).toBe(1)
  })

  it('starts no second write with under 8 s of its lease left', async () => {
    onCalls('router.write', 'before', 1, async () => {
      await manual.sleep(13_000)
      throw throttled()
    })
    await expect(write()).rejects.toThrow('nearly over')
    expect(sent()).toBe(0)
  })

  it('accepts a write that hung and took effect before its lease was over', async () => {
    onCalls('router.write', 'before', 1, () => manual.sleep(15_000))
    expect(await write()).toMatchObject({ wrote: true })
    expect(sent()).toBe(1)
  })

  it('waits for another holder to end, and never steals the lease', async () => {
    const other = await leases.take(rule, 'other', 20_000)
    const startedAt = manual.now()
    manual.after(5_000, () => other && void leases.giveBack(other))
    expect(await write()).toMatchObject({ wrote: true })
    expect(manual.now() - startedAt).toBeGreaterThanOrEqual(5_000)
    expect((await leases.peek(rule))?.fence).toBe(2)
  })

  it('gives up while another holder keeps it, and takes it over once it has run out', async () => {
    await leases.take(rule, 'other', 60_000)
    await expect(write()).rejects.toThrow('is being written by somebody else')
    expect(sent()).toBe(0)
    await manual.advance(60_000)
    expect(await write()).toMatchObject({ wrote: true })
  })

  it.each(['intend', 'isHeld'])('writes nothing where the lease was lost around %s', async (method) => {
    faults.before = async (call) => {
      if (call.method !== method) return
      faults.before = undefined
      await manual.sleep(21_000)
      await leases.take(rule, 'other', 20_000)
    }
    await expect(write()).rejects.toThrow(/lost|nearly over/)
    expect(sent()).toBe(0)
    expect((await leases.peek(rule))?.holder).toBe('other')
  })

  it('says so where somebody else wrote during its own write', async () => {
    onCalls('router.write', 'after', 1, () => {
      cloud.routing.set(rule, { weights: { [blue]: 50, [green]: 50 } })
      throw throttled()
    })
    await expect(write()).rejects.toThrow(ConflictError)
    expect(share()).toBe(50)
  })

  it('compares again where its last look took the time of a save', async () => {
    let looks = 0
    const mayWrite = async () => {
      if (++looks === 1) cloud.routing.set(rule, { weights: { [blue]: 70, [green]: 30 } })
      return looks === 1
    }
    const seen: (number | null)[] = []
    const router = cloud.routerFor(anAlbRoute())
    await write({
      mayWrite,
      target: (live) => {
        seen.push(live.weights.green)
        return router.target(live, { canary: 'green', percent: 10, keepIdle: true })
      },
    })
    expect(seen).toEqual([0, 30])
    expect(share()).toBe(10)
  })

  it.each([
    ['target', { target: () => raise() }],
    ['mayWrite', { mayWrite: async () => raise() }],
  ])('writes nothing where %s refuses, and gives the lease back', async (_, wish) => {
    await expect(write(wish)).rejects.toThrow('refused')
    expect(sent()).toBe(0)
    expect((await leases.peek(rule))?.holder).toBeNull()
  })

  function raise(): never {
    throw new ConflictError('refused')
  }

  it('does not hide its outcome behind a lease that cannot be given back', async () => {
    faults.before = ({ method }) => {
      if (method === 'giveBack') throw throttled()
    }
    expect(await write()).toMatchObject({ wrote: true })
  })
})
