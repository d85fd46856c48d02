import { afterEach, describe, expect, it } from 'vitest'
import { TransientError } from '../../../shared/domain/errors.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { prepare } from '../../../shared/use-cases/prepare.ts'
import { rollBack } from '../../../shared/use-cases/roll-back.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const strategy = { type: 'canary', percent: 10, intervalSeconds: 600, bakeSeconds: 600 } as const
const cause = { type: 'drift', reason: 'a test' } as const

describe('a rollback', () => {
  it('of a rule that somebody deleted ends, calls a person and frees the service', async () => {
    walk = await startWalk({ service: { strategy } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    walk.cloud.routing.remove(webArns.rule)
    const { restored } = await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    expect(restored).toBe(true)
    expect((await walk.load(id)).phase).toBe('aborted')
    expect(walk.pages.map(({ message }) => message)).toEqual([expect.stringContaining('is gone')])
    expect(await walk.deps.deployments.pointer('web')).toBeNull()
  })

  it('that was overtaken does not write over the next deployment', async () => {
    walk = await startWalk({ service: { strategy } })
    const first = (await walk.start()).id
    await walk.until(first, 'baking')
    let release = () => {}
    walk.faults.leases.before = async ({ method }) => {
      if (method !== 'take') return
      walk.faults.leases.before = undefined
      await new Promise<void>((resolve) => {
        release = resolve
      })
    }
    // Stands still just before it takes the lease, while another actor does the whole rollback.
    const straggler = rollBack(walk.deps, first, cause)
    await walk.advance(1)
    await walk.during(rollBack(walk.deps, first, cause))
    const second = (await walk.start()).id
    await walk.until(second, 'baking')
    expect(walk.green()).toBe(10)
    release()
    await walk.during(straggler)
    expect(walk.green()).toBe(10)
    expect(await walk.load(second)).toMatchObject({ phase: 'baking', weight: 10 })
  })
})

describe('a deployment whose service was taken by another one', () => {
  it('is refused by Prepare, before anything is written', async () => {
    walk = await startWalk({ service: { strategy }, checkSeconds: 0 })
    walk.faults.workflow.before = () => {
      throw new TransientError('throttled')
    }
    const { id } = await walk.start()
    await walk.deps.deployments.freePointer('web', id)
    await walk.deps.deployments.takePointer('web', 'dep_01KDVDNC00000000000000WEB9')
    await prepare(walk.deps, id)
    expect(await walk.load(id)).toMatchObject({ phase: 'rejected', cause: { type: 'preflight' } })
    expect(await walk.deps.deployments.pointer('web')).toBe('dep_01KDVDNC00000000000000WEB9')
    expect(walk.cloud.routing.writes).toEqual([])
  })
})
