import { afterEach, describe, expect, it } from 'vitest'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { TransientError } from '../../../shared/domain/errors.ts'
import type { Service } from '../../../shared/domain/service.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { treatDrift } from '../../../shared/use-cases/check-drift.ts'
import { findDrift } from '../../../shared/use-cases/find-drift.ts'
import { pause } from '../../../shared/use-cases/pause.ts'
import { promote } from '../../../shared/use-cases/promote.ts'
import { resume } from '../../../shared/use-cases/resume.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { expectSoundEnd, greenWrites } from '../../support/walk-checks.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const actor = aDeployer
const strategy = { type: 'canary', percent: 10, intervalSeconds: 3600, bakeSeconds: 3600 } as const
const split = (green: number) => ({ blue: 100 - green, green })
const setGreen = (green: number) =>
  walk.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 100 - green, [webArns.green]: green } })
const wait = { type: 'wait', until: null } as const

async function baking(onDrift: Service['onDrift']): Promise<Deployment> {
  walk = await startWalk({ service: { strategy, onDrift } })
  const { id } = await walk.start()
  return walk.until(id, 'baking')
}

/** What a check found that then stood still, and what is done with it later. */
async function findAndStandStill(deployment: Deployment) {
  setGreen(50)
  const found = await walk.during(findDrift(walk.deps, deployment))
  expect(found).toHaveLength(1)
  return () => walk.during(treatDrift(walk.deps, deployment, found, wait))
}

describe('a check that stood still with a foreign change in hand', () => {
  const moves: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
    'a person paused': (id: string) => pause(walk.deps, id, { actor, timeoutSeconds: 0 }),
    'a person went on to the next step': (id: string) => promote(walk.deps, id, { actor, full: false }),
    'everything was taken back': (id: string) => abort(walk.deps, id, { actor }),
  }
  const cases = (['halt', 'roll-back', 'overwrite'] as const).flatMap((onDrift) =>
    Object.entries(moves).map(([name, move]) => [onDrift, name, move] as const),
  )
  it.each(cases)('does nothing with onDrift %s when %s', async (onDrift, _, move) => {
    const deployment = await baking(onDrift)
    const treat = await findAndStandStill(deployment)
    await walk.during(move(deployment.id))
    const [before, pages] = [await walk.load(deployment.id), walk.pages.length]
    await treat()
    expect([await walk.load(deployment.id), walk.pages.length]).toEqual([before, pages])
  })

  it('notes nothing of a pause that is over', async () => {
    const { id } = await baking('overwrite')
    await walk.during(pause(walk.deps, id, { actor, timeoutSeconds: 0 }))
    const treat = await findAndStandStill(await walk.load(id))
    await walk.during(resume(walk.deps, id, { actor }))
    await treat()
    expect((await walk.load(id)).routes[0]).not.toHaveProperty('drift')
    expect(walk.pages).toEqual([])
  })
})

describe('two checks that find the same change', () => {
  it.each(['halt', 'overwrite'] as const)('treat it once, with onDrift %s', async (onDrift) => {
    const deployment = await baking(onDrift)
    setGreen(50)
    const found = await walk.during(findDrift(walk.deps, deployment))
    const both = [0, 1].map(() => treatDrift(walk.deps, deployment, found, wait))
    await walk.during(Promise.all(both))
    const told = (await walk.events(deployment.id)).filter(({ after, type }) => after?.green === 50 && type !== 'write')
    expect(told).toHaveLength(1)
    expect(walk.pages).toHaveLength(onDrift === 'halt' ? 1 : 0)
  })

  it('call a person once while it is paused', async () => {
    const { id } = await baking('overwrite')
    await walk.during(pause(walk.deps, id, { actor, timeoutSeconds: 0 }))
    const paused = await walk.load(id)
    setGreen(50)
    const found = await walk.during(findDrift(walk.deps, paused))
    await walk.during(Promise.all([0, 1].map(() => treatDrift(walk.deps, paused, found, wait))))
    expect(walk.pages).toHaveLength(1)
  })
})

describe('a process that dies', () => {
  it('after it wrote over a foreign change has noted before what was there', async () => {
    const { id } = await baking('overwrite')
    setGreen(50)
    let deaths = 0
    walk.faults.store.before = ({ method, args }) => {
      const [next] = args as [Deployment]
      if (method !== 'save' || next.lastEvents.at(-1)?.type !== 'write') return
      deaths++
      throw new TransientError('the process died')
    }
    await walk.during(promote(walk.deps, id, { actor, full: false }))
    await walk.advance(10)
    expect({ died: deaths > 0, green: walk.green() }).toEqual({ died: true, green: 100 })
    const told = (await walk.events(id)).filter(({ after }) => after?.green === 50)
    expect(told).toMatchObject([{ type: 'note', resource: webArns.rule, before: split(10), after: split(50) }])
    expect(told[0]?.reason).toMatch(/found blue 50, green 50; it is written over$/)
    walk.faults.store.before = undefined
    await walk.untilEnded(id, 9000)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
    expect(greenWrites(walk)).toEqual([10, 100])
  })
})
