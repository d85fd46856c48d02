import { afterEach, describe, expect, it } from 'vitest'
import { ConflictError, TransientError } from '../../../shared/domain/errors.ts'
import { expectSoundEnd, greenWrites } from '../../support/walk-checks.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const strategy = { type: 'blue-green', bakeSeconds: 60 } as const
const lost = new TransientError('the process died')

/** The four steps of creation, each with its port. */
const steps = [
  ['store', 'claimKey'],
  ['store', 'takePointer'],
  ['store', 'create'],
  ['workflow', 'start'],
] as const

const rows = steps.flatMap(([port, method]) => [[port, method, 'before'] as const, [port, method, 'after'] as const])

describe('a start that dies', () => {
  it.each(rows)('at %s.%s, %s it took effect: repeated with the same key it goes on', async (port, method, side) => {
    walk = await startWalk({ service: { strategy } })
    walk.faults[port][side] = (call) => {
      if (call.method === method) throw lost
    }
    const first = await walk.start({}, 'key').catch((error: unknown) => error)
    // Without an answer of StartExecution there is a record all the same: the caller gets it.
    if (method !== 'start') expect(first).toBe(lost)
    walk.faults[port][side] = undefined
    const { id } = await walk.start({}, 'key')
    const again = await walk.start({}, 'key')
    expect(again.id).toBe(id)
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
    expect(greenWrites(walk)).toEqual([100])
    await walk.advance(1)
    expect(walk.stepFunctions.inspect()).toHaveLength(1)
    expect((await walk.deps.deployments.list({ service: 'web' }, { limit: 10, cursor: null })).items).toHaveLength(1)
  })

  it('at StartExecution and is never repeated: the check starts it', async () => {
    walk = await startWalk({ service: { strategy } })
    walk.faults.workflow.before = ({ method }) => {
      if (method === 'start') throw lost
    }
    const { id, phase } = await walk.start()
    expect(phase).toBe('preparing')
    await walk.advance(65)
    expect(walk.stepFunctions.inspect()).toEqual([])
    walk.faults.workflow.before = undefined
    await walk.untilEnded(id, 300)
    expect(await expectSoundEnd(walk, id)).toMatchObject({ phase: 'succeeded', execution: 1 })
  })

  it('between the pointer and the record and is never repeated: the check frees the service', async () => {
    walk = await startWalk({ service: { strategy } })
    walk.faults.store.before = ({ method }) => {
      if (method === 'create') throw lost
    }
    await expect(walk.start({}, 'first')).rejects.toBe(lost)
    walk.faults.store.before = undefined
    await expect(walk.start({}, 'second')).rejects.toThrow(ConflictError)
    await walk.advance(200)
    const { id } = await walk.start({}, 'third')
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })
})

describe('an Idempotency-Key', () => {
  it('gives the same deployment for the same body, however its fields are ordered', async () => {
    walk = await startWalk({ service: { strategy } })
    const first = await walk.start({ revision: 'a', reason: 'b' }, 'key')
    const second = await walk.start({ reason: 'b', revision: 'a' }, 'key')
    expect(second.id).toBe(first.id)
    await walk.untilEnded(first.id)
    const third = await walk.start({ revision: 'a', reason: 'b' }, 'key')
    expect(third).toMatchObject({ id: first.id, phase: 'succeeded' })
    expect(walk.stepFunctions.inspect()).toHaveLength(1)
  })

  it('is refused with another body, naming the deployment', async () => {
    walk = await startWalk({ service: { strategy } })
    const { id } = await walk.start({ revision: 'a' }, 'key')
    await expect(walk.start({ revision: 'b' }, 'key')).rejects.toMatchObject({
      name: 'ConflictError',
      current: { deployment: id },
    })
  })
})

describe('two starts at the same time', () => {
  it('with different keys: one runs, the other learns its id', async () => {
    walk = await startWalk({ service: { strategy } })
    const answers = await Promise.allSettled([walk.start({}, 'a'), walk.start({}, 'b')])
    const started = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.id] : []))
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []))
    expect(started).toHaveLength(1)
    expect(refused).toMatchObject([{ name: 'ConflictError', current: { deployment: started[0] } }])
  })

  it('with the same key: both get the same deployment', async () => {
    walk = await startWalk({ service: { strategy } })
    const [a, b] = await Promise.all([walk.start({}, 'a'), walk.start({}, 'a')])
    expect(a.id).toBe(b.id)
    await walk.untilEnded(a.id)
    expect((await expectSoundEnd(walk, a.id)).phase).toBe('succeeded')
    expect(greenWrites(walk)).toEqual([100])
  })
})
