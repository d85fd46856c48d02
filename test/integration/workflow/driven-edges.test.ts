import { afterEach, describe, expect, it } from 'vitest'
import type { MemoryDeploymentGroup } from '../../../shared/adapters/memory/codedeploy.ts'
import type { CodeDeployRevision } from '../../../shared/domain/codedeploy-revision.ts'
import type { CodeDeployRoute, Service } from '../../../shared/domain/service.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
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

const ecsGroup: MemoryDeploymentGroup = { platform: 'ECS', moves: anAlbRoute() }

async function startDriven(service: Partial<Service> = {}, settings: MemoryDeploymentGroup = ecsGroup): Promise<void> {
  walk = await startWalk({ service: { routes: [route], strategy: canary, gates: [errors], ...service } })
  walk.cloud.codedeploy.setGroup(group, settings)
  walk.traffic = () => ({ requests: 1000 })
}

const begin = async () => (await walk.start({ codedeploy: ecs })).id
const created = () => walk.cloud.codedeploy.deployments()
const statuses = () => created().map(({ description, status }) => ({ description, status }))

/** Somebody deployed a former revision: there is something to go back to. */
async function deployFormer(): Promise<void> {
  const former = { tag: 'by hand', revision: ecs, platform: 'ECS', strategy: null } as const
  walk.cloud.codedeploy.start(group, former)
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
    walk.cloud.codedeploy.setGroup(group, { ...ecsGroup, readyWaitMinutes: 60, terminationWaitMinutes: 600 })
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
    const { id } = await walk.start({ codedeploy: { type: 's3', bucket: 'web', key: 'web.zip', bundleType: 'zip' } })
    await walk.until(id, ({ driven }) => driven?.progress != null)
    await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    expect([(await walk.untilEnded(id, 1200)).phase, statuses()]).toEqual([
      'aborted',
      [{ description: `sluice ${id}`, status: 'stopped' }],
    ])
  })
})
