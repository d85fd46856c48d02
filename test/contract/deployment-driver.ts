import { beforeEach, describe, expect, it } from 'vitest'
import type { CodeDeployRevision } from '../../shared/domain/codedeploy-revision.ts'
import { type DriverProgress, hasEnded } from '../../shared/domain/driver-progress.ts'
import { ConflictError, NotFoundError, UpstreamError } from '../../shared/domain/errors.ts'
import type { CodeDeployRoute } from '../../shared/domain/service.ts'
import type { Strategy } from '../../shared/domain/strategy.ts'
import type { DeploymentDriver, DriverFor, DriverWish } from '../../shared/ports/deployment-driver.ts'

/** What the ECS group of a suite waits for. */
export interface GroupWaits {
  /** How long it waits at `Ready`, minutes; null: it goes on by itself. */
  readonly readyMinutes: number | null
  /** How long it keeps the old tasks, minutes. */
  readonly terminationMinutes: number
}

/** CodeDeploy with one ECS group in it, all traffic on blue and nothing deployed yet. */
export interface DrivenWorld {
  readonly driverFor: DriverFor
  readonly route: CodeDeployRoute
  /** A group that does not exist, of an application that does. */
  readonly missing: CodeDeployRoute
  /** Of the group's service; another number is another revision. */
  revision(number: number): CodeDeployRevision
  now(): number
  /** Lets so much time go by. */
  pass(minutes: number): Promise<void>
  /** What the load balancer sends to green, percent. */
  greenShare(): Promise<number>
}

const canary = { type: 'canary', percent: 10, intervalSeconds: 300, bakeSeconds: 0 } as const satisfies Strategy
const ecsEvents = [
  ...['BeforeInstall', 'Install', 'AfterInstall', 'AllowTestTraffic', 'AfterAllowTestTraffic'],
  ...['BeforeAllowTraffic', 'AllowTraffic', 'AfterAllowTraffic'],
]
const all = (status: string) => ecsEvents.map((name) => ({ name, status }))

/** The written meaning of {@link DeploymentDriver}. */
export function describeDeploymentDriver(name: string, make: (waits: GroupWaits) => Promise<DrivenWorld>): void {
  const noWaits = { readyMinutes: null, terminationMinutes: 0 }
  let world: DrivenWorld
  let driver: DeploymentDriver
  async function open(waits: GroupWaits): Promise<void> {
    world = await make(waits)
    driver = world.driverFor(world.route)
  }
  const wish = (tag: string, settings: Partial<DriverWish> = {}): DriverWish => ({
    ...{ tag, revision: world.revision(2), strategy: canary, platform: 'ECS' },
    ...settings,
  })

  /** Reads on until it has ended, for two hours at most. */
  async function end(deploymentId: string): Promise<DriverProgress> {
    for (let minute = 0; minute < 120; minute++) {
      const progress = await driver.read(deploymentId)
      if (hasEnded(progress)) return progress
      await world.pass(1)
    }
    throw new Error(`${deploymentId} does not end`)
  }

  describe(`${name} as a deployment driver`, () => {
    beforeEach(() => open(noWaits))

    it('finds what it created by its tag, running and ended, and nothing else', async () => {
      const since = world.now()
      expect(await driver.find('sluice dep_1', since)).toBeNull()
      const id = await driver.create(wish('sluice dep_1'))
      expect(await driver.find('sluice dep_1', since)).toBe(id)
      expect(await driver.find('sluice dep_1 roll-back', since)).toBeNull()
      expect(await driver.find('sluice dep_', since)).toBeNull()
      await end(id)
      expect(await driver.find('sluice dep_1', since)).toBe(id)
    })

    it('finds the newest of a tag, allows for clocks that differ, and looks at nothing older', async () => {
      const first = await driver.create(wish('again'))
      const begun = world.now()
      await end(first)
      const second = await driver.create(wish('again'))
      expect(second).not.toBe(first)
      expect(await driver.find('again', begun)).toBe(second)
      await end(second)
      expect(await driver.find('again', world.now())).toBeNull()
      expect(await driver.find('again', begun + 60_000)).toBe(second)
    })

    it('creates nothing while another one runs in the group', async () => {
      const since = world.now()
      const id = await driver.create(wish('one'))
      await expect(driver.create(wish('two'))).rejects.toThrow(ConflictError)
      await expect(driver.create(wish('two'))).rejects.toMatchObject({ current: { running: id } })
      expect(await driver.find('two', since)).toBeNull()
    })

    it('refuses a group that does not exist, and a strategy that CodeDeploy does not have', async () => {
      const stranger = world.driverFor(world.missing)
      await expect(stranger.create(wish('one'))).rejects.toThrow(UpstreamError)
      await expect(stranger.find('one', world.now())).rejects.toThrow(NotFoundError)
      const strategy: Strategy = { ...canary, percent: 2.5 }
      await expect(driver.create(wish('one', { strategy }))).rejects.toThrow(/whole percent/)
    })

    it('says that there is no such deployment', async () => {
      await expect(driver.read('d-000000000')).rejects.toThrow(NotFoundError)
      await expect(driver.stop('d-000000000')).rejects.toThrow(NotFoundError)
      await expect(driver.continue('d-000000000', 'ready')).rejects.toThrow(NotFoundError)
      await expect(driver.previousRevision('d-000000000')).rejects.toThrow(NotFoundError)
    })

    it('reports each event and the share from the creation to the end', async () => {
      const id = await driver.create(wish('one'))
      const none = { deploymentId: id, waitsFor: null, error: null, rollbackId: null }
      expect(await driver.read(id)).toEqual({ ...none, status: 'created', weight: 0, events: [] })
      await world.pass(2)
      expect(untimed(await driver.read(id))).toEqual({
        ...{ ...none, status: 'in-progress', weight: 10 },
        events: [
          ...all('succeeded').slice(0, 6),
          { name: 'AllowTraffic', status: 'in-progress' },
          { name: 'AfterAllowTraffic', status: 'pending' },
        ],
      })
      expect(await world.greenShare()).toBe(10)
      await world.pass(5)
      expect(untimed(await driver.read(id))).toEqual({
        ...{ ...none, status: 'succeeded', weight: 100, events: all('succeeded') },
      })
      expect(await world.greenShare()).toBe(100)
    })

    it('shifts by a configuration of its own, created once and used again', async () => {
      const strategy: Strategy = { type: 'linear', percent: 40, intervalSeconds: 120, bakeSeconds: 0 }
      for (const tag of ['one', 'two']) {
        const id = await driver.create(wish(tag, { strategy }))
        const seen = new Set<number | null>()
        for (let minute = 0; minute < 6; minute++) {
          await world.pass(1)
          seen.add((await driver.read(id)).weight)
        }
        expect([...seen]).toEqual([40, 80, 100])
        expect(await end(id)).toMatchObject({ status: 'succeeded' })
      }
    })

    it('takes the configuration of the group where no strategy is given', async () => {
      const id = await driver.create(wish('one', { strategy: null }))
      await world.pass(2)
      expect(await driver.read(id)).toMatchObject({ status: 'succeeded', weight: 100 })
    })

    it('stops, which takes a while, and takes everything back by a deployment of its own', async () => {
      const id = await driver.create(wish('one'))
      await world.pass(2)
      await driver.stop(id)
      expect(hasEnded(await driver.read(id))).toBe(false)
      await driver.stop(id)
      const stopped = await end(id)
      expect(stopped).toMatchObject({ status: 'stopped', error: { code: 'MANUAL_STOP' } })
      expect(stopped.events.map(({ status }) => status)).toEqual([...Array(6).fill('succeeded'), 'failed', 'skipped'])
      const rollback = await end(stopped.rollbackId ?? '')
      expect(rollback).toMatchObject({ status: 'succeeded', weight: 100, waitsFor: null, rollbackId: null })
      expect(await world.greenShare()).toBe(0)
      await driver.stop(id)
      expect(await driver.create(wish('two'))).not.toBe(id)
    })

    it('has nothing to take back before anything was installed', async () => {
      const id = await driver.create(wish('one'))
      await driver.stop(id)
      expect(await end(id)).toMatchObject({ status: 'stopped', weight: 0, events: [], rollbackId: null })
      expect(await world.greenShare()).toBe(0)
    })

    it('tells a deployment that has ended that it needs no more', async () => {
      const id = await driver.create(wish('one'))
      const ended = await end(id)
      await driver.stop(id)
      await driver.continue(id, 'ready')
      await driver.continue(id, 'termination')
      expect(await driver.read(id)).toEqual(ended)
    })

    it('knows what was deployed before, of successes alone', async () => {
      const first = await driver.create(wish('one', { revision: world.revision(2) }))
      expect(await driver.previousRevision(first)).toBeNull()
      await end(first)
      const second = await driver.create(wish('two', { revision: world.revision(3) }))
      await world.pass(2)
      await driver.stop(second)
      const { rollbackId } = await end(second)
      await end(rollbackId ?? '')
      const third = await driver.create(wish('three', { revision: world.revision(4) }))
      expect(await driver.previousRevision(second)).toEqual(world.revision(2))
      expect(await driver.previousRevision(third)).toEqual(world.revision(2))
    })
  })

  describe(`${name} as a driver that waits`, () => {
    it('waits at ready until it is continued, with no traffic on the new version', async () => {
      await open({ readyMinutes: 60, terminationMinutes: 0 })
      const id = await driver.create(wish('one'))
      await driver.continue(id, 'ready')
      await world.pass(5)
      await driver.continue(id, 'termination')
      const waiting = await driver.read(id)
      expect(waiting).toMatchObject({ status: 'ready', weight: 0, waitsFor: 'ready' })
      expect(waiting.events.map(({ status }) => status)).toEqual([
        ...Array(5).fill('succeeded'),
        ...Array(3).fill('pending'),
      ])
      await driver.continue(id, 'ready')
      await world.pass(1)
      expect(await driver.read(id)).toMatchObject({ status: 'in-progress', weight: 10, waitsFor: null })
      expect(await end(id)).toMatchObject({ status: 'succeeded', weight: 100 })
    })

    it('stops when nobody continues it in time', async () => {
      await open({ readyMinutes: 10, terminationMinutes: 0 })
      const id = await driver.create(wish('one'))
      await world.pass(5)
      expect(await driver.read(id)).toMatchObject({ status: 'ready' })
      expect(await end(id)).toMatchObject({ status: 'stopped', weight: 0, error: { code: 'TIMEOUT' } })
    })

    it('waits with the old tasks, until it is continued', async () => {
      await open({ readyMinutes: null, terminationMinutes: 60 })
      const id = await driver.create(wish('one'))
      await world.pass(8)
      const waiting = await driver.read(id)
      expect(waiting).toMatchObject({ status: 'in-progress', weight: 100, waitsFor: 'termination' })
      expect(untimed(waiting).events).toEqual(all('succeeded'))
      await driver.continue(id, 'ready')
      expect(await driver.read(id)).toEqual(waiting)
      await driver.continue(id, 'termination')
      await world.pass(1)
      expect(await driver.read(id)).toMatchObject({ status: 'succeeded', waitsFor: null })
    })

    it('takes everything back while the old tasks are still there', async () => {
      await open({ readyMinutes: null, terminationMinutes: 60 })
      const id = await driver.create(wish('one'))
      await world.pass(8)
      expect(await world.greenShare()).toBe(100)
      await driver.stop(id)
      const { rollbackId } = await end(id)
      expect(await end(rollbackId ?? '')).toMatchObject({ status: 'succeeded', waitsFor: null })
      expect(await world.greenShare()).toBe(0)
    })
  })
}

/** Not everybody who drives says when an event began. */
function untimed(progress: DriverProgress): DriverProgress {
  return { ...progress, events: progress.events.map(({ startedAt: _left, ...event }) => event) }
}
