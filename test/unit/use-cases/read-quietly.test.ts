import { beforeEach, describe, expect, it } from 'vitest'
import { createMemoryCloud, type MemoryCloud } from '../../../shared/adapters/memory/cloud.ts'
import { createMemoryLeases } from '../../../shared/adapters/memory/leases.ts'
import type { Leases } from '../../../shared/ports/lease.ts'
import { readQuietly } from '../../../shared/use-cases/read-quietly.ts'
import { anAlbRoute, webArns } from '../../support/builders.ts'

const { rule: resource, blue, green } = webArns
const route = anAlbRoute()
const leaseMs = 20_000

let nowMs: number
let cloud: MemoryCloud
let leases: Leases
beforeEach(() => {
  nowMs = Date.UTC(2026, 0, 1)
  const clock = { now: () => nowMs, realNow: () => nowMs }
  cloud = createMemoryCloud(clock)
  cloud.setGroup(blue)
  cloud.setGroup(green)
  cloud.routing.set(resource, { weights: { [blue]: 100, [green]: 0 } })
  leases = createMemoryLeases(clock)
})

const look = () => {
  const clock = { now: () => nowMs, realNow: () => nowMs, sleep: async () => undefined }
  return readQuietly({ leases, routerFor: cloud.routerFor, clock }, { route, resource })
}

async function take(holder = 'a') {
  const lease = await leases.take(resource, holder, leaseMs)
  if (!lease) throw new Error('the lease is taken')
  return lease
}

/** What happens while the route is being read. */
function meanwhile(happens: () => Promise<unknown>): void {
  const peek = leases.peek
  let isFirst = true
  leases = {
    ...leases,
    async peek(of) {
      if (!isFirst) await happens()
      isFirst = false
      return peek(of)
    },
  }
}

describe('a look at a route', () => {
  it('cannot tell where nobody has ever written', async () => {
    expect(await look()).toBeNull()
  })

  it('sees what is live and what was last written', async () => {
    const lease = await take()
    const written = await cloud.routerFor(route).read()
    await leases.confirm(lease, written)
    await leases.giveBack(lease)
    cloud.routing.set(resource, { weights: { [blue]: 60, [green]: 40 } })
    expect(await look()).toMatchObject({
      ...{ live: { weights: { blue: 60, green: 40 } }, lease: { lastWritten: written, holder: null } },
    })
  })

  it('cannot tell while somebody holds the lease', async () => {
    await take()
    expect(await look()).toBeNull()
  })

  it('sees past a holder that is dead: its time is over', async () => {
    await take()
    nowMs += leaseMs
    expect(await look()).toMatchObject({ live: { weights: { blue: 100, green: 0 } } })
  })

  it('cannot tell where a writer began and ended in between', async () => {
    await leases.giveBack(await take())
    meanwhile(async () => leases.giveBack(await take('b')))
    expect(await look()).toBeNull()
  })

  it('cannot tell where a writer that was at work ended in between: it may have read the old and see the new', async () => {
    const lease = await take()
    meanwhile(() => leases.giveBack(lease))
    expect(await look()).toBeNull()
  })
})
