import { beforeEach, describe, expect, it } from 'vitest'
import { answers } from '../../../../functions/api/schemas/answers.ts'
import { UpstreamError } from '../../../../shared/domain/errors.ts'
import { webArns } from '../../../support/builders.ts'
import { aServiceBody, createMemoryApi, readAs } from '../../../support/memory-api.ts'

const zoneId = 'Z1D633PJN98FT9'
const name = 'app.example.com'
const recordSet = `route53:${zoneId}/${name}/A`
const targetGroups = { blue: webArns.blue, green: webArns.green }
const records = { kind: 'route53', hostedZoneId: zoneId, name, type: 'A', blue: 'app-blue', green: 'app-green' }
const route = { ...records, targetGroups }
const alb = { kind: 'alb', ruleArn: webArns.rule, blue: webArns.blue, green: webArns.green }

let api: ReturnType<typeof createMemoryApi>
beforeEach(() => {
  api = createMemoryApi()
  api.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 100, [webArns.green]: 0 } })
  api.cloud.hostedZones.addZone(zoneId, { name: 'example.com' })
  setRecord('app-blue', 100)
  setRecord('app-green', 0)
})

function setRecord(identifier: string, weight: number, overrides = {}) {
  api.cloud.hostedZones.set(zoneId, {
    Name: `${name}.`,
    Type: 'A',
    SetIdentifier: identifier,
    Weight: weight,
    TTL: 60,
    ResourceRecords: [{ Value: '192.0.2.1' }],
    ...overrides,
  })
}

const put = (service: string, ...routes: unknown[]) =>
  api.call('PUT', `/v1/services/${service}`, { body: aServiceBody({ routes }) })

async function problemsOf(response: Response) {
  expect(response.status).toBe(422)
  return (await readAs(answers.problem, response)).errors
}

async function findingsOf(response: Response) {
  expect(response.status).toBe(201)
  const { findings = [] } = await readAs(answers.service, response)
  return findings.map(({ severity, id }) => `${severity} ${id}`)
}

describe('PUT of a service with a route53 route', () => {
  it('stores it as Sluice spells it, and finds nothing where all is well', async () => {
    const response = await put('web', { ...route, hostedZoneId: `/hostedzone/${zoneId}`, name: 'APP.example.com.' })
    expect(await findingsOf(response.clone())).toEqual([])
    expect((await readAs(answers.service, response)).routes).toEqual([{ ...route, wave: 1 }])
    expect(await api.deps.services.claim(recordSet, 'shop')).toBe('web')
    expect(api.cloud.hostedZones.writes).toEqual([])
  })

  it('takes a wildcard that Route 53 answers with an escape', async () => {
    for (const [id, weight] of Object.entries({ 'app-blue': 1, 'app-green': 0 }))
      setRecord(id, weight, { Name: '\\052.example.com.' })
    const response = await put('web', { ...route, name: '*.example.com' })
    expect(await findingsOf(response)).toEqual([])
    expect(await api.deps.services.claim(`route53:${zoneId}/*.example.com/A`, 'shop')).toBe('web')
  })

  it.each<[string, Record<string, unknown>, { path: string; message: string }]>([
    [
      'a hosted zone',
      { hostedZoneId: 'Z404' },
      { path: 'routes[0].hostedZoneId', message: 'hosted zone Z404 does not exist' },
    ],
    [
      'a record of the name',
      { name: 'api.example.com' },
      {
        path: 'routes[0].name',
        message: `hosted zone ${zoneId} (example.com) has no A record called api.example.com; create the two weighted records first`,
      },
    ],
    [
      'a record of the type',
      { type: 'AAAA' },
      {
        path: 'routes[0].name',
        message: `hosted zone ${zoneId} (example.com) has no AAAA record called ${name}; create the two weighted records first`,
      },
    ],
    [
      'a name of another domain',
      { name: 'app.example.org' },
      { path: 'routes[0].name', message: `app.example.org is not in hosted zone ${zoneId} (example.com)` },
    ],
    [
      'a target group',
      { targetGroups: { ...targetGroups, green: `${webArns.green}0` } },
      { path: 'routes[0].targetGroups.green', message: `target group ${webArns.green}0 does not exist` },
    ],
  ])('refuses %s that AWS does not know, and stores nothing', async (_, part, problem) => {
    expect(await problemsOf(await put('web', { ...route, ...part }))).toEqual([problem])
    expect((await api.call('GET', '/v1/services/web')).status).toBe(404)
    expect(await api.deps.services.claim(recordSet, 'shop')).toBe('shop')
  })

  it('refuses a record set of another service, however it is spelled, and names the owner', async () => {
    await put('web', route)
    const response = await put('shop', { ...route, name: 'App.Example.Com.', blue: 'x', green: 'y' })
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ owner: 'web', resource: recordSet })
  })

  it('frees the record set that a new document drops', async () => {
    await put('web', alb, route)
    expect((await put('web', alb)).status).toBe(200)
    expect(await api.deps.services.claim(recordSet, 'shop')).toBe('shop')
  })

  it('does not call missing what Route 53 refuses to show, and says so', async () => {
    api.cloud.inject({
      before({ action }) {
        if (action.startsWith('zones.')) throw new UpstreamError('AccessDenied')
      },
    })
    const ids = await findingsOf(await put('web', route))
    expect(ids).toContain('warning not-looked-at:parts-of:routes[0]')
    expect(ids.filter((id) => id.startsWith('error'))).toEqual([])
  })

  it.each<[string, () => void, unknown, readonly string[]]>([
    ['a missing side', () => {}, { ...route, green: 'app-gren' }, ['error record-identifier']],
    ['unequal TTLs', () => setRecord('app-green', 0, { TTL: 300 }), route, ['error record-ttl']],
    ['a third record with traffic', () => setRecord('third', 5), route, ['error weights-foreign']],
    ['a split that nobody of us made', () => setRecord('app-green', 50), route, ['error weights-foreign']],
    [
      'records of a traffic policy',
      () => setRecord('app-green', 0, { TrafficPolicyInstanceId: 'instance-1' }),
      route,
      ['error record-policy'],
    ],
    ['sides that nothing measures', () => {}, records, ['warning sides-unmeasured']],
    ['an empty canary', () => api.cloud.setGroup(webArns.green, { total: 0 }), route, ['warning canary-empty']],
    [
      'a canary that is too small',
      () => api.cloud.setGroup(webArns.green, { total: 1 }),
      route,
      ['error capacity-too-small'],
    ],
  ])('stores it with a finding: %s', async (_, happen, given, expected) => {
    happen()
    expect(await findingsOf(await put('web', given))).toEqual(expect.arrayContaining([...expected]))
  })

  it('finds a simple record where two weighted ones are needed', async () => {
    api.cloud.hostedZones.remove(zoneId, name, 'A')
    const simple = { Name: `${name}.`, Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.1' }] } as const
    api.cloud.hostedZones.set(zoneId, { ...simple, ResourceRecords: [...simple.ResourceRecords] })
    expect(await findingsOf(await put('web', records))).toContain('error record-policy')
  })

  it('finds an alias that would leave DNS with an empty canary', async () => {
    const dnsName = 'dualstack.shop-1234567890.eu-west-1.elb.amazonaws.com.'
    const alias = { HostedZoneId: 'Z32O12XQLNTSW2', DNSName: dnsName, EvaluateTargetHealth: true }
    setRecord('app-blue', 100, { TTL: undefined, ResourceRecords: undefined, AliasTarget: alias })
    api.cloud.setGroup(webArns.green, { total: 0 })
    const ids = await findingsOf(await put('web', alb, { ...records, wave: 2 }))
    expect(ids).toContain(`warning alias-evaluates-health:${webArns.rule.slice(webArns.rule.lastIndexOf(':') + 1)}`)
    expect(ids).toContain('warning not-looked-at:alias-evaluates-health')
  })
})

describe('the gate that is always on', () => {
  it.each([
    ['watches records with target groups', route, ['target-health']],
    ['is left out where there is nothing to watch', records, []],
  ])('%s, in the service and in a deployment with gates of its own', async (_, given, expected) => {
    const { gates } = await readAs(answers.service, await put('web', given))
    expect(gates.map(({ kind }) => kind)).toEqual(expected)
    const body = { service: 'web', gates: [] }
    const started = await api.call('POST', '/v1/deployments', { body, headers: { 'Idempotency-Key': 'run-1' } })
    const { id } = await readAs(answers.deployment, started)
    const deployment = await api.deps.deployments.load(id)
    expect(deployment?.settings.gates.map(({ kind }) => kind)).toEqual(expected)
  })
})

describe('a plan with a route53 route', () => {
  const plan = async () =>
    readAs(answers.deploymentPlan, await api.call('POST', '/v1/plans', { body: { service: 'web' } }))

  it('shows its writes, after those of the wave before, and how long resolvers lag', async () => {
    for (const id of ['app-blue', 'app-green']) setRecord(id, id === 'app-blue' ? 100 : 0, { TTL: 30 })
    await put('web', { ...route, wave: 2 }, alb)
    const { writes, steps, resolverLagSeconds, findings } = await plan()
    expect(writes.map(({ step, action, resource, after }) => [step, action, resource, after])).toEqual([
      [0, 'shift', webArns.rule, { blue: 90, green: 10 }],
      [1, 'shift', webArns.rule, { blue: 0, green: 100 }],
      [2, 'shift', recordSet, { blue: 90, green: 10 }],
      [3, 'shift', recordSet, { blue: 0, green: 100 }],
    ])
    expect(steps.map(({ wave }) => wave)).toEqual([1, 1, 2, 2])
    expect(resolverLagSeconds).toBe(90)
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(api.cloud.hostedZones.writes).toEqual([])
  })

  it('has no lag without DNS', async () => {
    await put('web', alb)
    expect((await plan()).resolverLagSeconds).toBeUndefined()
  })

  it('says what Route 53 can do for a share that it cannot express', async () => {
    const strategy = { type: 'canary', percent: 0.1, intervalSeconds: 600, bakeSeconds: 600 }
    await api.call('PUT', '/v1/services/web', { body: aServiceBody({ routes: [route], strategy }) })
    const { steps } = await plan()
    expect(steps.map(({ weight, effectiveWeight }) => [weight, effectiveWeight])).toEqual([
      [0.1, 0.391],
      [100, 100],
    ])
  })

  it('finds records that are gone since the service was stored', async () => {
    await put('web', route)
    api.cloud.hostedZones.remove(zoneId, name, 'A')
    const ids = (await plan()).findings.map(({ severity, id }) => `${severity} ${id}`)
    expect(ids).toContain('error route-changed:routes[0].name')
  })
})

describe('GET /v1/services/{service}/traffic with a route53 route', () => {
  it('shows the live weights of the records', async () => {
    await put('web', route)
    const { routes } = await readAs(answers.traffic, await api.call('GET', '/v1/services/web/traffic'))
    expect(routes).toEqual([
      {
        kind: 'route53',
        resource: recordSet,
        weight: 0,
        raw: { blue: 100, green: 0 },
        targets: { blue: { healthy: 2, total: 2 }, green: { healthy: 2, total: 2 } },
        lastWritten: null,
        drift: null,
        foreignChange: null,
        problem: null,
      },
    ])
  })
})
