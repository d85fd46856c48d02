import { afterEach, describe, expect, it } from 'vitest'
import type { MemoryDeploymentGroup } from '../../../shared/adapters/memory/codedeploy.ts'
import type { CodeDeployRevision } from '../../../shared/domain/codedeploy-revision.ts'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { ConflictError, TransientError } from '../../../shared/domain/errors.ts'
import type { CodeDeployRoute, Service } from '../../../shared/domain/service.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { approve } from '../../../shared/use-cases/approve.ts'
import { pause } from '../../../shared/use-cases/pause.ts'
import { promote } from '../../../shared/use-cases/promote.ts'
import { aDeployer, anAlbRoute, webArns } from '../../support/builders.ts'
import { aMetricGate } from '../../support/gates.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const group = { applicationName: 'web', deploymentGroupName: 'prod' }
const route: CodeDeployRoute = { kind: 'codedeploy', ...group, onForeignDeployment: 'refuse', wave: 1 }
const canary = { type: 'canary', percent: 10, intervalSeconds: 300, bakeSeconds: 60 } as const
const ecs: CodeDeployRevision = {
  type: 'app-spec',
  appSpec: {
    version: 0,
    Resources: [
      {
        TargetService: {
          Type: 'AWS::ECS::Service',
          Properties: {
            TaskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7',
            LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 80 },
          },
        },
      },
    ],
  },
}
const errors = aMetricGate({ name: 'errors', metric: 'error-rate', max: 0.01, minRequests: 1, failures: 1 })

async function startDriven(
  service: Partial<Service> = {},
  settings: Partial<MemoryDeploymentGroup> = {},
): Promise<void> {
  walk = await startWalk({ service: { routes: [route], strategy: canary, gates: [errors], ...service } })
  walk.cloud.codedeploy.setGroup(group, { platform: 'ECS', moves: anAlbRoute(), ...settings })
  walk.traffic = () => ({ requests: 1000 })
}

const begin = async () => (await walk.start({ codedeploy: ecs })).id
const notes = async (id: string) => (await walk.events(id)).map(({ reason }) => reason)
const created = () => walk.cloud.codedeploy.deployments()
const statuses = () => created().map(({ description, status }) => ({ description, status }))
const atWeight = (weight: number) => (deployment: Deployment) =>
  deployment.phase === 'baking' && deployment.weight === weight

describe('a canary by CodeDeploy on ECS', () => {
  it('is followed step by step to its success', async () => {
    await startDriven()
    const id = await begin()
    const first = await walk.until(id, atWeight(10))
    expect(first).toMatchObject({ step: 0, driven: { isAdopted: false, progress: { status: 'in-progress' } } })
    const ended = await walk.untilEnded(id)
    expect([ended.phase, ended.weight, walk.green()]).toEqual(['succeeded', 100, 100])
    expect(statuses()).toEqual([{ description: `sluice ${id}`, status: 'succeeded' }])
    const said = await notes(id)
    for (const text of [
      'Install succeeded',
      'AllowTraffic in-progress',
      'CodeDeploy has reached 10 %',
      'has reached 100 %',
    ])
      expect(said.join('\n')).toContain(text)
    const writes = (await walk.events(id)).filter(({ type }) => type === 'write')
    expect(writes.map(({ before, after }) => [before, after])).toEqual([
      [
        { blue: 100, green: 0 },
        { blue: 90, green: 10 },
      ],
      [
        { blue: 90, green: 10 },
        { blue: 0, green: 100 },
      ],
    ])
  })

  it('is stopped by a gate that fails, and followed to the end of its rollback', async () => {
    await startDriven()
    walk.traffic = (slot) => ({ requests: 1000, errors: slot === 'green' ? 300 : 0 })
    const id = await begin()
    const ended = await walk.untilEnded(id)
    expect([ended.phase, ended.cause?.type, ended.cause?.gate, ended.weight]).toEqual([
      'rolled-back',
      'gate',
      'errors',
      0,
    ])
    expect(walk.green()).toBe(0)
    const [ours, back, ...others] = created()
    expect([ours?.status, back?.status, others]).toEqual(['stopped', 'succeeded', []])
    expect(ended.driven?.takingBack).toMatchObject({ deploymentId: back?.deploymentId, status: 'succeeded' })
  })

  it('is back only once that was read: what somebody else left divided is written', async () => {
    await startDriven()
    const id = await begin()
    await walk.until(id, atWeight(10))
    let isDivided = false
    walk.cloud.inject({
      after({ action }) {
        const back = created().at(-1)
        if (isDivided || action !== 'driver.read' || back?.creator === 'user' || back?.status !== 'succeeded') return
        isDivided = true
        walk.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 50, [webArns.green]: 50 } })
      },
    })
    await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    expect((await walk.untilEnded(id)).phase).toBe('aborted')
    expect(walk.green()).toBe(0)
    const writes = (await walk.events(id)).filter(({ type }) => type === 'write')
    expect(writes.slice(1).map(({ reason, before, after }) => [reason, before, after])).toEqual([
      [`shifted by CodeDeploy's ${created().at(-1)?.deploymentId}`, { blue: 90, green: 10 }, { blue: 100, green: 0 }],
      [
        'restored from the snapshot, as CodeDeploy had not left it so',
        { blue: 50, green: 50 },
        { blue: 100, green: 0 },
      ],
    ])
  })

  it('sends nothing back to a side whose targets CodeDeploy has taken away', async () => {
    await startDriven()
    const id = await begin()
    await walk.until(id, atWeight(10))
    walk.cloud.inject({
      after({ action }) {
        const back = created().at(-1)
        if (action !== 'driver.read' || back?.creator === 'user' || back?.status !== 'succeeded') return
        walk.cloud.inject({})
        walk.cloud.setGroup(webArns.blue, { total: 0, healthy: 0 })
        walk.cloud.routing.set(webArns.rule, { weights: { [webArns.green]: 100 } })
      },
    })
    await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    await walk.advance(600)
    expect([(await walk.load(id)).phase, walk.green()]).toEqual(['rolling-back', 100])
    expect(walk.failedChecks.at(-1)).toContain('has no healthy target (0 registered): a person must look')
    walk.cloud.setGroup(webArns.blue)
    expect([(await walk.untilEnded(id)).phase, walk.green()]).toEqual(['aborted', 0])
  })

  it('goes back when a person aborts, and cannot be paused', async () => {
    await startDriven()
    const id = await begin()
    await walk.until(id, atWeight(10))
    await expect(walk.during(pause(walk.deps, id, { actor: aDeployer, timeoutSeconds: 60 }))).rejects.toThrow(
      ConflictError,
    )
    await expect(walk.during(promote(walk.deps, id, { actor: aDeployer, full: true }))).rejects.toThrow(ConflictError)
    await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    const ended = await walk.untilEnded(id)
    expect([ended.phase, walk.green()]).toEqual(['aborted', 0])
  })

  it('tells why it failed, and takes back what it left half done', async () => {
    await startDriven()
    walk.cloud.codedeploy.failAt(group, {
      event: 'AfterAllowTraffic',
      error: { code: 'HOOK_EXECUTION_FAILURE', message: 'the smoke test failed' },
    })
    const id = await begin()
    const ended = await walk.untilEnded(id)
    expect([ended.phase, ended.cause?.type, walk.green()]).toEqual(['rolled-back', 'driver', 0])
    expect(ended.cause?.reason).toContain('the smoke test failed')
  })

  it('follows the rollback that CodeDeploy begins by itself', async () => {
    await startDriven({}, { autoRollback: { enabled: true, events: ['DEPLOYMENT_FAILURE'] } })
    walk.cloud.codedeploy.failAt(group, {
      event: 'AfterAllowTraffic',
      error: { code: 'ALARM_ACTIVE', message: 'web-5xx' },
    })
    const id = await begin()
    const ended = await walk.untilEnded(id)
    expect([ended.phase, walk.green(), created().map(({ status }) => status)]).toEqual([
      ...['rolled-back', 0],
      ['failed', 'succeeded'],
    ])
  })
})

describe('a deployment that CodeDeploy holds at Ready', () => {
  it('waits for our approval, and goes on with it', async () => {
    await startDriven({}, { readyWaitMinutes: 60 })
    const id = await begin()
    const waiting = await walk.until(id, 'awaiting-approval')
    expect([waiting.target, walk.green()]).toEqual([0, 0])
    await walk.advance(600)
    expect((await walk.load(id)).phase).toBe('awaiting-approval')
    await walk.during(approve(walk.deps, id, { actor: aDeployer }))
    expect((await walk.untilEnded(id)).phase).toBe('succeeded')
  })

  const approved = { type: 'steps', steps: [{ weight: 100, bakeSeconds: 60, approval: true }] } as const

  it('asks there for the approval of the first step', async () => {
    await startDriven({ strategy: approved }, { readyWaitMinutes: 60 })
    const id = await begin()
    await walk.until(id, 'awaiting-approval')
    expect(created().map(({ status }) => status)).toEqual(['ready'])
    await walk.during(approve(walk.deps, id, { actor: aDeployer }))
    expect((await walk.untilEnded(id)).phase).toBe('succeeded')
  })

  it('asks before it begins where the group does not wait', async () => {
    await startDriven({ strategy: approved })
    const id = await begin()
    await walk.until(id, 'awaiting-approval')
    expect(created()).toEqual([])
    await walk.during(approve(walk.deps, id, { actor: aDeployer }))
    expect((await walk.untilEnded(id)).phase).toBe('succeeded')
  })

  it('is taken back when nobody approves in time', async () => {
    await startDriven({ approvals: { required: 1, timeoutSeconds: 600 } }, { readyWaitMinutes: 60 })
    const id = await begin()
    const ended = await walk.untilEnded(id)
    expect([ended.phase, ended.cause?.reason, walk.green()]).toEqual([
      ...['rolled-back', 'nobody approved step 0 in time', 0],
    ])
    expect(created().every(({ status }) => status === 'stopped' || status === 'succeeded')).toBe(true)
  })
})

describe('the old side of a deployment by CodeDeploy', () => {
  it('is let go when the gates have passed', async () => {
    await startDriven({}, { terminationWaitMinutes: 60 })
    const id = await begin()
    const ended = await walk.untilEnded(id, 1800)
    expect([ended.phase, created().map(({ status }) => status)]).toEqual(['succeeded', ['succeeded']])
  })

  it('is let go at once when a person promotes', async () => {
    await startDriven({ strategy: { ...canary, bakeSeconds: 3600 } }, { terminationWaitMinutes: 120 })
    const id = await begin()
    await walk.until(id, atWeight(100))
    await walk.during(promote(walk.deps, id, { actor: aDeployer, full: false }))
    expect((await walk.untilEnded(id, 120)).phase).toBe('succeeded')
  })

  it('is deployed again where a gate fails after CodeDeploy was done', async () => {
    await startDriven({ strategy: { ...canary, bakeSeconds: 3600 } })
    const former = walk.cloud.codedeploy.start(group, {
      ...{ tag: 'by hand', revision: ecs, platform: 'ECS', strategy: null },
    })
    await walk.advance(120)
    expect(created().find(({ deploymentId }) => deploymentId === former)?.status).toBe('succeeded')
    const before = walk.green()
    const id = await begin()
    await walk.until(id, ({ driven }) => driven?.progress?.status === 'succeeded')
    const canarySlot = (await walk.load(id)).canary
    walk.traffic = (slot) => ({ requests: 1000, errors: slot === canarySlot ? 300 : 0 })
    const ended = await walk.untilEnded(id)
    expect([ended.phase, walk.green()]).toEqual(['rolled-back', before])
    expect(statuses().slice(-2)).toEqual([
      { description: `sluice ${id}`, status: 'succeeded' },
      { description: `sluice ${id} roll-back`, status: 'succeeded' },
    ])
  })
})

describe('a group in which somebody else deploys', () => {
  const foreign = () =>
    walk.cloud.codedeploy.start(group, {
      ...{ tag: 'by hand', revision: ecs, platform: 'ECS' },
      strategy: { ...canary, intervalSeconds: 600, bakeSeconds: 0 },
    })

  it('is refused', async () => {
    await startDriven()
    const busy = foreign()
    const id = await begin()
    const ended = await walk.untilEnded(id)
    expect([ended.phase, ended.findings.map((one) => one.id)]).toEqual([
      'rejected',
      expect.arrayContaining([`codedeploy-busy:${busy}`]),
    ])
  })

  it('is taken over where the service says so', async () => {
    await startDriven({ routes: [{ ...route, onForeignDeployment: 'adopt' }] })
    const adopted = foreign()
    const id = (await walk.start()).id
    const ended = await walk.untilEnded(id)
    expect([ended.phase, ended.driven?.isAdopted, ended.driven?.progress?.deploymentId]).toEqual([
      'succeeded',
      true,
      adopted,
    ])
    expect(created()).toHaveLength(1)
  })

  it('is judged from the moment that it is taken over, and taken back whole', async () => {
    await startDriven({ routes: [{ ...route, onForeignDeployment: 'adopt' }], strategy: { ...canary, percent: 40 } })
    walk.traffic = (slot) => ({ requests: 1000, errors: slot === 'green' ? 300 : 0 })
    walk.cloud.codedeploy.start(group, {
      ...{ tag: 'by hand', revision: ecs, platform: 'ECS' },
      strategy: { ...canary, intervalSeconds: 86_400, bakeSeconds: 0 },
    })
    await walk.advance(120)
    expect(walk.green()).toBe(10)
    const ended = await walk.untilEnded((await walk.start()).id)
    expect([ended.phase, ended.cause?.type, walk.green()]).toEqual(['rolled-back', 'gate', 0])
    expect(created().map(({ status }) => status)).toEqual(['stopped', 'succeeded'])
  })

  it('is not taken over once it has the larger share: that side would count as the trusted one', async () => {
    await startDriven({ routes: [{ ...route, onForeignDeployment: 'adopt' }] })
    walk.cloud.codedeploy.start(group, {
      ...{ tag: 'by hand', revision: ecs, platform: 'ECS' },
      strategy: { ...canary, percent: 60, intervalSeconds: 86_400, bakeSeconds: 0 },
    })
    await walk.advance(120)
    const ended = await walk.untilEnded((await walk.start()).id)
    expect([ended.phase, ended.driven, walk.green()]).toEqual(['rolled-back', undefined, 60])
    expect(created().map(({ status }) => status)).toEqual(['in-progress'])
  })

  it('is waited for where deployments queue', async () => {
    await startDriven({ concurrency: 'queue' })
    foreign()
    const id = await begin()
    await walk.advance(300)
    expect((await walk.load(id)).phase).toBe('queued')
    expect((await walk.untilEnded(id)).phase).toBe('succeeded')
    expect(created()).toHaveLength(2)
  })
})

describe('a creation whose answer is lost', () => {
  it('is found, and not repeated', async () => {
    await startDriven()
    walk.cloud.inject({
      after({ action }) {
        if (action === 'driver.create') throw new TransientError('no answer')
      },
    })
    const id = await begin()
    expect((await walk.untilEnded(id)).phase).toBe('succeeded')
    expect(created()).toHaveLength(1)
  })

  it('is taken back as well, by an abort that knows nothing of it', async () => {
    await startDriven()
    walk.cloud.inject({
      before({ action }) {
        if (action === 'driver.read') throw new TransientError('CodeDeploy is away')
      },
    })
    const id = await begin()
    await walk.until(id, ({ driven }) => driven?.progress != null)
    walk.cloud.inject({})
    await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    expect((await walk.untilEnded(id)).phase).toBe('aborted')
    expect(created().every(({ status }) => status !== 'in-progress' && status !== 'created')).toBe(true)
    expect(walk.cloud.weightsOf(webArns.rule)[webArns.green] ?? 0).toBe(0)
  })
})
