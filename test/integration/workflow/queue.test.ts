import { afterEach, describe, expect, it } from 'vitest'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import type { FreezeWindow } from '../../../shared/domain/freeze.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { approve } from '../../../shared/use-cases/approve.ts'
import { needsAttention } from '../../../shared/use-cases/needs-attention.ts'
import { pause } from '../../../shared/use-cases/pause.ts'
import { promote } from '../../../shared/use-cases/promote.ts'
import { readDeployment } from '../../../shared/use-cases/read-deployment.ts'
import { releaseLine } from '../../../shared/use-cases/release-line.ts'
import { removeService } from '../../../shared/use-cases/remove-service.ts'
import { stopLine } from '../../../shared/use-cases/stop-line.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { expectSoundEnd } from '../../support/walk-checks.ts'
import { refuseWrites } from '../../support/walk-phases.ts'
import { startWalk, type Walk, type WalkOptions } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const actor = aDeployer
const strategy = { type: 'blue-green', bakeSeconds: 60 } as const
const begin = (service: WalkOptions['service'] = {}, options: WalkOptions = {}) =>
  startWalk({ ...options, service: { strategy, concurrency: 'queue', ...service } })

/** Three deployments: the first one started, the others wait. */
async function three(service: WalkOptions['service'] = {}): Promise<readonly [string, string, string]> {
  walk = await begin(service)
  const [first, second, third] = [await walk.start(), await walk.start(), await walk.start()]
  expect([first.phase, second.phase, third.phase]).toEqual(['preparing', 'queued', 'queued'])
  return [first.id, second.id, third.id]
}

const placeOf = async (id: string) => (await readDeployment(walk.deps, id)).queue
const phaseOf = async (id: string) => (await walk.load(id)).phase
const isStarted = async (id: string) => (await walk.deps.workflow.status(id, 1)) !== 'unknown'
const change = async (part: WalkOptions['service']) => {
  const service = await walk.deps.services.get('web')
  if (!service) throw new Error('there is no service')
  await walk.deps.services.put({ ...service, ...part })
}

describe('a service that queues', () => {
  it('starts at once what meets nothing', async () => {
    walk = await begin()
    const { id, phase, queued } = await walk.start({ to: 'green' })
    expect({ phase, queued }).toEqual({ phase: 'preparing', queued: { to: 'green', takesOver: false } })
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
    expect(await walk.deps.deployments.queueOf('web')).toEqual([])
  })

  it('starts the others in order, each as the one before it has ended, with the roles swapped', async () => {
    const [first, second, third] = await three()
    expect(await isStarted(second)).toBe(false)
    await walk.untilEnded(first)
    await walk.until(second, 'baking', 30)
    expect(await phaseOf(third)).toBe('queued')
    await walk.untilEnded(third)
    const ended = [await walk.load(first), await walk.load(second), await walk.load(third)]
    expect(ended.map(({ phase, stable, canary }) => [phase, stable, canary])).toEqual([
      ['succeeded', 'blue', 'green'],
      ['succeeded', 'green', 'blue'],
      ['succeeded', 'blue', 'green'],
    ])
    expect(walk.green()).toBe(100)
    expect(walk.stepFunctions.inspect()).toHaveLength(3)
  })

  it('says where each stands and what it waits for, and when it moves', async () => {
    const [first, second, third] = await three()
    expect(await placeOf(first)).toBeNull()
    expect(await placeOf(second)).toEqual({ position: 1, ahead: [first], reason: `${first} is verifying` })
    expect(await placeOf(third)).toEqual({
      position: 2,
      ahead: [first, second],
      reason: `${second} starts before it`,
    })
    await walk.untilEnded(first)
    await walk.until(second, 'baking', 30)
    expect(await placeOf(third)).toEqual({ position: 1, ahead: [second], reason: `${second} is baking` })
  })

  it('takes the settings of the service as it is at the turn, and what the request asked for', async () => {
    walk = await begin()
    const { id: first } = await walk.start()
    const { id } = await walk.start({ strategy: { type: 'blue-green', bakeSeconds: 90 } })
    await change({ settleSeconds: 33, approvals: { required: 2, timeoutSeconds: 600 } })
    await walk.untilEnded(first)
    await walk.until(id, 'baking', 120)
    expect((await walk.load(id)).settings).toMatchObject({
      strategy: { type: 'blue-green', bakeSeconds: 90 },
      settleSeconds: 33,
      approvals: { required: 2, timeoutSeconds: 600 },
    })
  })

  it('rejects at its turn what asked for a slot that serves by then, and goes on to the next', async () => {
    walk = await begin()
    const { id: first } = await walk.start()
    const { id: second } = await walk.start({ to: 'green' })
    const { id: third } = await walk.start({ to: 'blue' })
    await walk.untilEnded(first)
    await walk.untilEnded(third)
    expect(await walk.load(second)).toMatchObject({
      phase: 'rejected',
      cause: { type: 'preflight', reason: '"green" serves already' },
    })
    expect(await isStarted(second)).toBe(false)
    expect(await phaseOf(third)).toBe('succeeded')
  })

  it('refuses at once what asks for the slot that serves and has nothing before it', async () => {
    walk = await begin()
    await expect(walk.start({ to: 'blue' })).rejects.toThrow('"blue" serves already')
    expect(await walk.deps.deployments.queueOf('web')).toEqual([])
  })

  it('goes on after a rollback, to the same slot', async () => {
    const [first, second] = await three()
    await walk.until(first, 'baking')
    await walk.during(abort(walk.deps, first, { actor }))
    await walk.untilEnded(second)
    expect([await phaseOf(first), (await walk.load(second)).canary]).toEqual(['aborted', 'green'])
  })

  it('still gives their turn to those who wait when it queues no more, and starts nothing past them', async () => {
    const [first, second, third] = await three()
    await change({ concurrency: 'reject' })
    await walk.until(first, 'baking')
    await expect(walk.start()).rejects.toMatchObject({ current: { deployment: second } })
    await walk.untilEnded(third)
    expect([await phaseOf(second), await phaseOf(third)]).toEqual(['succeeded', 'succeeded'])
    expect((await walk.start()).phase).toBe('preparing')
  })

  it('is not removed while anything waits', async () => {
    const [first, second, third] = await three()
    await walk.until(first, 'baking')
    for (const id of [third, second]) {
      await walk.deps.deployments.freePointer('web', first)
      await expect(removeService(walk.deps, 'web')).rejects.toThrow('has deployments that wait for their turn')
      await walk.deps.deployments.takePointer('web', first)
      await walk.during(abort(walk.deps, id, { actor }))
    }
    await walk.untilEnded(first)
    await removeService(walk.deps, 'web')
  })

  it('rejects what waits when it is gone all the same', async () => {
    const [first, second, third] = await three()
    await walk.deps.services.delete('web', 1)
    await walk.untilEnded(third)
    expect(await phaseOf(first)).toBe('succeeded')
    for (const id of [second, third])
      expect((await walk.load(id)).cause?.reason).toBe('service "web" was removed while the deployment waited')
    expect(await walk.deps.deployments.queueOf('web')).toEqual([])
  })

  it('lets no more than 20 wait', async () => {
    walk = await begin()
    for (let n = 0; n <= 20; n++) await walk.start({}, `key-of-${n}`)
    await expect(walk.start()).rejects.toThrow(
      '20 deployments of service "web" wait already, and no more than 20 may; try again when one has started, or abort one',
    )
    expect(await walk.deps.deployments.queueOf('web')).toHaveLength(20)
  })
})

describe('a deployment in the queue', () => {
  it('is aborted at once, and those behind it move up', async () => {
    const [first, second, third] = await three()
    const { restored, deployment } = await walk.during(abort(walk.deps, second, { actor, reason: 'enough' }))
    expect({ restored, phase: deployment.phase }).toEqual({ restored: true, phase: 'aborted' })
    expect(await walk.during(abort(walk.deps, second, { actor }))).toMatchObject({ restored: true })
    expect(await placeOf(third)).toMatchObject({ position: 1, ahead: [first] })
    await walk.untilEnded(third)
    expect(await isStarted(second)).toBe(false)
    expect(await phaseOf(third)).toBe('succeeded')
  })

  it('is aborted only where its caller thinks it is', async () => {
    const [, second] = await three()
    await expect(abort(walk.deps, second, { actor, expectedVersion: 7 })).rejects.toThrow('the deployment is at 1')
    await abort(walk.deps, second, { actor, expectedVersion: 1 })
    expect(await phaseOf(second)).toBe('aborted')
  })

  it('takes no other command', async () => {
    const [, second] = await three()
    for (const command of [
      pause(walk.deps, second, { actor, timeoutSeconds: 60 }),
      promote(walk.deps, second, { actor, full: true }),
      approve(walk.deps, second, { actor }),
    ])
      await expect(command).rejects.toThrow(`${second} is queued: it has no traffic until its turn comes`)
    expect(await phaseOf(second)).toBe('queued')
  })

  it('waits behind one that cannot be restored, and starts when it is', async () => {
    const [first, second] = await three()
    await walk.until(first, 'baking')
    refuseWrites(walk)
    await walk.during(abort(walk.deps, first, { actor }))
    await walk.during(needsAttention(walk.deps, first, 'for an hour'))
    await walk.advance(180)
    expect(await placeOf(second)).toEqual({
      position: 1,
      ahead: [first],
      reason: `${first} could not be restored; that is tried again every minute, and a person was called`,
    })
    walk.cloud.inject({})
    await walk.until(second, 'baking', 300)
    expect(await phaseOf(first)).toBe('rolled-back')
  })
})

/** The walk begins on 1 January 2026 at 00:00 UTC. */
const window: FreezeWindow = { cron: '1 0 * * *', durationSeconds: 3600, timeZone: 'UTC', reason: 'stocktaking' }
const ends = '2026-01-01T01:01:00.000Z'

describe('a turn that comes in a freeze window', () => {
  it('is put off to its end, with the reason, while the service stays free', async () => {
    const [first, second, third] = await three({ freeze: [window] })
    await walk.untilEnded(first)
    await walk.until(second, ({ waitsFor }) => waitsFor != null, 120)
    expect(await walk.load(second)).toMatchObject({
      phase: 'queued',
      nextActionAt: ends,
      waitsFor: { finding: 'freeze', until: ends },
    })
    expect(await walk.deps.deployments.pointer('web')).toBeNull()
    expect((await placeOf(second))?.reason).toMatch(/^the freeze window "1 0 \* \* \*" \(UTC\) is open/)
    await walk.advance((Date.parse(ends) - walk.clock.now()) / 1000 - 1)
    expect([await phaseOf(second), await phaseOf(third)]).toEqual(['queued', 'queued'])
    await walk.until(second, 'baking', 120)
    const notes = (await walk.events(second)).filter(({ reason }) => reason.startsWith('the start waits'))
    expect(notes).toHaveLength(1)
    await walk.untilEnded(third)
    expect(await phaseOf(third)).toBe('succeeded')
  })

  it('is not put off where the window was overridden, or the service has lost it', async () => {
    walk = await begin({ freeze: [window], strategy: { type: 'blue-green', bakeSeconds: 300 } })
    const { id: first } = await walk.start()
    const { id: second } = await walk.start({ override: [{ finding: 'freeze', reason: 'ticket 12' }] })
    const { id: third } = await walk.start()
    await walk.untilEnded(first)
    await walk.untilEnded(second, 600)
    await walk.until(third, ({ waitsFor }) => waitsFor != null, 120)
    await change({ freeze: [] })
    await walk.untilEnded(third, 600)
    expect([await phaseOf(second), await phaseOf(third)]).toEqual(['succeeded', 'succeeded'])
  })
})

it('is prepared, and raises nothing, where the line is stopped just after its turn came', async () => {
  const [first, second] = await three()
  let isStopped = false
  walk.faults.store.after = async ({ method, args }) => {
    const [record] = args as [Deployment]
    if (isStopped || method !== 'save' || record.id !== second || record.stage !== 'preparing') return
    isStopped = true
    await stopLine(walk.deps, { actor, reason: 'incident 7' })
  }
  await walk.untilEnded(first)
  const serving = walk.green()
  const waiting = await walk.until(second, ({ phase, waitsFor }) => phase === 'shifting' && waitsFor != null, 300)
  expect(waiting).toMatchObject({ waitsFor: { finding: 'stopped' }, weight: 0 })
  expect(waiting.findings).toContainEqual(expect.objectContaining({ id: 'stopped', severity: 'warning' }))
  expect({ isStopped, green: walk.green() }).toEqual({ isStopped: true, green: serving })
  await walk.during(releaseLine(walk.deps, { actor }))
  await walk.untilEnded(second)
  expect(await phaseOf(second)).toBe('succeeded')
})

it('waits while the line is stopped, and starts within a minute of its release', async () => {
  const [first, second] = await three()
  await walk.until(first, 'baking')
  await stopLine(walk.deps, { actor, reason: 'incident 7' })
  await walk.untilEnded(first)
  await walk.advance(600)
  expect(await walk.load(second)).toMatchObject({ phase: 'queued', nextActionAt: null, waitsFor: { until: null } })
  await walk.during(releaseLine(walk.deps, { actor }))
  await walk.until(second, ({ phase }) => phase !== 'queued', 65)
  await walk.untilEnded(second)
  expect(await phaseOf(second)).toBe('succeeded')
})

it('looks at everything again at its turn: each is rejected for what is so then, and the next one gets its turn', async () => {
  const [first, second, third] = await three()
  await walk.until(first, 'baking')
  walk.cloud.setGroup(webArns.blue, { total: 0 })
  await walk.untilEnded(third)
  for (const id of [second, third])
    expect(await walk.load(id)).toMatchObject({
      ...{ phase: 'rejected', canary: 'blue', execution: 1 },
      cause: { type: 'preflight', reason: expect.stringContaining('canary-empty') },
    })
  expect(await walk.deps.deployments.queueOf('web')).toEqual([])
  expect(await walk.deps.deployments.watched('web')).toBe(first)
})
