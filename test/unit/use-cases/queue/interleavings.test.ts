import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTasks } from '../../../../local/functions.ts'
import type { Deps } from '../../../../shared/deps.ts'
import { type Deployment, isOver } from '../../../../shared/domain/deployment.ts'
import type { Concurrency } from '../../../../shared/domain/service.ts'
import { abort } from '../../../../shared/use-cases/abort.ts'
import { changeDeployment } from '../../../../shared/use-cases/change-deployment.ts'
import { checkOpenDeployments } from '../../../../shared/use-cases/check-open-deployments.ts'
import { closeAndStartNext } from '../../../../shared/use-cases/queue/close-and-start-next.ts'
import { startDeployment } from '../../../../shared/use-cases/start-deployment.ts'
import { aDeployer, aService } from '../../../support/builders.ts'
import { invokeRollBack } from '../../../support/invoke-roll-back.ts'
import { createMemoryApi } from '../../../support/memory-api.ts'

const actor = aDeployer
/** What one actor does; several run at the same time, each store call at a moment of its own. */
const anAct = fc.oneof(
  { weight: 4, arbitrary: fc.constant('post' as const) },
  { weight: 3, arbitrary: fc.constant('end' as const) },
  { weight: 2, arbitrary: fc.constant('check' as const) },
  { weight: 1, arbitrary: fc.constant('abort' as const) },
)
/** After how many store calls a process dies; null: it lives. */
const aDeath = fc.option(fc.nat({ max: 25 }), { freq: 3 })
/** Each list is done one after the other, the lists at the same time. */
const someActors = fc.array(fc.array(fc.record({ act: anAct, dies: aDeath }), { minLength: 1, maxLength: 6 }), {
  minLength: 2,
  maxLength: 4,
})

interface Post {
  readonly id: string
  /** By a clock that ticks with every request and every answer: order in time. */
  readonly askedAt: number
  answeredAt: number
}

/** One world in which every store call waits until `scheduler` lets it go. */
async function createWorld(scheduler: fc.Scheduler, concurrency: Concurrency) {
  const { deps, clock } = createMemoryApi()
  await deps.services.put(aService({ concurrency }))
  const begun: string[] = []
  const crowds: string[] = []
  const posts: Post[] = []
  let ticks = 0

  /** Sees each save as it takes effect: who begins, and who else is open then. */
  async function look(saved: Deployment): Promise<void> {
    if (saved.phase !== 'preparing' || begun.includes(saved.id)) return
    begun.push(saved.id)
    const { items } = await deps.deployments.list({}, { limit: 100, cursor: null })
    const open = items.filter(({ phase }) => phase !== 'queued' && !isOver(phase)).map(({ id }) => id)
    if (open.length > 1) crowds.push(open.join(' and '))
  }
  /** The world without faults, in which everything happens at once. */
  const seen: Deps = {
    ...deps,
    deployments: {
      ...deps.deployments,
      async save(next) {
        await deps.deployments.save(next)
        await look(next)
      },
    },
  }

  /** What a process sees: it dies at its call number `dies`. */
  function processOf(dies: number | null): Deps {
    let calls = 0
    const slowly = <Port extends object>(port: Port): Port =>
      new Proxy(port, {
        get(target, method, receiver) {
          const value: unknown = Reflect.get(target, method, receiver)
          if (typeof value !== 'function') return value
          return async (...args: readonly unknown[]) => {
            await scheduler.schedule(Promise.resolve(), String(method))
            if (dies !== null && ++calls > dies) throw new Error('the process died')
            return value.apply(target, args)
          }
        },
      })
    const own: Deps = { ...seen, deployments: slowly(seen.deployments), workflow: slowly(seen.workflow) }
    const rollBack: Deps['rollBackInvoker']['rollBack'] = (deploymentId, cause) =>
      invokeRollBack(createTasks(own), { deploymentId, cause })
    return { ...own, rollBackInvoker: { rollBack } }
  }

  const openOne = async (deps: Deps) => {
    const id = await deps.deployments.pointer('web')
    const deployment = id === null ? null : await deps.deployments.load(id)
    return deployment && deployment.phase !== 'queued' ? deployment : null
  }
  const acts: Record<'post' | 'end' | 'check' | 'abort', (deps: Deps) => Promise<unknown>> = {
    async post(deps) {
      const askedAt = ++ticks
      const { id } = await startDeployment(deps, { key: `key-${askedAt}`, request: { service: 'web' }, actor })
      posts.push({ id, askedAt, answeredAt: ++ticks })
    },
    /** As the workflow does it: the end is recorded, then Close runs. */
    async end(deps) {
      const open = await openOne(deps)
      if (!open) return
      await changeDeployment(deps, open.id, ({ phase }) =>
        phase === 'preparing' ? { type: 'refused', findings: [], reason: 'it ends here' } : null,
      )
      await closeAndStartNext(deps, open.id)
    },
    check: checkOpenDeployments,
    async abort(deps) {
      const [entry] = (await deps.deployments.queueOf('web')).slice(-1)
      if (entry) await abort(deps, entry.id, { actor })
    },
  }
  return { seen, clock, begun, crowds, posts, acts, processOf }
}

const died = () => undefined

describe.each(['queue', 'supersede'] as const)('with %s, whatever happens at the same time', (concurrency) => {
  it('each deployment starts once, in order, alone, and none is lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), someActors, async (scheduler, actors) => {
        const world = await createWorld(scheduler, concurrency)
        const { seen, begun, posts } = world
        const running = actors.map(async (acts) => {
          for (const { act, dies } of acts) await world.acts[act](world.processOf(dies)).catch(died)
        })
        await scheduler.waitFor(Promise.all(running))
        // What broke off before it had a record is given up after two minutes; the rest comes to its end.
        await world.clock.sleep(130_000)
        for (let round = 0; round < 40; round++) {
          await checkOpenDeployments(seen)
          await world.acts.end(seen)
        }
        const { items } = await seen.deployments.list({}, { limit: 100, cursor: null })
        expect(items.filter(({ phase }) => !isOver(phase))).toEqual([])
        expect(await seen.deployments.queueOf('web')).toEqual([])
        expect(await seen.deployments.pointer('web')).toBeNull()
        expect(world.crowds).toEqual([])
        expect(new Set(begun).size).toBe(begun.length)
        // Nobody passes by: every record either began or was ended as it waited.
        const inQueue = items.filter(({ stage }) => stage === 'queued')
        expect([...begun, ...inQueue.map(({ id }) => id)].sort()).toEqual(items.map(({ id }) => id).sort())
        expect(inQueue.every(({ phase }) => phase === 'aborted' || phase === 'superseded')).toBe(true)
        for (const a of posts)
          for (const b of posts)
            if (a.answeredAt < b.askedAt && begun.includes(a.id) && begun.includes(b.id))
              expect(begun.indexOf(a.id)).toBeLessThan(begun.indexOf(b.id))
      }),
      { numRuns: 200 },
    )
  }, 60_000)
})
