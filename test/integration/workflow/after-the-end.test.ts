import { afterEach, describe, expect, it } from 'vitest'
import { TransientError, UpstreamError } from '../../../shared/domain/errors.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { aRoute53Route } from '../../support/record-sets.ts'
import { eastArns, greens, setPair, walkThreeWaves } from '../../support/three-waves.ts'
import { expectSoundEnd, greenWrites } from '../../support/walk-checks.ts'
import { startWalk, type Walk, type WalkOptions } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const { rule, blue, green } = webArns
const strategy = { type: 'canary', percent: 10, intervalSeconds: 600, bakeSeconds: 60 } as const

/** What takes effect on the rule now, whoever sent it. */
const put = (percent: number, stickySeconds?: number) =>
  walk.cloud.routing.set(rule, {
    weights: { [blue]: 100 - percent, [green]: percent },
    ...(stickySeconds !== undefined && { stickySeconds }),
  })

const reasonsOf = async (id: string) => (await walk.events(id)).slice(-2).map(({ type, reason }) => [type, reason])
const putBack = 'a write of this deployment took effect after its end; put back'

async function endAborted(options: WalkOptions = {}): Promise<string> {
  walk = await startWalk({ service: { strategy }, ...options })
  const { id } = await walk.start()
  await walk.until(id, 'baking')
  await walk.during(abort(walk.deps, id, { actor: aDeployer }))
  expect((await walk.untilEnded(id)).phase).toBe('aborted')
  return id
}

async function endSucceeded(): Promise<string> {
  walk = await startWalk({ service: { strategy } })
  const { id } = await walk.start()
  expect((await walk.untilEnded(id)).phase).toBe('succeeded')
  return id
}

describe('a write that takes effect after the end', () => {
  it.each([1, 300, 890])('%i s after an abort is put back, and the record says so', async (seconds) => {
    const id = await endAborted()
    await walk.advance(seconds)
    put(10)
    await walk.advance(60)
    expect(walk.green()).toBe(0)
    const [written] = (await walk.events(id)).slice(-1)
    expect(written).toMatchObject({
      ...{ type: 'write', resource: rule, reason: putBack },
      ...{ before: { blue: 90, green: 10 }, after: { blue: 100, green: 0 } },
    })
    expect((await expectSoundEnd(walk, id)).phase).toBe('aborted')
    expect([walk.pages, walk.failedChecks]).toEqual([[], []])
  })

  it('is put back where the write itself had no answer and its lease ran out long ago', async () => {
    walk = await startWalk({ service: { strategy } })
    walk.cloud.inject({
      before: ({ action }) => {
        if (action !== 'router.write') return
        walk.cloud.inject({})
        walk.clock.after(200_000, () => put(10))
        throw new TransientError('timed out')
      },
    })
    const { id } = await walk.start()
    await walk.until(id, 'shifting')
    await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    expect((await walk.untilEnded(id, 120)).phase).toBe('aborted')
    await walk.until(id, () => walk.green() === 10, 300)
    await walk.advance(60)
    expect([walk.green(), walk.pages]).toEqual([0, []])
  })

  it('is put back as often as it comes', async () => {
    await endAborted()
    for (const percent of [10, 10, 10]) {
      put(percent)
      await walk.advance(60)
      expect(walk.green()).toBe(0)
    }
    expect(greenWrites(walk)).toEqual([10, 0, 0, 0, 0])
  })

  it('is put back after a success too: everything stays on the canary', async () => {
    const id = await endSucceeded()
    put(10)
    await walk.advance(60)
    expect(walk.green()).toBe(100)
    expect((await reasonsOf(id)).at(-1)).toEqual(['write', putBack])
  })

  it('is put back by the next check where AWS fails one', async () => {
    await endAborted()
    put(10)
    walk.cloud.inject({
      before: ({ action }) => {
        if (action === 'router.write') throw new UpstreamError('AccessDenied')
      },
    })
    await walk.advance(60)
    expect(walk.green()).toBe(10)
    expect(walk.failedChecks).toEqual([
      expect.stringMatching(/1 of 1 deployments could not be checked: .*AccessDenied/),
    ])
    walk.cloud.inject({})
    await walk.advance(60)
    expect(walk.green()).toBe(0)
  })

  it('is not looked for after 15 minutes: the service is free, and nothing is left of it in the list', async () => {
    const id = await endAborted()
    await walk.advance(14 * 60)
    expect(await walk.deps.deployments.watched('web')).toBe(id)
    await walk.advance(181)
    expect(await walk.deps.deployments.watched('web')).toBeNull()
    put(10)
    await walk.advance(120)
    expect(walk.green()).toBe(10)
    expect(walk.pages).toEqual([])
  })

  it('is put back on every kind of route, in whatever wave', async () => {
    walk = await walkThreeWaves()
    const { id } = await walk.start()
    await walk.until(id, ({ phase, step }) => phase === 'baking' && step === 4)
    await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    await walk.untilEnded(id, 900)
    put(100)
    walk.cloud.routing.set(eastArns.rule, { weights: { [eastArns.blue]: 90, [eastArns.green]: 10 } })
    setPair(walk.cloud.hostedZones, { blue: 90, green: 10 })
    await walk.advance(120)
    expect(greens(walk)).toEqual([0, 0, 0])
    const written = (await walk.events(id)).slice(-3).map(({ type, reason }) => [type, reason])
    expect(written).toEqual([1, 2, 3].map(() => ['write', putBack]))
    expect([walk.pages, walk.failedChecks]).toEqual([[], []])
  })

  it('is put back in a hosted zone only while no other deployment has begun', async () => {
    walk = await walkThreeWaves()
    const { id } = await walk.start()
    await walk.until(id, ({ phase, step }) => phase === 'baking' && step === 4)
    await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    await walk.untilEnded(id, 900)
    setPair(walk.cloud.hostedZones, { blue: 90, green: 10 })
    walk.faults.zoneChanges.after = async ({ method }) => {
      if (method !== 'add') return
      walk.faults.zoneChanges.after = undefined
      await walk.deps.deployments.takePointer('web', 'dep_01KDVDNC00000000000000WEB9')
    }
    await walk.during(walk.check())
    expect(greens(walk)).toEqual([0, 0, 10])
    expect(walk.faults.zoneChanges.after).toBeUndefined()
    expect((await walk.events(id)).at(-1)?.type).toBe('phase')
  })
})

describe('a change by somebody else after the end', () => {
  it.each([
    ['another share', () => put(40)],
    ['a share of ours with other settings', () => put(10, 300)],
  ])('(%s) is noted, a person is called once, and it stays', async (_, change) => {
    const id = await endAborted()
    change()
    const after = walk.green()
    await walk.advance(300)
    expect(walk.green()).toBe(after)
    const message = expect.stringMatching(/was changed by somebody else: expected blue 100, green 0, found/)
    expect(walk.pages).toMatchObject([{ deploymentId: id, message }])
    expect((await reasonsOf(id)).at(-1)).toEqual(['note', message])
    expect((await walk.load(id)).routes).toMatchObject([{ changedAfterEnd: { found: { green: after } } }])
  })

  it('stays, whatever of ours takes effect over it', async () => {
    await endAborted()
    put(40)
    await walk.advance(60)
    put(10)
    await walk.advance(120)
    expect([walk.green(), walk.pages.length]).toEqual([10, 1])
  })

  it('that comes between the look and the write is left alone', async () => {
    const id = await endAborted()
    put(10)
    let reads = 0
    walk.cloud.inject({
      before: ({ action }) => {
        if (action === 'router.read' && ++reads === 2) put(40)
      },
    })
    await walk.advance(60)
    expect(walk.green()).toBe(40)
    expect(walk.pages).toMatchObject([{ deploymentId: id }])
  })
})

describe('the next deployment', () => {
  it('is not touched: its own shares stand, though they are those of the one that ended', async () => {
    const first = await endAborted()
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    expect(await walk.deps.deployments.watched('web')).toBeNull()
    await walk.advance(120)
    expect(walk.green()).toBe(10)
    expect((await walk.events(first)).at(-1)?.type).toBe('phase')
    expect(walk.pages).toEqual([])
  })

  it('that begins between the look and the write stops it', async () => {
    const first = await endAborted()
    put(10)
    const before = walk.cloud.routing.writes.length
    walk.faults.leases.after = async ({ method }) => {
      if (method !== 'intend') return
      walk.faults.leases.after = undefined
      await walk.deps.deployments.takePointer('web', 'dep_01KDVDNC00000000000000WEB9')
    }
    await walk.check()
    expect(walk.cloud.routing.writes.length).toBe(before)
    expect((await walk.events(first)).at(-1)?.type).toBe('phase')
  })

  it('that wrote nothing leaves the watch to the one before it', async () => {
    const first = await endAborted()
    put(10)
    // Preflight refuses what is divided already.
    const { id } = await walk.start()
    expect((await walk.until(id, 'rejected', 30)).phase).toBe('rejected')
    expect(await walk.deps.deployments.watched('web')).toBe(first)
    await walk.advance(60)
    expect([walk.green(), walk.pages]).toEqual([0, []])
  })

  it('that has ended in the meantime is the one that is watched', async () => {
    const first = await endAborted()
    const { id } = await walk.start()
    expect((await walk.untilEnded(id)).phase).toBe('succeeded')
    expect(await walk.deps.deployments.watched('web')).toBe(id)
    put(10)
    await walk.advance(60)
    expect(walk.green()).toBe(100)
    expect((await walk.events(first)).at(-1)?.type).toBe('phase')
  })
})

describe('nothing is watched', () => {
  it('of a deployment that wrote nothing', async () => {
    walk = await startWalk({ service: { strategy }, checkSeconds: 0 })
    const { id } = await walk.start()
    await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    expect((await walk.load(id)).phase).toBe('aborted')
    expect(await walk.deps.deployments.listPointers({ limit: 10, cursor: null })).toMatchObject({ items: [] })
  })

  it('where another service has the route now', async () => {
    await endAborted()
    put(10)
    const service = await walk.deps.services.get('web')
    if (!service) throw new Error('there is no service')
    await walk.deps.services.put({ ...service, routes: [aRoute53Route()] })
    await walk.advance(120)
    expect([walk.green(), walk.pages]).toEqual([10, []])
  })
})
