import { afterEach, describe, expect, it } from 'vitest'
import type { MemoryDeploymentGroup } from '../../../shared/adapters/memory/codedeploy.ts'
import type { Deps } from '../../../shared/deps.ts'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { NotFoundError, TransientError } from '../../../shared/domain/errors.ts'
import type { Service } from '../../../shared/domain/service.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { approve } from '../../../shared/use-cases/approve.ts'
import { followDriver } from '../../../shared/use-cases/drive/follow-driver.ts'
import { releaseLine } from '../../../shared/use-cases/release-line.ts'
import { resume } from '../../../shared/use-cases/resume.ts'
import { stopLine } from '../../../shared/use-cases/stop-line.ts'
import { aDeployer, anAlbRoute, aService, webArns } from '../../support/builders.ts'
import { aBundle, aDrivenRoute, anEcsRevision } from '../../support/driven.ts'
import { aMetricGate } from '../../support/gates.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const route = aDrivenRoute()
const canary = { type: 'canary', percent: 10, intervalSeconds: 300, bakeSeconds: 60 } as const
const errors = aMetricGate({ name: 'errors', metric: 'error-rate', max: 0.01, minRequests: 1, failures: 1 })

const ecsGroup: MemoryDeploymentGroup = { platform: 'ECS', moves: anAlbRoute() }

async function startDriven(service: Partial<Service> = {}, settings: MemoryDeploymentGroup = ecsGroup): Promise<void> {
  walk = await startWalk({ service: { routes: [route], strategy: canary, gates: [errors], ...service } })
  walk.cloud.codedeploy.setGroup(route, settings)
  walk.traffic = () => ({ requests: 1000 })
}

const begin = async () => (await walk.start({ codedeploy: anEcsRevision })).id
const notes = async (id: string) => (await walk.events(id)).map(({ reason }) => reason)
const created = () => walk.cloud.codedeploy.deployments()
const statuses = () => created().map(({ description, status }) => ({ description, status }))

const atWeight = (weight: number) => (deployment: Deployment) =>
  deployment.phase === 'baking' && deployment.weight === weight

/** Somebody deployed a former revision: there is something to go back to. */
async function deployFormer(): Promise<void> {
  const former = { tag: 'by hand', revision: anEcsRevision, platform: 'ECS', strategy: null } as const
  walk.cloud.codedeploy.start(route, former)
  await walk.advance(120)
}

/** From now on the new version fails. */
async function failCanary(id: string): Promise<void> {
  const { canary: slot } = await walk.load(id)
  walk.traffic = (one) => ({ requests: 1000, errors: one === slot ? 300 : 0 })
}

describe('taking back what CodeDeploy has finished', () => {
  it('lets its own deployment of the former revision go on where the group waits', async () => {
    await startDriven({ strategy: { ...canary, bakeSeconds: 3600 } })
    await deployFormer()
    const before = walk.green()
    const id = await begin()
    await walk.until(id, ({ driven }) => driven?.progress?.status === 'succeeded')
    walk.cloud.codedeploy.setGroup(route, { ...ecsGroup, readyWaitMinutes: 60, terminationWaitMinutes: 600 })
    await failCanary(id)
    const ended = await walk.untilEnded(id, 1200)
    expect([ended.phase, walk.green()]).toEqual(['rolled-back', before])
    expect(statuses().at(-1)).toEqual({ description: `sluice ${id} roll-back`, status: 'succeeded' })
  })

  it('asks no target of the old side, whose tasks are gone: it deploys them again', async () => {
    await startDriven({ strategy: { ...canary, bakeSeconds: 3600 } })
    await deployFormer()
    const before = walk.green()
    const id = await begin()
    const done = await walk.until(id, ({ driven }) => driven?.progress?.status === 'succeeded')
    walk.cloud.setGroup(webArns[done.stable], { total: 0, healthy: 0 })
    await failCanary(id)
    const ended = await walk.untilEnded(id, 1200)
    expect([ended.phase, walk.green()]).toEqual(['rolled-back', before])
  })
})

describe('servers that CodeDeploy has not begun with', () => {
  it('are left as they are: nothing is deployed again', async () => {
    await startDriven({ strategy: { type: 'blue-green', bakeSeconds: 60 } }, { platform: 'Server' })
    const { id } = await walk.start({ codedeploy: aBundle })
    await walk.until(id, ({ driven }) => driven?.progress != null)
    await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    expect([(await walk.untilEnded(id, 1200)).phase, statuses()]).toEqual([
      'aborted',
      [{ description: `sluice ${id}`, status: 'stopped' }],
    ])
  })
})

describe('a deployment that waits for an approval at Ready', () => {
  it('is judged where somebody lets it go on in CodeDeploy', async () => {
    await startDriven({}, { ...ecsGroup, readyWaitMinutes: 60 })
    const id = await begin()
    await walk.until(id, 'awaiting-approval')
    await walk.deps.driverFor(route).continue(created()[0]?.deploymentId ?? '', 'ready')
    await failCanary(id)
    const ended = await walk.untilEnded(id)
    expect([ended.phase, ended.cause?.gate, walk.green()]).toEqual(['rolled-back', 'errors', 0])
    expect(await notes(id)).toContain(
      'CodeDeploy has reached 10 %: somebody let it go on that nobody has approved here',
    )
  })
})

describe('two that follow one deployment', () => {
  it('do not take its share back to what the slower one has seen', async () => {
    await startDriven({ strategy: { type: 'linear', percent: 20, intervalSeconds: 300, bakeSeconds: 60 } })
    const id = await begin()
    const loaded = await walk.until(id, atWeight(20))
    let answer = () => {}
    const isAnswered = new Promise<void>((resolve) => {
      answer = resolve
    })
    const slow: Deps = {
      ...walk.deps,
      driverFor(its) {
        const driver = walk.deps.driverFor(its)
        const read = async (deploymentId: string) => {
          const progress = await driver.read(deploymentId)
          await isAnswered
          return progress
        }
        return { ...driver, read }
      },
    }
    const following = followDriver(slow, loaded)
    await walk.until(id, atWeight(40))
    answer()
    await following
    expect((await walk.load(id)).weight).toBe(40)
    const writes = (await walk.events(id)).filter(({ type }) => type === 'write')
    expect(writes.map(({ after }) => after?.green)).toEqual([20, 40])
  })
})

describe('a deployment taken over whose first share is below the first step', () => {
  it('is judged from that share on', async () => {
    await startDriven({ routes: [aDrivenRoute({ onForeignDeployment: 'adopt' })] })
    const strategy = { type: 'canary', percent: 5, intervalSeconds: 1800, bakeSeconds: 0 } as const
    walk.cloud.codedeploy.start(route, { tag: 'by hand', revision: anEcsRevision, platform: 'ECS', strategy })
    const { id } = await walk.start()
    await walk.until(id, ({ weight }) => weight === 5)
    await failCanary(id)
    const ended = await walk.untilEnded(id, 900)
    expect([ended.phase, ended.cause?.gate, walk.green()]).toEqual(['rolled-back', 'errors', 0])
  })
})

describe('a deployment that takes another back', () => {
  it('is not taken over, even if it begins after the preflight', async () => {
    await startDriven({ routes: [aDrivenRoute({ onForeignDeployment: 'adopt' })] })
    const strategy = { ...canary, bakeSeconds: 0 }
    const foreign = { tag: 'by hand', revision: anEcsRevision, platform: 'ECS', strategy } as const
    walk.cloud.codedeploy.start(route, foreign)
    await walk.advance(60)
    walk.taskFaults.set('ShiftTraffic', (call) => {
      if (call > 3) return undefined
      void walk.deps.driverFor(route).stop(created()[0]?.deploymentId ?? '')
      return new TransientError('CodeDeploy is away')
    })
    const id = await begin()
    const ended = await walk.untilEnded(id)
    expect([ended.phase, ended.driven?.isAdopted]).toEqual(['succeeded', false])
  })
})

describe('a deployment taken over in its middle', () => {
  const strategy = { type: 'linear', percent: 20, intervalSeconds: 300, bakeSeconds: 0 } as const
  const takeOverAfter = async (seconds: number) => {
    await startDriven({ routes: [aDrivenRoute({ onForeignDeployment: 'adopt' })], strategy })
    walk.cloud.codedeploy.start(route, { tag: 'by hand', revision: anEcsRevision, platform: 'ECS', strategy })
    await walk.advance(seconds)
    return (await walk.start()).id
  }

  it('goes back to the old version alone, though it was divided at the start', async () => {
    const id = await takeOverAfter(60)
    const taken = await walk.until(id, 'baking')
    expect([taken.stable, taken.weight, walk.green()]).toEqual(['blue', 20, 20])
    await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    expect([(await walk.untilEnded(id, 900)).phase, walk.green()]).toEqual(['aborted', 0])
  })

  it('is left alone where the new version passes for the old one', async () => {
    const id = await takeOverAfter(960)
    const ended = await walk.untilEnded(id, 900)
    expect([ended.phase, ended.driven, walk.green()]).toEqual(['rolled-back', undefined, 80])
    expect((await notes(id)).join('\n')).toContain('has 80 % already: too late to take it over')
  })
})

describe('a deployment in the queue behind one of somebody else', () => {
  it('asks which side serves when that has ended, and is judged by it', async () => {
    await startDriven({ concurrency: 'queue' })
    const strategy = { ...canary, bakeSeconds: 0 }
    walk.cloud.codedeploy.start(route, { tag: 'by hand', revision: anEcsRevision, platform: 'ECS', strategy })
    await walk.advance(60)
    const id = await begin()
    expect((await walk.load(id)).waitsFor).toEqual({
      ...{ finding: 'codedeploy-busy', until: null },
      reason: 'd-000000001 runs in codedeploy:web/prod, created outside Sluice',
    })
    const taken = await walk.until(id, atWeight(10))
    expect([taken.stable, walk.green()]).toEqual(['green', 90])
    walk.traffic = (slot) => ({ requests: 1000, errors: slot === 'blue' ? 300 : 0 })
    const ended = await walk.untilEnded(id)
    expect([ended.phase, ended.cause?.gate, walk.green()]).toEqual(['rolled-back', 'errors', 100])
  })
})

describe('a deployment that has not begun while somebody else deploys', () => {
  it('does not begin: the sides have changed places', async () => {
    const strategy = { type: 'steps', steps: [{ weight: 100, bakeSeconds: 60, approval: true }] } as const
    await startDriven({ strategy })
    const id = await begin()
    await walk.until(id, 'awaiting-approval')
    walk.cloud.codedeploy.start(route, { tag: 'by hand', revision: anEcsRevision, platform: 'ECS', strategy: null })
    await walk.advance(120)
    expect(walk.green()).toBe(100)
    await walk.during(approve(walk.deps, id, { actor: aDeployer }))
    const ended = await walk.untilEnded(id)
    expect([ended.phase, created().length, walk.green()]).toEqual(['rolled-back', 1, 100])
    expect(ended.cause).toMatchObject({ type: 'drift' })
    expect((await notes(id)).join('\n')).toContain('nothing was deployed: start another deployment')
  })
})

describe('a group that shifts what another service has', () => {
  it('deploys nothing', async () => {
    await startDriven()
    await walk.deps.services.put(aService({ name: 'shop' }))
    await walk.deps.services.claim(webArns.rule, 'shop')
    const ended = await walk.untilEnded(await begin())
    expect([ended.phase, created()]).toEqual(['rejected', []])
    expect(ended.findings.find(({ id }) => id === `route-taken:${webArns.rule}`)).toEqual({
      ...{ id: `route-taken:${webArns.rule}`, severity: 'error', title: 'Another service has this route' },
      detail: `${webArns.rule} belongs to service "shop"; remove its route there first`,
    })
  })
})

describe('a creation', () => {
  it('is not sent with less of the lease than it may take', async () => {
    await startDriven()
    const calls: string[] = []
    walk.cloud.inject({
      async before({ action }) {
        if (action !== 'driver.find' && action !== 'driver.create') return
        calls.push(action)
        if (calls.length === 1) await walk.deps.clock.sleep(13_000)
      },
    })
    expect((await walk.untilEnded(await begin())).phase).toBe('succeeded')
    expect(calls).toEqual(['driver.find', 'driver.find', 'driver.create'])
  })

  it('is known though CodeDeploy does not find it at once', async () => {
    await startDriven()
    let isFirst = true
    walk.cloud.inject({
      before({ action }) {
        if (action !== 'driver.read' || !isFirst) return
        isFirst = false
        throw new NotFoundError('DeploymentDoesNotExist')
      },
    })
    expect((await walk.untilEnded(await begin())).phase).toBe('succeeded')
  })
})

describe('a halted deployment that CodeDeploy finishes', () => {
  async function halted(): Promise<string> {
    await startDriven({ strategy: { ...canary, bakeSeconds: 600 } })
    await deployFormer()
    walk.cloud.codedeploy.setGroup(route, { ...ecsGroup, terminationWaitMinutes: 30 })
    const id = await begin()
    const at = await walk.until(id, atWeight(10))
    walk.cloud.setGroup(webArns[at.stable], { total: 4, healthy: 0 })
    await failCanary(id)
    await walk.until(id, 'halted')
    return id
  }

  it('stays a matter for a person, who aborts by force', async () => {
    const id = await halted()
    await walk.advance(900)
    const at = await walk.load(id)
    expect([at.phase, at.stage, at.weight, walk.failedChecks]).toEqual(['halted', 'baking', 100, []])
    await walk.during(abort(walk.deps, id, { actor: aDeployer, force: true }))
    expect((await walk.untilEnded(id, 1200)).phase).toBe('aborted')
  })

  it('goes back by itself once the way back starts tasks of its own', async () => {
    const id = await halted()
    const ended = await walk.untilEnded(id)
    expect([ended.phase, ended.cause?.gate, statuses().slice(1)]).toEqual([
      ...['rolled-back', 'errors'],
      [
        { description: `sluice ${id}`, status: 'succeeded' },
        { description: `sluice ${id} roll-back`, status: 'succeeded' },
      ],
    ])
  })
})

describe('a workflow that is dead while CodeDeploy succeeds', () => {
  it('is replaced, and ours ends well', async () => {
    await startDriven({}, { ...ecsGroup, terminationWaitMinutes: 120 })
    const id = await begin()
    await walk.until(id, atWeight(10))
    await walk.stop(id)
    walk.checksOn = false
    await walk.advance(4 * 3600)
    expect((await walk.load(id)).weight).toBe(10)
    walk.checksOn = true
    expect((await walk.untilEnded(id)).phase).toBe('succeeded')
  })
})

describe('a deployment at Ready while the line is stopped', () => {
  it('goes on when it runs again, without asking twice and without turning round meanwhile', async () => {
    await startDriven({ approvals: { required: 1, timeoutSeconds: 7200 } }, { ...ecsGroup, readyWaitMinutes: 600 })
    const id = await begin()
    await walk.until(id, 'awaiting-approval')
    await stopLine(walk.deps, { reason: 'an incident', actor: aDeployer })
    await walk.during(approve(walk.deps, id, { actor: aDeployer }))
    const before = walk.tasksCalled.length
    await walk.advance(3600)
    expect([(await walk.load(id)).phase, created()[0]?.status, walk.tasksCalled.length - before < 30]).toEqual([
      'shifting',
      'ready',
      true,
    ])
    await walk.during(releaseLine(walk.deps, { actor: aDeployer }))
    expect((await walk.untilEnded(id)).phase).toBe('succeeded')
    const asked = (await notes(id)).filter((text) => text?.includes('waits for 1 approval'))
    expect(asked).toHaveLength(1)
  })
})

describe('what somebody else moves after CodeDeploy was done', () => {
  const moved = async (service: Partial<Service> = {}) => {
    await startDriven({ strategy: { ...canary, bakeSeconds: 1800 }, ...service })
    const id = await begin()
    await walk.until(id, ({ phase, driven }) => phase === 'baking' && driven?.progress?.status === 'succeeded')
    await walk.advance(120)
    walk.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 50, [webArns.green]: 50 } })
    return id
  }

  it('is asked about, and can be written over', async () => {
    const id = await moved()
    const halted = await walk.until(id, 'halted', 180)
    expect(halted.cause).toMatchObject({ type: 'drift' })
    expect(halted.cause?.reason).toContain('expected blue 0, green 100, found blue 50, green 50')
    expect(walk.pages).toHaveLength(1)
    await walk.during(resume(walk.deps, id, { actor: aDeployer, drift: 'overwrite' }))
    const ended = await walk.untilEnded(id)
    expect([ended.phase, walk.green()]).toEqual(['succeeded', 100])
  })

  it('is kept where a person adopts it, and never called a success', async () => {
    const id = await moved()
    await walk.until(id, 'halted', 180)
    await walk.during(resume(walk.deps, id, { actor: aDeployer, drift: 'adopt' }))
    await walk.advance(300)
    expect((await walk.load(id)).phase).toBe('baking')
    await walk.until(id, 'halted', 3600)
    walk.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 0, [webArns.green]: 100 } })
    await walk.during(resume(walk.deps, id, { actor: aDeployer, drift: 'adopt' }))
    expect((await walk.untilEnded(id)).phase).toBe('succeeded')
  })
})
