import { afterEach, describe, expect, it } from 'vitest'
import { InvariantError, TransientError, UpstreamError } from '../../../shared/domain/errors.ts'
import { webArns } from '../../support/builders.ts'
import { expectRolledBack, expectSoundEnd, greenWrites } from '../../support/walk-checks.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const strategy = { type: 'canary', percent: 10, intervalSeconds: 300, bakeSeconds: 60 } as const
const tasks = ['Prepare', 'VerifyCanary', 'ShiftTraffic', 'Bake', 'EvaluateGates', 'Close'] as const

const named = (name: string) => () => Object.assign(new Error('as told'), { name })
const transient: readonly (readonly [string, () => Error])[] = [
  ['TransientError', () => new TransientError('throttled')],
  ['Lambda.ServiceException', named('Lambda.ServiceException')],
  ['Lambda.TooManyRequestsException', named('Lambda.TooManyRequestsException')],
  ['Sandbox.Timedout', named('Sandbox.Timedout')],
]
const final: readonly (readonly [string, () => Error])[] = [
  ['InvariantError', () => new InvariantError('cannot happen')],
  ['UpstreamError', () => new UpstreamError('access denied')],
  ['an error that nobody knows', named('RangeError')],
]

const everyTask = <Row extends readonly unknown[]>(rows: readonly Row[]) =>
  tasks.flatMap((task) => rows.map((row) => [task, ...row] as const))

describe('a Task that fails and then works', () => {
  it.each(everyTask(transient))('%s, %s three times: succeeds', async (task, _, make) => {
    walk = await startWalk({ service: { strategy } })
    walk.taskFaults.set(task, (call) => (call <= 3 ? make() : undefined))
    const { id } = await walk.start()
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
    expect(greenWrites(walk)).toEqual([10, 100])
    await walk.advance(60)
    expect(walk.stepFunctions.inspect().map(({ status }) => status)).toEqual(['SUCCEEDED'])
  })
})

describe('a Task that fails for good', () => {
  it.each(everyTask(final).filter(([task]) => task !== 'Close'))(
    '%s, %s: everything is taken back',
    async (task, _, make) => {
      walk = await startWalk({ service: { strategy } })
      walk.taskFaults.set(task, make)
      const { id } = await walk.start()
      await walk.untilEnded(id)
      const { cause } = await expectRolledBack(walk, id, { type: 'recovery' })
      expect(cause?.reason).toMatch(/a task of the workflow failed for good/)
    },
  )

  it('Close: the success stands, and the check frees the service', async () => {
    walk = await startWalk({ service: { strategy } })
    walk.taskFaults.set('Close', () => new UpstreamError('access denied'))
    const { id } = await walk.start()
    await walk.untilEnded(id)
    await walk.advance(61)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
    expect(walk.pages).toEqual([])
  })

  it('in the middle of EvaluateGates, after the success was recorded: nothing is taken back, nobody is called', async () => {
    walk = await startWalk({ service: { strategy }, checkSeconds: 0 })
    walk.faults.store.before = ({ method }) => {
      if (method === 'watchPointer') throw new UpstreamError('access denied')
    }
    const { id } = await walk.start()
    await walk.untilEnded(id)
    await walk.advance(600)
    expect(greenWrites(walk)).toEqual([10, 100])
    expect(walk.pages).toEqual([])
    walk.faults.store.before = undefined
    await walk.check()
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('leaves a note that says why', async () => {
    walk = await startWalk({ service: { strategy } })
    const { id } = await walk.start()
    await walk.until(id, 'verifying')
    walk.cloud.inject({
      before: ({ action }) => {
        if (action === 'router.write') throw new UpstreamError('elasticloadbalancing:ModifyRule was refused')
      },
    })
    await walk.untilEnded(id)
    await expectRolledBack(walk, id, { type: 'recovery' })
    const notes = (await walk.events(id)).filter(({ type }) => type === 'note').map(({ reason }) => reason)
    expect(notes).toContain('a task failed: UpstreamError: elasticloadbalancing:ModifyRule was refused')
  })
})

describe('a rollback that cannot be done', () => {
  async function failRollBack(): Promise<string> {
    walk = await startWalk({ service: { strategy } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    walk.cloud.setGroup(webArns.green, { total: 2, healthy: 0 })
    walk.cloud.inject({
      before: ({ action }) => {
        if (action === 'router.write') throw new TransientError('throttled')
      },
    })
    return id
  }

  it('for an hour calls a person, keeps the service taken, and is done by the check as soon as it can be', async () => {
    const id = await failRollBack()
    const failed = await walk.until(id, 'rollback-failed', 5400)
    expect(failed).toMatchObject({ goal: 'snapshot', cause: { type: 'gate', gate: 'target-health' } })
    const seconds = walk.clock.now() - Date.parse((await phaseAt(id, 'rolling-back')) ?? '')
    expect(seconds / 1000).toBeGreaterThanOrEqual(3600)
    expect(walk.pages).toHaveLength(1)
    await walk.advance(10)
    expect(walk.stepFunctions.inspect()).toMatchObject([{ status: 'FAILED' }])
    await expect(walk.start()).rejects.toMatchObject({ name: 'ConflictError', current: { deployment: id } })
    expect(walk.failedChecks.length).toBeGreaterThan(30)
    walk.cloud.inject({})
    await walk.until(id, 'rolled-back', 61)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'target-health' })
    expect(walk.pages).toHaveLength(1)
    walk.cloud.setGroup(webArns.green)
    const next = await walk.start()
    await walk.until(next.id, 'baking')
  })

  it('calls a person by the check where the workflow may not even do that, once', async () => {
    const id = await failRollBack()
    walk.taskFaults.set('NeedsAttention', () => new UpstreamError('access denied'))
    await walk.until(id, 'rollback-failed', 6600)
    const seconds = walk.clock.now() - Date.parse((await phaseAt(id, 'rolling-back')) ?? '')
    expect(seconds / 1000).toBeGreaterThanOrEqual(75 * 60)
    await walk.advance(600)
    expect(walk.pages).toHaveLength(1)
    walk.cloud.inject({})
    await walk.until(id, 'rolled-back', 61)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'target-health' })
  })

  it('is done by the workflow itself, if it can be within the hour', async () => {
    const id = await failRollBack()
    walk.checksOn = false
    await walk.until(id, 'rolling-back', 1200)
    await walk.advance(1800)
    walk.cloud.inject({})
    await walk.until(id, 'rolled-back', 120)
    await walk.advance(1)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'target-health' })
    expect(walk.pages).toEqual([])
  })

  const phaseAt = async (id: string, phase: string) => (await walk.events(id)).find(({ to }) => to === phase)?.at
})
