import { afterEach, describe, expect, it } from 'vitest'
import { UpstreamError } from '../../../shared/domain/errors.ts'
import { rollBackService } from '../../../shared/use-cases/roll-back-service.ts'
import { stopLine } from '../../../shared/use-cases/stop-line.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { startWalk, type Walk, type WalkOptions } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const actor = aDeployer

describe('a late rollback of a service that queues', () => {
  const begin = (options: WalkOptions = {}) =>
    startWalk({ ...options, service: { strategy: { type: 'blue-green', bakeSeconds: 60 }, concurrency: 'queue' } })
  const takeBack = (force = false) =>
    rollBackService(walk.deps, { service: 'web', actor, reason: 'orders fail', force })
  /** With group stickiness the old side has left the action: whether it is healthy shows only once it is back in it. */
  async function waitForWarmth(): Promise<void> {
    walk = await begin({ stickySeconds: 60 })
    const { id } = await walk.start()
    await walk.untilEnded(id)
    walk.cloud.setGroup(webArns.blue, { total: 2, healthy: 0 })
  }

  it('is not begun past what waits in the queue, although the list does not show it yet', async () => {
    walk = await begin()
    const { id } = await walk.start()
    await walk.untilEnded(id)
    await walk.during(stopLine(walk.deps, { actor, reason: 'incident 7' }))
    const known = await walk.deps.deployments.list({ service: 'web' }, { limit: 20, cursor: null })
    const next = await walk.start()
    expect(next.phase).toBe('queued')
    const deployments = { ...walk.deps.deployments, list: async () => known }
    const late = rollBackService(
      { ...walk.deps, deployments },
      { service: 'web', actor, reason: 'orders fail', force: false },
    )
    await expect(walk.during(late)).rejects.toThrow(next.id)
    expect(await walk.deps.deployments.pointer('web')).toBeNull()
    expect(await walk.deps.deployments.watched('web')).toBe(id)
    expect(walk.green()).toBe(100)
  })

  it('that waits for its old side goes on at once when a person then forces it', async () => {
    await waitForWarmth()
    const asked = await walk.during(takeBack())
    expect(asked.restored).toBe(false)
    const forced = await walk.during(takeBack(true))
    expect([forced.deployment.id, forced.restored, walk.green()]).toEqual([asked.deployment.id, true, 0])
    expect(await walk.load(asked.deployment.id)).toMatchObject({ phase: 'rolled-back', forced: true })
  })

  it('that is refused as a rule cannot be read frees the service, which is watched again', async () => {
    await waitForWarmth()
    const of = await walk.deps.deployments.watched('web')
    const { id } = (await walk.during(takeBack())).deployment
    walk.cloud.inject({
      before: ({ action }) => {
        if (action === 'router.read') throw new UpstreamError('the rule forwards no more')
      },
    })
    await walk.until(id, 'rejected', 120)
    await walk.advance(10)
    expect([await walk.deps.deployments.pointer('web'), await walk.deps.deployments.watched('web')]).toEqual([null, of])
  })

  it('lets what was asked for meanwhile start when it has ended', async () => {
    await waitForWarmth()
    const late = (await walk.during(takeBack())).deployment
    const next = await walk.start()
    expect(next.phase).toBe('queued')
    walk.cloud.setGroup(webArns.blue)
    expect((await walk.untilEnded(late.id, 120)).phase).toBe('rolled-back')
    await walk.untilEnded(next.id)
    expect((await walk.load(next.id)).phase).toBe('succeeded')
  })
})
