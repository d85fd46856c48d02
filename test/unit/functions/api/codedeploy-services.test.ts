import { beforeEach, describe, expect, it } from 'vitest'
import { answers } from '../../../../functions/api/schemas/answers.ts'
import { TransientError } from '../../../../shared/domain/errors.ts'
import type { DeploymentGroupFacts } from '../../../../shared/domain/route-facts.ts'
import type { RouteInspector } from '../../../../shared/ports/route-inspector.ts'
import { webArns } from '../../../support/builders.ts'
import { aRunningDeployment, someAliasFacts, someDriverFacts } from '../../../support/driven.ts'
import { aServiceBody, createMemoryApi, readAs } from '../../../support/memory-api.ts'

const route = { kind: 'codedeploy', applicationName: 'web', deploymentGroupName: 'prod' }
const resource = 'codedeploy:web/prod'
const ecs = {
  taskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7',
  containerName: 'web',
  containerPort: 8080,
}
const strategy = { type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 600 }

let api: ReturnType<typeof createMemoryApi>
/** What CodeDeploy says of the group: overrides of one in order; null: there is none; an error: it cannot be asked. */
let group: Partial<DeploymentGroupFacts> | null | Error

beforeEach(() => {
  api = createMemoryApi()
  group = {}
  const inspector: RouteInspector = {
    async inspect({ kind }) {
      if (kind === 'lambda-alias') return someAliasFacts()
      if (group instanceof Error) throw group
      return someDriverFacts(group)
    },
  }
  Object.assign(api.deps, { inspector })
})

const put = (part = {}) =>
  api.call('PUT', '/v1/services/web', { body: aServiceBody({ routes: [route], gates: [], ...part }) })
const plan = (part = {}) => api.call('POST', '/v1/plans', { body: { service: 'web', codedeploy: { ecs }, ...part } })
const start = (part = {}) =>
  api.call('POST', '/v1/deployments', { body: { service: 'web', ...part }, headers: { 'Idempotency-Key': 'run-1' } })
const traffic = async () => readAs(answers.traffic, await api.call('GET', '/v1/services/web/traffic'))

async function pathsOf(response: Response) {
  expect(response.status).toBe(422)
  return (await readAs(answers.problem, response)).errors.map(({ path }) => path)
}

async function findingsIn(response: Response) {
  const { findings = [] } = await readAs(answers.service, response)
  return findings.map(({ severity, id }) => `${severity} ${id}`)
}

describe('PUT of a service with a codedeploy route', () => {
  it('stores it with its defaults', async () => {
    const response = await put()
    expect(response.status).toBe(201)
    expect((await readAs(answers.service, response)).routes).toEqual([
      { ...route, onForeignDeployment: 'refuse', wave: 1 },
    ])
    expect(await api.deps.services.claim(resource, 'shop')).toBe('web')
  })

  it('refuses a group that CodeDeploy does not have, and stores nothing', async () => {
    group = null
    expect(await pathsOf(await put())).toEqual(['routes[0].deploymentGroupName'])
    expect(await api.deps.services.get('web')).toBeNull()
  })

  it.each<[string, Record<string, unknown>, readonly string[]]>([
    ['a gate that halts', { gates: [{ kind: 'alarms', alarmNames: ['a'], onFail: 'halt' }] }, ['gates[0].onFail']],
    [
      'a gate that halts without data',
      { gates: [{ kind: 'alarms', alarmNames: ['a'], onNoData: 'halt' }] },
      ['gates[0].onNoData'],
    ],
    [
      'a probe as it is by default',
      { gates: [{ kind: 'probe', url: 'http://{side}.example.com' }] },
      ['gates[0].when'],
    ],
    ['half a minute', { strategy: { ...strategy, intervalSeconds: 30 } }, ['strategy.intervalSeconds']],
    ['writing over foreign weights', { onDrift: 'overwrite' }, ['onDrift']],
    ['a late rollback', { lateWatch: { action: 'roll-back' } }, ['lateWatch.action']],
  ])('refuses %s, and stores nothing', async (_, part, paths) => {
    expect(await pathsOf(await put(part))).toEqual(paths)
    expect(await api.deps.services.get('web')).toBeNull()
  })

  it('finds what does not fit the platform of the group', async () => {
    group = { platform: 'Server', moves: null }
    expect(await findingsIn(await put())).toEqual(['error strategy-not-possible'])
    group = { platform: 'Lambda', moves: null }
    expect(await findingsIn(await put())).toEqual([])
  })

  it('stores it where CodeDeploy cannot be asked, and says so', async () => {
    group = new TransientError('CodeDeploy is throttled')
    expect(await findingsIn(await put())).toEqual([
      'warning not-looked-at:routes[0]',
      'warning not-looked-at:capacity-and-metrics',
    ])
  })
})

describe('what is asked of a service with a codedeploy route', () => {
  beforeEach(async () => void (await put()))

  it.each<[string, Record<string, unknown>, readonly string[]]>([
    ['nothing to deploy', {}, ['codedeploy']],
    ['a side', { codedeploy: { ecs }, to: 'green' }, ['to']],
    ['versions of functions', { codedeploy: { ecs }, lambda: { versions: { checkout: '7' } } }, ['lambda']],
    [
      'an override that halts',
      { codedeploy: { ecs }, gates: [{ kind: 'alarms', alarmNames: ['a'], onFail: 'halt' }] },
      ['gates[0].onFail'],
    ],
  ])('is refused with %s, at a start and in a plan', async (_, part, paths) => {
    expect(await pathsOf(await start(part))).toEqual(paths)
    expect(await pathsOf(await plan({ codedeploy: undefined, ...part }))).toEqual(paths)
    expect(await api.deps.deployments.pointer('web')).toBeNull()
  })

  it('is refused of a service without one', async () => {
    await api.call('PUT', '/v1/services/other', { body: aServiceBody() })
    expect(await pathsOf(await plan({ service: 'other' }))).toEqual(['codedeploy'])
  })
})

describe('POST /v1/plans with a codedeploy route', () => {
  const create = { step: null, action: 'create-deployment', resource, before: null, after: null }
  const shift = (step: number, before: number, after: number) => ({
    ...{ step, action: 'driver-shift', resource: webArns.rule },
    ...{ before: { blue: 100 - before, green: before }, after: { blue: 100 - after, green: after } },
  })

  it('lists the configuration of ours, the deployment, and what CodeDeploy shifts', async () => {
    await put()
    const { writes, findings } = await readAs(answers.deploymentPlan, await plan())
    const config = { ...create, action: 'create-config', resource: 'codedeploy-config:sluice-ecs-canary-10-30m' }
    expect(writes).toEqual([config, create, shift(0, 0, 10), shift(1, 10, 100)])
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(api.cloud.routing.writes).toEqual([])
  })

  it('lists no configuration where CodeDeploy has one', async () => {
    await put({ strategy: { type: 'preset', name: 'CodeDeployDefault.ECSCanary10Percent5Minutes' } })
    const { writes } = await readAs(answers.deploymentPlan, await plan())
    expect(writes).toEqual([create, shift(0, 0, 10), shift(1, 10, 100)])
  })

  it.each<[string, Partial<DeploymentGroupFacts> | null, string]>([
    ['a group that is gone', null, 'route-changed:routes[0].deploymentGroupName'],
    ['a strategy that its platform has not', { platform: 'Server', moves: null }, 'strategy-not-possible'],
  ])('lists nothing for %s, and says why', async (_, changed, id) => {
    await put()
    group = changed
    const { writes, findings } = await readAs(answers.deploymentPlan, await plan())
    expect(writes).toEqual([])
    expect(findings.map((finding) => finding.id)).toContain(id)
  })

  it('only creates where nothing is known of what is shifted', async () => {
    await put()
    group = { moves: null }
    const { writes } = await readAs(answers.deploymentPlan, await plan())
    expect(writes.map(({ action }) => action)).toEqual(['create-config', 'create-deployment'])
    group = { platform: 'Server', moves: null }
    const onServers = {
      strategy: { type: 'blue-green' },
      codedeploy: { s3: { bucket: 'builds', key: 'web.zip', bundleType: 'zip' } },
    }
    expect((await readAs(answers.deploymentPlan, await plan(onServers))).writes).toEqual([create])
  })

  it('creates nothing where it takes a running deployment over', async () => {
    await put({ routes: [{ ...route, onForeignDeployment: 'adopt' }] })
    group = { running: [aRunningDeployment()] }
    const { writes } = await readAs(answers.deploymentPlan, await plan({ codedeploy: undefined }))
    expect(writes).toEqual([shift(0, 0, 10), shift(1, 10, 100)])
  })
})

describe('GET traffic of a service with a codedeploy route', () => {
  it('shows the weights that CodeDeploy moves, and what runs', async () => {
    await put()
    api.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 90, [webArns.green]: 10 } })
    const running = [aRunningDeployment()]
    group = { running }
    expect((await traffic()).routes).toEqual([
      {
        ...{ kind: 'codedeploy', resource, weight: 10, raw: { blue: 90, green: 10 } },
        targets: { blue: { healthy: 2, total: 2 }, green: { healthy: 2, total: 2 } },
        ...{ lastWritten: null, drift: null, foreignChange: null, running, problem: null },
      },
    ])
  })

  const blind = { kind: 'codedeploy', resource, weight: null, raw: null, targets: { blue: null, green: null } }
  const unwritten = { lastWritten: null, drift: null, foreignChange: null }
  it.each<[string, Partial<DeploymentGroupFacts> | null | Error, unknown]>([
    ['on servers nothing is divided', { platform: 'Server', moves: null }, { running: [], problem: null }],
    ['a group is gone', null, { running: null, problem: `${resource} is not there, or may not be looked at` }],
    ['CodeDeploy cannot be asked', new TransientError('throttled'), { running: null, problem: 'throttled' }],
  ])('shows no weights where %s', async (_, changed, rest) => {
    await put()
    group = changed
    expect((await traffic()).routes).toEqual([{ ...blind, ...unwritten, ...(rest as object) }])
  })

  it('does not hide what nobody foresaw', async () => {
    await put()
    group = new Error('a bug')
    expect((await api.call('GET', '/v1/services/web/traffic')).status).toBe(500)
  })
})
