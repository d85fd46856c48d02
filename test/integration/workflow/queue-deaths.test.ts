import { afterEach, describe, expect, it } from 'vitest'
import { isOver, type Phase } from '../../../shared/domain/deployment.ts'
import { TransientError } from '../../../shared/domain/errors.ts'
import { releaseLine } from '../../../shared/use-cases/release-line.ts'
import { stopLine } from '../../../shared/use-cases/stop-line.ts'
import { aDeployer as actor } from '../../support/builders.ts'
import type { PortCall, PortFaults } from '../../support/port-faults.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

const strategy = { type: 'blue-green', bakeSeconds: 60 } as const
const died = new TransientError('the process died')

let walk: Walk
afterEach(() => walk.close())

interface Death {
  /** Which call of store or workflow it is, from 1, once the first deployment bakes. */
  readonly atCall: number
  readonly side: 'before' | 'after'
}

interface Run {
  readonly calls: readonly string[]
  readonly phases: readonly Phase[]
  /** How many of them came out of the queue, or never were in it. */
  readonly begun: number
}

/** One that bakes, and two more that are asked for; whoever makes the call of `death` gets no further. */
async function run(concurrency: 'queue' | 'supersede', death: Death | null): Promise<Run> {
  walk = await startWalk({ service: { strategy, concurrency } })
  const { id: first } = await walk.start({}, 'first')
  await walk.until(first, 'baking')
  const calls: string[] = []
  const faults = watchCalls(calls, death)
  Object.assign(walk.faults.store, faults)
  Object.assign(walk.faults.workflow, faults)
  const ids = [first, await insist('second'), await insist('third')]
  for (let look = 0; look < 600; look++) {
    const all = await unseen(() => loadAll(ids))
    expect(all.filter(({ phase }) => phase !== 'queued' && !isOver(phase)).length).toBeLessThanOrEqual(1)
    if (all.every(({ phase }) => isOver(phase))) break
    await walk.advance(2)
  }
  await walk.advance(120)
  Object.assign(walk.faults.store, { before: undefined, after: undefined })
  const all = await loadAll(ids)
  return {
    calls,
    phases: all.map(({ phase }) => phase),
    begun: all.filter(({ stage }) => stage !== 'queued').length,
  }
}

const loadAll = (ids: readonly string[]) => Promise.all(ids.map((id) => walk.load(id)))

/** A look from outside: no call of any process. Nothing else runs meanwhile, as the clock stands. */
async function unseen<T>(work: () => Promise<T>): Promise<T> {
  const { before, after } = walk.faults.store
  Object.assign(walk.faults.store, { before: undefined, after: undefined })
  const answer = await work()
  Object.assign(walk.faults.store, { before, after })
  return answer
}

function watchCalls(calls: string[], death: Death | null): PortFaults {
  const dies = (side: Death['side']) => {
    if (death?.side === side && calls.length === death.atCall) throw died
  }
  return {
    before({ method }: PortCall) {
      calls.push(method)
      dies('before')
    },
    after: () => dies('after'),
  }
}

/** As a client that repeats its request until it has an answer. */
async function insist(key: string): Promise<string> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      return (await walk.start({}, key)).id
    } catch (error) {
      if (error !== died) throw error
    }
  }
  throw new Error('there was no answer')
}

/** Nothing is left behind, and no workflow ran twice. One that is superseded as it begins has none. */
async function expectNothingLeft({ begun, phases }: Run): Promise<void> {
  expect(await walk.deps.deployments.queueOf('web')).toEqual([])
  expect(await walk.deps.deployments.pointer('web')).toBeNull()
  const executions = walk.stepFunctions.inspect().length
  expect(executions).toBeLessThanOrEqual(begun)
  expect(executions).toBeGreaterThanOrEqual(phases.filter((phase) => phase === 'succeeded').length)
}

/**
 * Calls that belong to the queue: all of both requests, and from each look at the queue until a workflow starts. A death at
 * the others is what the tests of single deployments are about.
 */
function callsOfQueue(calls: readonly string[], posts: number): readonly number[] {
  let inTurn = false
  return calls.flatMap((method, index) => {
    if (method === 'queueOf' || method === 'listQueues') inTurn = true
    const belongs = index < posts || inTurn
    if (method === 'start') inTurn = false
    return belongs ? [index + 1] : []
  })
}

describe.each([
  { concurrency: 'queue', phases: ['succeeded', 'succeeded', 'succeeded'] },
  { concurrency: 'supersede', phases: ['superseded', 'superseded', 'succeeded'] },
] as const)('with $concurrency, a process that dies', ({ concurrency, phases }) => {
  it.each(['before', 'after'] as const)(
    '%s any call of the queue loses no deployment and starts none twice',
    async (side) => {
      const undisturbed = await run(concurrency, null)
      expect(undisturbed.phases).toEqual(phases)
      await expectNothingLeft(undisturbed)
      walk.close()
      const places = callsOfQueue(undisturbed.calls, 40).filter((place) => place <= 150)
      expect(places.length).toBeGreaterThan(50)
      for (const atCall of places) {
        const disturbed = await run(concurrency, { atCall, side })
        const where = `${side} call ${atCall}, ${undisturbed.calls[atCall - 1]}`
        expect({ where, phases: disturbed.phases }).toEqual({ where, phases })
        await expectNothingLeft(disturbed)
        walk.close()
      }
      walk = await startWalk()
    },
    240_000,
  )
})

describe('a start that stands still between its place and its record', () => {
  it('has its place again, although that was tidied away meanwhile', async () => {
    walk = await startWalk({ service: { strategy, concurrency: 'queue' } })
    const first = await walk.start()
    walk.faults.store.before = ({ method }) => (method === 'create' ? walk.deps.clock.sleep(200_000) : undefined)
    const starting = walk.during(walk.start())
    await walk.advance(200)
    walk.faults.store.before = undefined
    const second = await starting
    await walk.untilEnded(first.id)
    expect((await walk.untilEnded(second.id)).phase).toBe('succeeded')
  })
})

describe('a process that dies after it took the service for the next one', () => {
  it('while the line is stopped: the success before it is watched on, and the next one starts when the line runs', async () => {
    const lateWatch = { seconds: 3600, action: 'notify' } as const
    walk = await startWalk({ service: { strategy, concurrency: 'queue', lateWatch } })
    const [first, second] = [await walk.start(), await walk.start()]
    walk.faults.store.after = ({ method, args: [, id] }) => {
      if (method === 'takePointer' && id === second.id) throw died
    }
    await walk.untilEnded(first.id)
    expect(await walk.deps.deployments.pointer('web')).toBe(second.id)
    await walk.during(stopLine(walk.deps, { actor, reason: 'incident 7' }))
    walk.faults.store.after = undefined
    await walk.advance(120)
    expect(await walk.deps.deployments.watched('web')).toBe(first.id)
    await walk.during(releaseLine(walk.deps, { actor }))
    expect((await walk.untilEnded(second.id)).phase).toBe('succeeded')
  })
})
