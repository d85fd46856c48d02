import { afterEach, describe, expect, it } from 'vitest'
import type { CloudCall } from '../../../shared/adapters/memory/faults.ts'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { TransientError } from '../../../shared/domain/errors.ts'
import { resourceOf } from '../../../shared/domain/service.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { promote } from '../../../shared/use-cases/promote.ts'
import { resume } from '../../../shared/use-cases/resume.ts'
import { aDeployer } from '../../support/builders.ts'
import { aMetricGate } from '../../support/gates.ts'
import { appPair } from '../../support/record-sets.ts'
import { eastArns, greens, setPair, threeWaves, walkThreeWaves } from '../../support/three-waves.ts'
import { expectRolledBack, expectSoundEnd } from '../../support/walk-checks.ts'
import type { Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const actor = aDeployer
const [west, east, dns] = threeWaves.map(resourceOf)
const errors = aMetricGate({ name: 'errors', metric: 'error-rate', max: 0.01, minRequests: 1 })
const bakingAt = (step: number) => (deployment: Deployment) => deployment.phase === 'baking' && deployment.step === step
const writesOf = async (id: string) =>
  (await walk.events(id)).flatMap(({ type, resource, after }) => (type === 'write' ? [[resource, after]] : []))

/** Green of the second wave's load balancer is bad. */
const badInTheEast = (slot: string, group?: string) =>
  slot === 'green' && group === eastArns.green ? { requests: 100, errors: 50 } : { requests: 1000 }

describe('a deployment over three waves', () => {
  it('runs the whole plan on each, one after the other', async () => {
    walk = await walkThreeWaves()
    const { id } = await walk.start()
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
    expect(greens(walk)).toEqual([100, 100, 100])
    expect(await writesOf(id)).toEqual([
      [west, { blue: 90, green: 10 }],
      [west, { blue: 0, green: 100 }],
      [east, { blue: 90, green: 10 }],
      [east, { blue: 0, green: 100 }],
      [dns, { blue: 90, green: 10 }],
      [dns, { blue: 0, green: 100 }],
    ])
  })

  it('starts the clock of a DNS step once the change is everywhere and old answers have run out', async () => {
    walk = await walkThreeWaves({ routes: [threeWaves[2]] })
    const { id } = await walk.start()
    const writtenAt = await walk.until(id, ({ routes }) => routes[0]?.change !== undefined)
    const began = walk.clock.now()
    expect(writtenAt.phase).toBe('shifting')
    const { settledAt } = await walk.until(id, 'baking')
    const waited = (Date.parse(settledAt ?? '') - began) / 1000
    // 60 s until every server has it, then the TTL of 60 s.
    expect(waited).toBeGreaterThan(115)
    expect(waited).toBeLessThan(160)
  })

  it('promoted to 100 %, goes on with the next wave at its first step', async () => {
    walk = await walkThreeWaves()
    const { id } = await walk.start()
    await walk.until(id, bakingAt(0))
    await walk.during(promote(walk.deps, id, { actor, full: true }))
    await walk.until(id, bakingAt(1), 120)
    expect(greens(walk)).toEqual([100, 0, 0])
    await walk.until(id, bakingAt(2), 400)
    expect(greens(walk)).toEqual([100, 10, 0])
  })

  it('sends nothing to a wave whose turn has not come when an earlier one fails', async () => {
    walk = await walkThreeWaves({ gates: [errors] })
    walk.traffic = badInTheEast
    const { id } = await walk.start()
    await walk.untilEnded(id)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'errors' })
    expect(greens(walk)).toEqual([0, 0, 0])
    expect(walk.cloud.hostedZones.writes).toEqual([])
    // The wave that came last goes back first.
    expect((await writesOf(id)).slice(-2)).toEqual([
      [east, { blue: 100, green: 0 }],
      [west, { blue: 100, green: 0 }],
    ])
  })

  it('restores all waves from the last one, and says how long resolvers may go on as before', async () => {
    walk = await walkThreeWaves()
    const { id } = await walk.start()
    await walk.until(id, bakingAt(4))
    expect(greens(walk)).toEqual([100, 100, 10])
    const answer = await walk.during(abort(walk.deps, id, { actor, reason: 'enough' }))
    expect(answer).toMatchObject({ restored: true, deployment: { phase: 'aborted' } })
    expect(greens(walk)).toEqual([0, 0, 0])
    expect((await writesOf(id)).slice(-3).map(([resource]) => resource)).toEqual([dns, east, west])
    const deployment = await expectSoundEnd(walk, id)
    expect(deployment.tail).toEqual({
      seconds: 120,
      endsAt: new Date(Date.parse(deployment.endedAt ?? '') + 120_000).toISOString(),
    })
    expect((await walk.events(id)).at(-1)?.reason).toMatch(/resolvers may send clients to green for up to 120 s more/)
    expect(deployment.routes.map(({ restore }) => restore?.status)).toEqual(['restored', 'restored', 'restored'])
  })
})

describe('a foreign change of a record', () => {
  it('halts, and is written over when a person says so', async () => {
    walk = await walkThreeWaves({ routes: [threeWaves[2]] })
    const { id } = await walk.start()
    await walk.until(id, bakingAt(0))
    setPair(walk.cloud.hostedZones, { blue: 50, green: 50 })
    const halted = await walk.until(id, 'halted', 900)
    expect(halted.cause).toMatchObject({ type: 'drift' })
    await walk.advance(600)
    expect(greens(walk)[2]).toBe(50)
    await walk.during(resume(walk.deps, id, { actor, drift: 'overwrite' }))
    expect((await walk.untilEnded(id)).phase).toBe('succeeded')
    expect(greens(walk)[2]).toBe(100)
  })

  it('before the first write is found by the comparison', async () => {
    walk = await walkThreeWaves({ routes: [threeWaves[2]] })
    walk.faults.store.after = ({ method, args }) => {
      const [record] = args as [Deployment]
      if (method !== 'save' || !record.routes[0]?.touched) return
      walk.faults.store.after = undefined
      setPair(walk.cloud.hostedZones, { blue: 70, green: 30 })
    }
    const { id } = await walk.start()
    expect((await walk.until(id, 'halted', 900)).cause?.type).toBe('drift')
    expect(walk.cloud.hostedZones.writes).toEqual([])
  })

  it('of what we wrote in an earlier deployment is no drift, where it serves one side', async () => {
    walk = await walkThreeWaves({ routes: [threeWaves[2]] })
    const first = await walk.start()
    await walk.untilEnded(first.id)
    setPair(walk.cloud.hostedZones, { blue: 100, green: 0 })
    const second = await walk.start()
    expect((await walk.untilEnded(second.id)).phase).toBe('succeeded')
    expect(greens(walk)[2]).toBe(100)
  })
})

/** What can go wrong with one call: the first `times` calls of its action on its subject. */
const faults = {
  'is throttled': { times: 3, side: 'before', error: () => new TransientError('Rate exceeded', { refused: true }) },
  'has no answer, and did nothing': { times: 1, side: 'before', error: () => new TransientError('timed out') },
  'took effect without an answer': { times: 1, side: 'after', error: () => new TransientError('timed out') },
} as const

describe('a rollback over three waves in which one call', () => {
  it.each(Object.entries(faults))('%s: the other routes are restored all the same', async (_, fault) => {
    const calls = await callsOfRollback()
    expect(calls.length).toBeGreaterThanOrEqual(40)
    for (const [index, call] of calls.entries()) {
      const id = await bakeLastWave()
      const end = failAt(index, fault)
      await abortAsClientsDo(id)
      // From here on this test reads, too.
      end()
      await walk.untilEnded(id, 900)
      expect([call, greens(walk)]).toEqual([call, [0, 0, 0]])
      // A lease that could not be given back runs out.
      await walk.advance(21)
      expect((await expectSoundEnd(walk, id)).phase).toBe('aborted')
      walk.close()
    }
  })

  it.each([
    [dns, 'zones.upsert', [0, 0, 10]],
    [east, 'router.write', [0, 100, 0]],
    [west, 'router.write', [100, 0, 0]],
  ])(
    'on %s goes on failing: the others are back, a person is called, and it is tried on',
    async (resource, action, left) => {
      const id = await bakeLastWave()
      const subject = action === 'zones.upsert' ? appPair.hostedZoneId : resource
      walk.cloud.inject({
        before(call) {
          if (call.action === action && call.subject === subject)
            throw new TransientError('Rate exceeded', { refused: true })
        },
      })
      const answer = await walk.during(abort(walk.deps, id, { actor, reason: 'enough' }))
      expect(answer).toMatchObject({ restored: false, deployment: { phase: 'rolling-back' } })
      await walk.advance(120)
      expect(greens(walk)).toEqual(left)
      const open = await walk.load(id)
      expect(open.phase).toBe('rolling-back')
      expect(Object.fromEntries(open.routes.map((route) => [route.resource, route.restore?.status]))).toEqual({
        ...{ [String(west)]: 'restored', [String(east)]: 'restored', [String(dns)]: 'restored' },
        [String(resource)]: 'failed',
      })
      expect(walk.pages.map(({ message }) => message)).toEqual([expect.stringContaining('2 of 3 routes are restored')])
      walk.cloud.inject({})
      await walk.untilEnded(id, 900)
      expect(greens(walk)).toEqual([0, 0, 0])
      await expectSoundEnd(walk, id)
    },
  )

  let hooks: { before?: (call: CloudCall) => void; after?: (call: CloudCall) => void } = {}

  async function bakeLastWave(): Promise<string> {
    hooks = {}
    walk = await walkThreeWaves()
    const { id } = await walk.start()
    await walk.until(id, bakingAt(4))
    return id
  }

  /** An answer 503 has Retry-After. */
  async function abortAsClientsDo(id: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await walk.during(abort(walk.deps, id, { actor, reason: 'enough' }))
        return
      } catch (error) {
        if (!(error instanceof TransientError) || attempt === 5) throw error
      }
      await walk.advance(1)
    }
  }

  /** What an undisturbed rollback asks of AWS, in order. */
  async function callsOfRollback(): Promise<readonly string[]> {
    const id = await bakeLastWave()
    const calls: string[] = []
    onEveryCall('before', (call) => void calls.push(call))
    await walk.during(abort(walk.deps, id, { actor, reason: 'enough' }))
    walk.close()
    return calls
  }

  /** The fault meets call number `index` of the rollback, and the next of the same kind where it is to last. */
  function failAt(index: number, { times, side, error }: (typeof faults)[keyof typeof faults]): () => void {
    let calls = -1
    let hit: string | null = null
    let left: number = times
    onEveryCall('before', () => void calls++)
    onEveryCall(side, (call) => {
      if (calls === index) hit ??= call
      if (call !== hit || left === 0) return
      left--
      throw error()
    })
    return () => {
      left = 0
    }
  }

  /** Adds what is done around each call to AWS, whatever the service. */
  function onEveryCall(side: 'before' | 'after', act: (call: string) => void): void {
    const { store, leases, zoneChanges, requestBudget } = walk.faults
    for (const [name, port] of Object.entries({ store, leases, zoneChanges, requestBudget })) {
      const earlier = port[side]
      port[side] = async (call) => {
        await earlier?.(call)
        act(`${name}.${call.method}`)
      }
    }
    const earlier = hooks[side]
    hooks[side] = (call) => {
      earlier?.(call)
      act(`${call.action} ${call.subject}`)
    }
    walk.cloud.inject(hooks)
  }
})
