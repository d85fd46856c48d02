import { CreateDeploymentCommand, CreateDeploymentConfigCommand } from '@aws-sdk/client-codedeploy'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LocalRun } from '../../local/start.ts'
import { newAnswers } from '../support/clients.ts'
import { ecsRevision } from '../support/codedeploy.ts'
import { type DrivenCloud, openDrivenCloud, serviceAt } from '../support/driven-cloud.ts'
import { startQuietly } from '../support/local-mode.ts'
import { until } from '../support/until.ts'

const errors = { kind: 'metric', name: 'errors', metric: 'error-rate', max: 0.05, minRequests: 5 }
/** At 60 times real time a step takes ten seconds: long enough to be followed on a machine that does other things too. */
const canary = { type: 'canary', percent: 40, intervalSeconds: 600, bakeSeconds: 60 }
const linear = { ...canary, type: 'linear' }
/** Its first step is ended by a gate: longer than any test. */
const canaryForLong = { ...canary, intervalSeconds: 86_400 }

let local: LocalRun
let cloud: DrivenCloud
beforeAll(async () => {
  local = await startQuietly()
  cloud = await openDrivenCloud(local)
})
afterAll(async () => {
  await cloud.close()
  await local.close()
})

type Json = Readonly<Record<string, unknown>>
type Web = Awaited<ReturnType<DrivenCloud['startEcs']>>

/** Which versions, and which errors, the clients meet from now on. */
async function metNow({ clients }: Web): Promise<readonly string[]> {
  const [counts = {}] = await newAnswers([clients], 20)
  return Object.keys(counts).sort()
}

/** What is left of a deployment that was taken back: everything on blue, and in CodeDeploy a stop and its rollback. */
async function expectTakenBack(name: string, web: Web): Promise<void> {
  expect(await metNow(web)).toEqual(['v1'])
  expect(await web.read()).toMatch(/^100\/(0|-)$/)
  const [back, ours, ...others] = await cloud.deploymentsOf(name)
  expect([back, ours, others]).toMatchObject([
    { status: 'Succeeded', creator: 'codeDeployRollback' },
    { status: 'Stopped', creator: 'user', rollbackId: back?.id },
    [],
  ])
}

describe.concurrent('an ECS service that CodeDeploy shifts, by the same calls as a load balancer', () => {
  it.for([
    { name: 'canary', strategy: canary, greens: [40, 100] },
    { name: 'linear', strategy: linear, greens: [40, 80, 100] },
  ])('succeeds, and gives up the old tasks only then: $name', { timeout: 180_000 }, async ({ name, ...wish }) => {
    const web = await cloud.startEcs({ name, waits: { readyMinutes: null, terminationMinutes: 2880 } })
    const service = serviceAt(local.apiUrl, name)
    await service.register({ routes: [web.route], strategy: wish.strategy, gates: [errors] })
    const id = await service.deploy({ codedeploy: web.codedeploy })
    expect(await service.untilEnded(id)).toMatchObject({ phase: 'succeeded', weight: 100, cause: null })
    expect(await service.greensOf(id)).toEqual(wish.greens)
    expect(await web.read()).toBe('0/100')
    // Not one request was lost.
    expect(Object.keys(web.clients.take()).sort()).toEqual(['v1', 'v2'])
    expect(await metNow(web)).toEqual(['v2'])
    // By itself it would have waited for two days.
    expect(await cloud.deploymentsOf(name)).toMatchObject([{ status: 'Succeeded', creator: 'user' }])
  })

  it.for([
    { name: 'bad', strategy: canaryForLong, green: 40, seen: '60/40' },
    { name: 'bad-late', strategy: { type: 'blue-green', bakeSeconds: 86_400 }, green: 100, seen: '0/100' },
  ])('is taken back by a gate at $green %', { timeout: 180_000 }, async ({ name, strategy, green, seen }) => {
    const web = await cloud.startEcs({ name, waits: { readyMinutes: null, terminationMinutes: 2880 } })
    const service = serviceAt(local.apiUrl, name)
    await service.register({ routes: [web.route], strategy, gates: [errors] })
    const id = await service.deploy({ codedeploy: web.codedeploy })
    await service.untilBaking(id, green)
    expect(await web.read()).toBe(seen)
    web.servers.green.deploy('v2', 0.5)
    const ended = await service.untilEnded(id)
    expect(ended).toMatchObject({ phase: 'rolled-back', weight: 0, cause: { type: 'gate', gate: 'errors' } })
    expect((ended.cause as Json).reason).toMatch(/bad windows in a row: error-rate 0\.[1-9]/)
    expect(Object.keys(web.clients.take()).sort()).toEqual(['v1', 'v2', 'v2 500'])
    await expectTakenBack(name, web)
  })

  it('ends the old tasks at once when a person promotes', { timeout: 180_000 }, async () => {
    const web = await cloud.startEcs({ name: 'promoted', waits: { readyMinutes: null, terminationMinutes: 2880 } })
    const service = serviceAt(local.apiUrl, 'promoted')
    await service.register({ routes: [web.route], strategy: { type: 'blue-green', bakeSeconds: 86_400 } })
    const id = await service.deploy({ codedeploy: web.codedeploy })
    await service.untilSo(id, ({ driver }) => (driver as Json | undefined)?.waitsFor === 'termination')
    expect(await cloud.deploymentsOf('promoted')).toMatchObject([{ status: 'InProgress' }])
    expect(await service.command(id, 'promote', { expectedStep: 0 })).toMatchObject({ status: 200 })
    expect(await service.untilEnded(id)).toMatchObject({ phase: 'succeeded', weight: 100 })
    expect(await cloud.deploymentsOf('promoted')).toMatchObject([{ status: 'Succeeded' }])
  })

  it('waits for an approval before traffic, and goes on', { timeout: 180_000 }, async () => {
    const web = await cloud.startEcs({ name: 'ready', waits: { readyMinutes: 2880, terminationMinutes: 0 } })
    const service = serviceAt(local.apiUrl, 'ready')
    await service.register({ routes: [web.route], strategy: canary })
    const id = await service.deploy({ codedeploy: web.codedeploy })
    await service.untilSo(id, ({ phase }) => phase === 'awaiting-approval')
    expect(await cloud.deploymentsOf('ready')).toMatchObject([{ status: 'Ready' }])
    expect(await metNow(web)).toEqual(['v1'])
    expect(await service.command(id, 'approve', { expectedStep: 0 })).toMatchObject({ status: 200 })
    expect(await service.untilEnded(id)).toMatchObject({ phase: 'succeeded', weight: 100 })
    expect(await metNow(web)).toEqual(['v2'])
  })

  it.for(['reject', 'abort'])('%s while it waits before traffic takes it back', { timeout: 180_000 }, async (word) => {
    const web = await cloud.startEcs({ name: word, waits: { readyMinutes: 2880, terminationMinutes: 0 } })
    const service = serviceAt(local.apiUrl, word)
    await service.register({ routes: [web.route], strategy: canary })
    const id = await service.deploy({ codedeploy: web.codedeploy })
    await service.untilSo(id, ({ phase }) => phase === 'awaiting-approval')
    const body = word === 'reject' ? { expectedStep: 0, reason: 'not today' } : { reason: 'not today' }
    const answer = await service.command(id, word, body)
    expect([200, 202]).toContain(answer.status)
    const ended = await service.untilEnded(id)
    expect(ended).toMatchObject({ phase: 'aborted', weight: 0, cause: { type: 'command', reason: 'not today' } })
    expect(Object.keys(web.clients.take())).toEqual(['v1'])
    await expectTakenBack(word, web)
  })

  it('refuses a group that somebody else uses, or takes that deployment over', { timeout: 180_000 }, async () => {
    const web = await cloud.startEcs({ name: 'foreign', waits: { readyMinutes: 2880, terminationMinutes: 0 } })
    const service = serviceAt(local.apiUrl, 'foreign')
    const group = { applicationName: 'foreign', deploymentGroupName: 'live' }
    const { deploymentId } = await cloud.codeDeploy.send(
      new CreateDeploymentCommand({ ...group, revision: ecsRevision() }),
    )
    await service.register({ routes: [web.route], strategy: canary })
    const refused = await service.untilEnded(await service.deploy({ codedeploy: web.codedeploy }))
    expect(refused).toMatchObject({ phase: 'rejected', cause: { type: 'preflight' } })
    expect((refused.findings as Json[]).filter(({ severity }) => severity === 'error')).toMatchObject([
      { id: `codedeploy-busy:${deploymentId}` },
    ])
    await until('its wait', async () => {
      const [theirs] = await cloud.deploymentsOf('foreign')
      return theirs?.status === 'Ready' || undefined
    })

    await service.register({ routes: [{ ...web.route, onForeignDeployment: 'adopt' }], strategy: canary })
    const id = await service.deploy()
    await service.untilSo(id, ({ phase }) => phase === 'awaiting-approval')
    await service.command(id, 'approve', { expectedStep: 0 })
    expect(await service.untilEnded(id)).toMatchObject({ phase: 'succeeded', weight: 100 })
    expect(await cloud.deploymentsOf('foreign')).toMatchObject([{ id: deploymentId, status: 'Succeeded' }])
    expect(await metNow(web)).toEqual(['v2'])
  })

  it('judges a deployment that it took over, also below its own first step', { timeout: 180_000 }, async () => {
    const web = await cloud.startEcs({ name: 'adopted' })
    web.servers.green.deploy('v2', 0.5)
    const service = serviceAt(local.apiUrl, 'adopted')
    const group = { applicationName: 'adopted', deploymentGroupName: 'live' }
    const deploymentConfigName = 'canary-10-1d'
    await cloud.codeDeploy.send(
      new CreateDeploymentConfigCommand({
        ...{ deploymentConfigName, computePlatform: 'ECS' },
        trafficRoutingConfig: {
          type: 'TimeBasedCanary',
          timeBasedCanary: { canaryPercentage: 10, canaryInterval: 1440 },
        },
      }),
    )
    await cloud.codeDeploy.send(
      new CreateDeploymentCommand({ ...group, deploymentConfigName, revision: ecsRevision() }),
    )
    await until('its first share', async () => ((await web.read()) === '90/10' ? true : undefined))
    const routes = [{ ...web.route, onForeignDeployment: 'adopt' }]
    await service.register({ routes, strategy: canary, gates: [{ ...errors, minRequests: 1 }] })
    const ended = await service.untilEnded(await service.deploy())
    expect(ended).toMatchObject({ phase: 'rolled-back', weight: 0, cause: { type: 'gate', gate: 'errors' } })
    expect((ended.cause as Json).reason).toMatch(/bad windows in a row/)
    await expectTakenBack('adopted', web)
  })
})
