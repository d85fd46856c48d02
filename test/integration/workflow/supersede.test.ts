import { afterEach, describe, expect, it } from 'vitest'
import type { FreezeWindow } from '../../../shared/domain/freeze.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { needsAttention } from '../../../shared/use-cases/needs-attention.ts'
import { readDeployment } from '../../../shared/use-cases/read-deployment.ts'
import { resume } from '../../../shared/use-cases/resume.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { greenWrites } from '../../support/walk-checks.ts'
import { refuseWrites } from '../../support/walk-phases.ts'
import { startWalk, type Walk, type WalkOptions } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const actor = aDeployer
const canary = { type: 'canary', percent: 10, intervalSeconds: 600, bakeSeconds: 60 } as const

/** One that bakes at 10 %. */
async function baking(service: WalkOptions['service'] = {}): Promise<string> {
  walk = await startWalk({ service: { strategy: canary, concurrency: 'supersede', ...service } })
  const { id } = await walk.start()
  await walk.until(id, 'baking')
  return id
}

const reasonOf = async (id: string) => (await readDeployment(walk.deps, id)).queue?.reason
const phasesOf = async (...ids: readonly string[]) => Promise.all(ids.map(async (id) => (await walk.load(id)).phase))

describe('a deployment that takes over', () => {
  it('has the open one restored first, and starts then', async () => {
    const first = await baking()
    const second = await walk.start({ reason: 'release 43' })
    expect(second.phase).toBe('preparing')
    expect(await walk.load(first)).toMatchObject({
      phase: 'superseded',
      weight: 0,
      cause: { type: 'superseded', actor, reason: `${second.id} takes over: release 43` },
    })
    expect(walk.green()).toBe(0)
    await walk.untilEnded(second.id)
    expect(await walk.load(second.id)).toMatchObject({ phase: 'succeeded', stable: 'blue', canary: 'green' })
    expect(greenWrites(walk)).toEqual([10, 0, 10, 100])
    expect(walk.pages).toEqual([])
  })

  it('starts where the open one has just succeeded, and leaves that as it is', async () => {
    const first = await baking()
    await walk.untilEnded(first)
    await walk.deps.deployments.takePointer('web', first)
    const { id, phase, canary: to } = await walk.start()
    expect({ phase, to }).toEqual({ phase: 'preparing', to: 'blue' })
    expect(await phasesOf(first)).toEqual(['succeeded'])
    await walk.untilEnded(id)
    expect(await phasesOf(id)).toEqual(['succeeded'])
  })

  it('takes the place of those who wait as well: none of them ever has traffic', async () => {
    const first = await baking({ concurrency: 'queue' })
    const waiting = [await walk.start(), await walk.start()].map(({ id }) => id)
    const service = await walk.deps.services.get('web')
    if (!service) throw new Error('there is no service')
    await walk.deps.services.put({ ...service, concurrency: 'supersede' })
    const { id } = await walk.start()
    expect(await phasesOf(first, ...waiting, id)).toEqual(['superseded', 'superseded', 'superseded', 'verifying'])
    expect(await walk.deps.deployments.queueOf('web')).toEqual([])
    await walk.untilEnded(id)
    for (const one of waiting) expect(await walk.deps.workflow.status(one, 1)).toBe('unknown')
  })

  it('is itself superseded by the next one while it waits', async () => {
    const first = await baking()
    refuseWrites(walk)
    const second = await walk.start()
    const third = await walk.start()
    expect(await phasesOf(first, second.id, third.id)).toEqual(['rolling-back', 'superseded', 'queued'])
    walk.cloud.inject({})
    await walk.untilEnded(third.id)
    expect(await phasesOf(first, second.id, third.id)).toEqual(['superseded', 'superseded', 'succeeded'])
  })

  it('does not come before a person: the open one that is aborted meanwhile ends as aborted', async () => {
    const first = await baking()
    refuseWrites(walk)
    const { id } = await walk.start()
    await walk.during(abort(walk.deps, first, { actor, reason: 'enough' }))
    walk.cloud.inject({})
    await walk.untilEnded(id)
    expect(await walk.load(first)).toMatchObject({ phase: 'aborted', cause: { type: 'command', reason: 'enough' } })
    expect(await phasesOf(id)).toEqual(['succeeded'])
  })

  it('is started by the workflow or the check where the roll-back function cannot be called', async () => {
    const first = await baking()
    walk.taskFaults.set('RollBack', (call) => (call === 1 ? new Error('no function') : undefined))
    const { id, phase } = await walk.start()
    expect(phase).toBe('queued')
    await walk.untilEnded(id)
    expect(await phasesOf(first, id)).toEqual(['superseded', 'succeeded'])
  })

  it('waits behind one that cannot be restored, with a reason, and starts when it is', async () => {
    const first = await baking()
    refuseWrites(walk)
    const { id } = await walk.start()
    expect(await reasonOf(id)).toBe(`${first} is rolling-back: ${id} takes over`)
    await walk.during(needsAttention(walk.deps, first, 'for an hour'))
    expect(await reasonOf(id)).toMatch(/^dep_\w+ could not be restored/)
    walk.cloud.inject({})
    await walk.until(id, 'baking', 300)
    expect(await phasesOf(first)).toEqual(['rolled-back'])
  })
})

const window: FreezeWindow = { cron: '1 0 * * *', durationSeconds: 3600, timeZone: 'UTC', reason: 'stocktaking' }

it('takes nothing back for one that cannot start: in a freeze window the open one stays until its end', async () => {
  const first = await baking({ freeze: [window] })
  await walk.advance(90)
  const { id } = await walk.start()
  await walk.advance(1800)
  expect(await phasesOf(first, id)).toEqual(['shifting', 'queued'])
  expect((await walk.load(id)).waitsFor).toMatchObject({ finding: 'freeze' })
  expect(greenWrites(walk)).toEqual([10])
  await walk.untilEnded(id)
  expect(await phasesOf(first, id)).toEqual(['superseded', 'succeeded'])
})

describe('an open deployment whose stable side could not carry what comes back', () => {
  const held = async () => {
    const first = await baking()
    walk.cloud.setGroup(webArns.blue, { total: 2, healthy: 0 })
    const { id, phase } = await walk.start()
    expect(phase).toBe('queued')
    return { first, id }
  }

  it('halts and calls a person instead, and the new one waits with the reason', async () => {
    const { first, id } = await held()
    expect(await walk.load(first)).toMatchObject({ phase: 'halted', weight: 10, cause: { type: 'superseded' } })
    expect(walk.pages).toHaveLength(1)
    expect(await reasonOf(id)).toMatch(new RegExp(`^${first} cannot be taken back: .*stable`))
    await walk.advance(600)
    expect(await phasesOf(first, id)).toEqual(['halted', 'queued'])
    expect(walk.pages).toHaveLength(1)
    expect(greenWrites(walk)).toEqual([10])
  })

  it('is taken back as soon as stable is well again', async () => {
    const { first, id } = await held()
    walk.cloud.setGroup(webArns.blue)
    await walk.untilEnded(id)
    expect(await phasesOf(first, id)).toEqual(['superseded', 'succeeded'])
  })

  it('goes on where a person lets it: it is not halted again for the same reason', async () => {
    const { first, id } = await held()
    await walk.during(resume(walk.deps, first, { actor }))
    await walk.advance(180)
    expect(await phasesOf(first, id)).toEqual(['baking', 'queued'])
    expect(walk.pages).toHaveLength(1)
    // Nothing is raised either while stable could not take it back.
    const share = walk.green()
    await walk.until(first, 'shifting', 3600)
    await walk.advance(60)
    expect(walk.green()).toBe(share)
  })
})
