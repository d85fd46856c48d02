import { afterEach, describe, expect, it } from 'vitest'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { ConflictError, NotFoundError, TransientError } from '../../../shared/domain/errors.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { type RollBackServiceInput, rollBackService } from '../../../shared/use-cases/roll-back-service.ts'
import { aDeployer, anAlbRoute, webArns } from '../../support/builders.ts'
import { greens, setPair, walkThreeWaves } from '../../support/three-waves.ts'
import { greenWrites } from '../../support/walk-checks.ts'
import { startWalk, type Walk, type WalkOptions } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const { rule, blue, green } = webArns
const strategy = { type: 'canary', percent: 10, intervalSeconds: 120, bakeSeconds: 60 } as const

async function succeed(options: WalkOptions = {}): Promise<string> {
  walk = await startWalk({ service: { strategy }, ...options })
  const { id } = await walk.start()
  expect((await walk.untilEnded(id)).phase).toBe('succeeded')
  return id
}
const ask = (more: Partial<RollBackServiceInput> = {}) =>
  rollBackService(walk.deps, { service: 'web', actor: aDeployer, reason: 'orders fail', force: false, ...more })
const takeBack = (more: Partial<RollBackServiceInput> = {}) => walk.during(ask(more))
/** What is missing; fails where nothing is. */
async function missing(more: Partial<RollBackServiceInput> = {}) {
  try {
    await takeBack(more)
  } catch (error) {
    if (error instanceof ConflictError) return error.problems
    throw error
  }
  throw new Error('nothing is missing')
}
const all = async () => (await walk.deps.deployments.list({ service: 'web' }, { limit: 100, cursor: null })).items
const lateOnes = async () => (await all()).filter(({ lateRollbackOf }) => lateRollbackOf !== undefined)
const put = (percent: number) => walk.cloud.routing.set(rule, { weights: { [blue]: 100 - percent, [green]: percent } })

describe('a late rollback', () => {
  it('puts the snapshot back in one write, as a record of its own, and is watched after it', async () => {
    const of = await succeed()
    await walk.advance(1200)
    expect(await walk.deps.deployments.watched('web')).toBeNull()
    const before = walk.cloud.routing.writes.length
    const { deployment, restored } = await takeBack()
    expect([restored, walk.green(), walk.cloud.routing.writes.length - before]).toEqual([true, 0, 1])
    expect(deployment).toMatchObject({
      ...{ phase: 'rolled-back', lateRollbackOf: of, weight: 0, reason: 'orders fail', createdBy: aDeployer },
      cause: { type: 'command', actor: aDeployer, reason: 'orders fail' },
    })
    expect((await walk.events(deployment.id)).map(({ type, reason, to }) => [type, reason, to])).toEqual([
      ['phase', `late rollback of ${of}: orders fail`, 'rolling-back'],
      ['command', 'rollback: orders fail', undefined],
      ['note', 'blue can carry the traffic that comes back', undefined],
      ['write', 'restored from the snapshot', undefined],
      ['phase', 'traffic read back equal to the snapshot', 'rolled-back'],
    ])
    expect(await walk.load(of)).toMatchObject({ phase: 'succeeded', lateRollbackBy: deployment.id })
    put(100)
    await walk.advance(60)
    expect([walk.green(), await walk.deps.deployments.watched('web')]).toEqual([0, deployment.id])
    await walk.advance(1200)
    expect([await walk.deps.deployments.watched('web'), walk.failedChecks]).toEqual([null, []])
  })

  it('answers the same record when it is asked for again, at once or long after', async () => {
    await succeed()
    const first = (await takeBack()).deployment
    const writes = walk.cloud.routing.writes.length
    expect((await takeBack({ force: true })).deployment).toEqual(first)
    await walk.advance(1200)
    expect(await takeBack()).toEqual({ deployment: first, restored: true })
    expect([walk.cloud.routing.writes.length, await lateOnes()]).toEqual([writes, [first]])
  })

  it('makes one record for two callers at once', async () => {
    await succeed()
    const answers = await walk.during(Promise.all([ask(), ask({ reason: 'me too' }), ask()]))
    expect(new Set(answers.map(({ deployment }) => deployment.id)).size).toBe(1)
    expect([(await lateOnes()).length, greenWrites(walk)]).toEqual([1, [10, 100, 0]])
  })

  it('lets the next deployment start from the side that serves then, and only the newest success is taken back', async () => {
    await succeed()
    await takeBack()
    const next = await walk.start()
    expect([next.stable, next.canary]).toEqual(['blue', 'green'])
    expect((await walk.untilEnded(next.id)).phase).toBe('succeeded')
    expect((await takeBack()).deployment).toMatchObject({ lateRollbackOf: next.id, phase: 'rolled-back' })
    expect(walk.green()).toBe(0)
  })

  it('keeps everybody else out while it is under way', async () => {
    await succeed()
    walk.deps.rollBackInvoker.rollBack = () => Promise.reject(new TransientError('throttled'))
    walk.checksOn = false
    const { deployment, restored } = await takeBack()
    expect([restored, deployment.phase]).toEqual([false, 'rolling-back'])
    await expect(walk.start()).rejects.toThrow(`has a deployment that has not ended: ${deployment.id}`)
    expect(await takeBack()).toMatchObject({ deployment: { id: deployment.id }, restored: false })
    await walk.during(walk.check())
    expect([(await walk.load(deployment.id)).phase, walk.green()]).toEqual(['rolled-back', 0])
  })

  it('restores every route of every wave', async () => {
    walk = await walkThreeWaves()
    const { id } = await walk.start()
    expect((await walk.untilEnded(id, 20_000)).phase).toBe('succeeded')
    const { deployment } = await takeBack({ force: true })
    await walk.until(deployment.id, 'rolled-back', 300)
    expect(greens(walk)).toEqual([0, 0, 0])
    expect((await walk.load(deployment.id)).tail?.seconds).toBeGreaterThan(0)
  })

  it('is refused without health of a record set, unless forced', async () => {
    walk = await walkThreeWaves()
    const { id } = await walk.start()
    await walk.untilEnded(id, 20_000)
    setPair(walk.cloud.hostedZones, { blue: 50, green: 50 })
    expect((await missing()).map(({ path }) => path)).toContain('routes[2]')
  })
})

describe('what a late rollback needs', () => {
  it('is a service, and a success of it', async () => {
    walk = await startWalk({ service: { strategy } })
    await expect(takeBack({ service: 'shop' })).rejects.toThrow(NotFoundError)
    expect(await missing({ force: true })).toEqual([
      { path: 'service', message: 'no deployment of "web" has succeeded' },
    ])
    expect(await all()).toEqual([])
  })

  it('is that no deployment is open: that one is aborted instead, force or not', async () => {
    await succeed()
    const { id } = await walk.start()
    const { phase } = await walk.load(id)
    const open = [{ path: 'service', message: `deployment ${id} is ${phase}: abort that one` }]
    expect([await missing(), await missing({ force: true })]).toEqual([open, open])
    await expect(takeBack()).rejects.toMatchObject({ current: { deployment: id } })
  })

  it.each<[string, () => void, string, RegExp]>([
    [
      'enough healthy targets',
      () => walk.cloud.setGroup(blue, { total: 2, healthy: 1 }),
      'routes[0].blue',
      /1 of 2 targets healthy and needs 2/,
    ],
    [
      'as many as serve now',
      () => walk.cloud.setGroup(green, { total: 5 }),
      'routes[0].blue',
      /2 of 2 targets healthy and needs 5/,
    ],
    [
      'the routing that the deployment left',
      () => put(60),
      'routes[0]',
      /somebody else: expected blue 0, green 100, found blue 40, green 60/,
    ],
    [
      'health that can be read',
      () =>
        walk.cloud.inject({
          before: ({ action }) => {
            if (action === 'health.read') throw new TransientError('Rate exceeded')
          },
        }),
      'routes[0].blue',
      /Rate exceeded/,
    ],
  ])('is %s; force goes on without, and says so', async (_, take, path, message) => {
    const of = await succeed()
    take()
    expect(await missing()).toEqual([{ path, message: expect.stringMatching(message) }])
    expect([await lateOnes(), await walk.deps.deployments.pointer('web')]).toEqual([[], null])
    walk.cloud.inject({})
    take()
    const { deployment } = await takeBack({ force: true })
    expect([deployment.forced, deployment.lateRollbackOf, walk.green()]).toEqual([true, of, 0])
    expect((await walk.events(deployment.id)).map(({ reason }) => reason)).toContainEqual(
      expect.stringMatching(new RegExp(`^forced, in spite of: .*${message.source}`)),
    )
  })

  it('is the group itself, force or not', async () => {
    await succeed()
    walk.cloud.removeGroup(blue)
    const gone = [{ path: 'routes[0].blue', message: expect.stringContaining(blue) }]
    expect([await missing(), await missing({ force: true })]).toEqual([gone, gone])
  })

  it('is that nobody used the old side since, whatever became of it', async () => {
    await succeed()
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    await walk.advance(30)
    expect(await missing()).toEqual([
      { path: 'blue', message: `${id} (aborted) was asked for since, and may have put another revision on blue` },
    ])
    expect((await takeBack({ force: true })).restored).toBe(true)
    expect(walk.green()).toBe(0)
  })

  it('is the same routes as then, force or not', async () => {
    await succeed()
    const service = await walk.deps.services.get('web')
    if (!service) throw new Error('no service')
    await walk.deps.services.put({ ...service, routes: [{ ...anAlbRoute(), green: blue, blue: green }] })
    const gone = [{ path: 'routes[0]', message: `${rule} is no route of web any more, or has other sides` }]
    expect([await missing(), await missing({ force: true })]).toEqual([gone, gone])
  })
})

describe('a late rollback that breaks off', () => {
  /** Store calls that the API makes between the look and the invocation, each with a death before or after it. */
  const calls = ['claimKey', 'takePointer', 'create'] as const
  it.each(calls.flatMap((method) => [[method, 'before'] as const, [method, 'after'] as const]))(
    'at %s, %s it, is finished by the check or by asking again, and there is one record',
    async (method, when) => {
      await succeed()
      walk.faults.store[when] = (call) => {
        if (call.method !== method) return
        walk.faults.store[when] = undefined
        throw new Error('the process died')
      }
      await expect(takeBack()).rejects.toThrow('the process died')
      await walk.advance(200)
      const { restored } = await takeBack()
      expect([restored, walk.green(), (await lateOnes()).length]).toEqual([true, 0, 1])
      expect([await walk.deps.deployments.pointer('web'), walk.failedChecks]).toEqual([null, []])
    },
  )

  it('after the record is finished by the check alone', async () => {
    await succeed()
    walk.faults.store.after = ({ method }) => {
      if (method !== 'create') return
      walk.faults.store.after = undefined
      throw new Error('the process died')
    }
    await expect(takeBack()).rejects.toThrow('the process died')
    await walk.advance(70)
    expect([walk.green(), (await lateOnes()).map(({ phase }) => phase)]).toEqual([0, ['rolled-back']])
  })

  it.each(['before', 'after'] as const)('%s each save of the function is finished by the check', async (when) => {
    for (let nth = 1; nth <= 4; nth++) {
      await succeed()
      let saves = 0
      let isIn = false
      walk.faults.store[when] = ({ method }) => {
        isIn ||= method === 'create'
        if (isIn && method === 'save' && ++saves === nth) throw new Error('the process died')
      }
      const { deployment } = await takeBack()
      await walk.advance(90)
      walk.faults.store[when] = undefined
      expect([nth, walk.green(), (await walk.load(deployment.id)).phase]).toEqual([nth, 0, 'rolled-back'])
      expect(await walk.load(deployment.lateRollbackOf ?? '')).toMatchObject({ lateRollbackBy: deployment.id })
      if (nth < 4) walk.close()
    }
  })

  it('goes on for as long as AWS refuses, calls a person after an hour, and ends when it can', async () => {
    await succeed()
    walk.cloud.inject({
      before: ({ action }) => {
        if (action === 'router.write') throw new TransientError('Rate exceeded', { refused: true })
      },
    })
    const { deployment } = await takeBack()
    expect(deployment.phase).toBe('rolling-back')
    await walk.until(deployment.id, 'rollback-failed', 4500)
    await walk.advance(300)
    expect(walk.pages.length).toBe(1)
    walk.cloud.inject({})
    await walk.until(deployment.id, 'rolled-back', 300)
    expect(walk.green()).toBe(0)
  })

  it('does not write over a deployment that took its place before the record was kept', async () => {
    await succeed()
    let other: Promise<Deployment> | undefined
    walk.faults.store.after = async ({ method, args }) => {
      if (method !== 'create' || other) return
      const [{ id }] = args as [Deployment]
      await walk.deps.deployments.freePointer('web', id)
      other = walk.start()
      await other
    }
    await expect(takeBack()).rejects.toThrow('began just now')
    expect((await lateOnes()).map(({ phase }) => phase)).toEqual(['rejected'])
    expect((await walk.untilEnded((await other)?.id ?? '')).phase).toBe('succeeded')
  })
})

describe('a late rollback of a rule with group stickiness', () => {
  const weights = () => walk.cloud.weightsOf(rule)
  const unused = { total: 2, healthy: 0, reasons: ['10.0.0.1:80 unused Target.NotInUse'] }

  /** Blue left the action, so nothing checks its health; it becomes healthy so long after it is back. */
  async function succeedSticky(healthyAfterSeconds: number): Promise<string> {
    const id = await succeed({ stickySeconds: 3600 })
    expect(Object.keys(weights())).toEqual([green])
    walk.cloud.setGroup(blue, unused)
    walk.cloud.inject({
      after: ({ action }) => {
        if (action !== 'router.write' || !(blue in weights())) return
        walk.cloud.inject({})
        walk.clock.after(healthyAfterSeconds * 1000, () => walk.cloud.setGroup(blue))
      },
    })
    return id
  }

  it('puts the old side back at 0, waits for its health, and then restores', async () => {
    await succeedSticky(5)
    const writes = walk.cloud.routing.writes.length
    expect((await takeBack()).restored).toBe(true)
    expect(walk.cloud.routing.writes.slice(writes).map(({ after }) => after)).toEqual([
      { [blue]: 0, [green]: 100 },
      { [blue]: 100 },
    ])
  })

  it('is finished by the check where health takes longer than the caller waits', async () => {
    await succeedSticky(150)
    const { deployment, restored } = await takeBack()
    expect([restored, deployment.phase, weights()[green]]).toEqual([false, 'rolling-back', 100])
    await walk.until(deployment.id, 'rolled-back', 300)
    expect([Object.keys(weights()), walk.pages]).toEqual([[blue], []])
  })

  it('is refused where the old side does not become healthy in time: it leaves again, and a person is called', async () => {
    const of = await succeedSticky(100_000)
    const { deployment } = await takeBack()
    await walk.until(deployment.id, 'rejected', 1200)
    await walk.advance(70)
    expect([Object.keys(weights()), await walk.deps.deployments.watched('web')]).toEqual([[green], of])
    expect(walk.pages.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^not taken back: .*has 0 of 2 targets healthy and needs 2/),
    ])
    walk.cloud.setGroup(blue)
    expect((await takeBack()).restored).toBe(true)
    expect((await lateOnes()).map(({ phase }) => phase).sort()).toEqual(['rejected', 'rolled-back'])
  })

  it('needs as many registered targets as serve before anything is attached', async () => {
    await succeedSticky(0)
    walk.cloud.setGroup(blue, { total: 1, healthy: 0 })
    expect(await missing()).toEqual([
      { path: 'routes[0].blue', message: `${blue} has 1 targets registered and needs 2: as many as serve now` },
    ])
    expect(Object.keys(weights())).toEqual([green])
  })

  it('that is forced waits for nothing', async () => {
    await succeedSticky(100_000)
    expect((await takeBack({ force: true })).restored).toBe(true)
    expect(Object.keys(weights())).toEqual([blue])
  })

  it('is refused at once where somebody changes the rule while it waits', async () => {
    await succeedSticky(100_000)
    walk.clock.after(3000, () =>
      walk.cloud.routing.set(rule, { weights: { [blue]: 50, [green]: 50 }, stickySeconds: 3600 }),
    )
    await expect(takeBack()).rejects.toThrow(/not taken back: .*was changed by somebody else/)
    expect(walk.green()).toBe(50)
  })
})
