import { beforeEach, describe, expect, it } from 'vitest'
import { answers } from '../../../../functions/api/schemas/answers.ts'
import type { Deployment } from '../../../../shared/domain/deployment.ts'
import { TransientError } from '../../../../shared/domain/errors.ts'
import { aDeployment, someMeasures, webArns } from '../../../support/builders.ts'
import { aServiceBody, createMemoryApi, readAs } from '../../../support/memory-api.ts'

let api: ReturnType<typeof createMemoryApi>
beforeEach(() => {
  api = createMemoryApi()
})

const otherRule = `${webArns.rule.slice(0, -1)}c`
const route = { kind: 'alb', ruleArn: webArns.rule, blue: webArns.blue, green: webArns.green }

const put = (name = 'web', body: unknown = aServiceBody()) => api.call('PUT', `/v1/services/${name}`, { body })

async function openDeployment(overrides: Partial<Deployment> = {}) {
  const deployment = aDeployment({ phase: 'baking', stage: 'baking', ...overrides })
  await api.deps.deployments.takePointer('web', deployment.id)
  await api.deps.deployments.create(deployment)
  return deployment
}

describe('PUT /v1/services/{service}', () => {
  it('stores the document and answers it with every default and the findings', async () => {
    const response = await put()
    expect(response.status).toBe(201)
    const { findings, ...document } = await readAs(answers.service, response)
    expect(document).toEqual({
      name: 'web',
      routes: [{ ...route, wave: 1 }],
      strategy: { type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 600 },
      gates: [
        {
          kind: 'target-health',
          name: 'target-health',
          mode: 'enforce',
          onFail: 'roll-back',
          noDataLimit: 3,
          onNoData: 'roll-back',
          graceSeconds: 240,
          maxExtendSeconds: 900,
          minHealthyPercent: 100,
        },
      ],
      settleSeconds: 10,
      approvals: { required: 1, timeoutSeconds: 86_400 },
      concurrency: 'reject',
      onDrift: 'halt',
      freeze: [],
      lateWatch: { seconds: 3600, action: 'notify' },
      notify: {},
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
    })
    expect(findings?.map((finding) => finding.id)).toContain('group-not-attached:green')
    expect(await (await api.call('GET', '/v1/services/web')).json()).toEqual(document)
  })

  it('stores freeze windows and shows them', async () => {
    const freeze = [{ cron: '0 18 * * 5', durationSeconds: 226_800, timeZone: 'Asia/Tokyo', reason: 'weekend' }]
    expect(await (await put('web', aServiceBody({ freeze }))).json()).toMatchObject({ freeze })
    expect(await (await api.call('GET', '/v1/services/web')).json()).toMatchObject({ freeze })
  })

  it('stores the Slack channel that is told and shows it', async () => {
    const notify = { slackChannel: 'C0123' }
    expect(await (await put('web', aServiceBody({ notify }))).json()).toMatchObject({ notify })
    expect(await (await api.call('GET', '/v1/services/web')).json()).toMatchObject({ notify })
    expect(await (await put('web', aServiceBody({ notify: null }))).json()).toMatchObject({ notify: {} })
  })

  it('shows a document of an earlier version without freeze windows', async () => {
    await put()
    const service = await api.deps.services.get('web')
    if (!service) throw new Error('the service was not stored')
    const { freeze: _unknownThen, ...earlier } = service
    await api.deps.services.put(earlier)
    expect(await (await api.call('GET', '/v1/services/web')).json()).toMatchObject({ freeze: [] })
  })

  it('answers 200 when it replaces, and keeps when it was created', async () => {
    await put()
    await api.clock.sleep(60_000)
    const response = await put('web', aServiceBody({ settleSeconds: 30 }))
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      settleSeconds: 30,
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:01:00.000Z',
    })
  })

  it.each([
    ['a rule', { ruleArn: otherRule }, 'routes[0].ruleArn'],
    ['a target group', { green: `${webArns.green}0` }, 'routes[0].green'],
  ])('refuses %s that AWS does not know, and stores nothing', async (_, part, path) => {
    const response = await put('web', aServiceBody({ routes: [{ ...route, ...part }] }))
    expect(response.status).toBe(422)
    expect((await readAs(answers.problem, response)).errors.map((error) => error.path)).toEqual([path])
    expect((await api.call('GET', '/v1/services/web')).status).toBe(404)
    expect(await api.deps.services.claim(webArns.rule, 'shop')).toBe('shop')
  })

  it('refuses a rule of another service, names its owner and keeps no claim', async () => {
    api.cloud.routing.set(otherRule, { weights: { [webArns.blue]: 100 } })
    await put('web')
    const response = await put('shop', aServiceBody({ routes: [{ ...route, ruleArn: otherRule }, route] }))
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ owner: 'web', resource: webArns.rule })
    expect((await api.call('GET', '/v1/services/shop')).status).toBe(404)
    expect(await api.deps.services.claim(otherRule, 'third')).toBe('third')
  })

  it('takes over a claim that no document backs: its registration died half-way', async () => {
    await api.deps.services.claim(webArns.rule, 'died')
    expect((await put()).status).toBe(201)
    expect(await api.deps.services.claim(webArns.rule, 'died')).toBe('web')
  })

  it('takes its document back when its claim was taken over while it was slow', async () => {
    const { services } = api.deps
    const save = services.put
    services.put = async (service) => {
      await services.release(webArns.rule, 'web')
      await services.claim(webArns.rule, 'faster')
      return save(service)
    }
    const response = await put()
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ owner: 'faster' })
    expect(await services.get('web')).toBeNull()
  })

  it('gives up what it claimed when the claiming fails half-way, and can be repeated', async () => {
    api.cloud.routing.set(otherRule, { weights: { [webArns.blue]: 100 } })
    const { services } = api.deps
    const claim = services.claim
    services.claim = async (resource, service) => {
      if (resource === otherRule) throw new TransientError('throttled')
      return claim(resource, service)
    }
    const body = aServiceBody({ routes: [route, { ...route, ruleArn: otherRule }] })
    expect((await put('web', body)).status).toBe(503)
    services.claim = claim
    expect(await claim(webArns.rule, 'shop')).toBe('shop')
    await services.release(webArns.rule, 'shop')
    expect((await put('web', body)).status).toBe(201)
  })

  it('frees the resources that the new document drops', async () => {
    api.cloud.routing.set(otherRule, { weights: { [webArns.blue]: 100 } })
    await put('web', aServiceBody({ routes: [{ ...route, test: { ruleArn: otherRule } }] }))
    expect(await api.deps.services.claim(otherRule, 'shop')).toBe('web')
    await put('web')
    expect(await api.deps.services.claim(otherRule, 'shop')).toBe('shop')
  })

  it('changes no routes while a deployment is open, but takes other settings', async () => {
    await put()
    const { id } = await openDeployment()
    const response = await put(
      'web',
      aServiceBody({ routes: [{ ...route, blue: webArns.green, green: webArns.blue }] }),
    )
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ deployment: id })
    expect((await put('web', aServiceBody({ settleSeconds: 20 }))).status).toBe(200)
  })
})

describe('a deployment that starts while the service changes', () => {
  const startDuring = (method: 'put' | 'delete') => {
    const { services } = api.deps
    const { put, delete: remove } = services
    const start = () => api.deps.deployments.takePointer('web', 'dep_racing')
    if (method === 'put') services.put = async (service) => start().then(() => put(service))
    else services.delete = async (name, revision) => start().then(() => remove(name, revision))
    return () => Object.assign(services, { put, delete: remove })
  }

  it('keeps the routes it started with', async () => {
    await put()
    const restore = startDuring('put')
    const response = await put(
      'web',
      aServiceBody({ routes: [{ ...route, blue: webArns.green, green: webArns.blue }] }),
    )
    restore()
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ deployment: 'dep_racing' })
    expect((await api.deps.services.get('web'))?.routes).toEqual([{ ...route, wave: 1 }])
  })

  it('keeps its service', async () => {
    await put()
    startDuring('delete')
    const response = await api.call('DELETE', '/v1/services/web')
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ deployment: 'dep_racing' })
    expect((await api.deps.services.get('web'))?.routes).toEqual([{ ...route, wave: 1 }])
    expect(await api.deps.services.claim(webArns.rule, 'shop')).toBe('web')
  })
})

describe('GET /v1/services', () => {
  const list = async (query: string) => readAs(answers.services, await api.call('GET', `/v1/services?limit=2${query}`))

  it('pages by name', async () => {
    for (const [index, name] of ['a', 'b', 'c'].entries()) {
      const ruleArn = `${webArns.rule.slice(0, -1)}${index}`
      api.cloud.routing.set(ruleArn, { weights: { [webArns.blue]: 100 } })
      await put(name, aServiceBody({ routes: [{ ...route, ruleArn }] }))
    }
    const first = await list('')
    expect(first.items.map((service) => service.name)).toEqual(['a', 'b'])
    const next = await list(`&cursor=${encodeURIComponent(first.nextCursor ?? '')}`)
    expect(next.items.map((service) => service.name)).toEqual(['c'])
    expect(next.nextCursor).toBeNull()
  })
})

describe('DELETE /v1/services/{service}', () => {
  it('forgets the service and frees its resources', async () => {
    await put()
    const response = await api.call('DELETE', '/v1/services/web')
    expect(response.status).toBe(204)
    expect(await response.text()).toBe('')
    expect((await api.call('GET', '/v1/services/web')).status).toBe(404)
    expect(await api.deps.services.claim(webArns.rule, 'shop')).toBe('shop')
  })

  it('is refused while a deployment is open', async () => {
    await put()
    const { id } = await openDeployment()
    const response = await api.call('DELETE', '/v1/services/web')
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ deployment: id })
    expect((await api.call('GET', '/v1/services/web')).status).toBe(200)
  })

  it('is 404 for one that is not there', async () => {
    expect((await api.call('DELETE', '/v1/services/web')).status).toBe(404)
  })
})

describe('GET /v1/services/{service}/traffic', () => {
  const traffic = async () => readAs(answers.traffic, await api.call('GET', '/v1/services/web/traffic'))

  it('says where traffic goes before Sluice ever wrote', async () => {
    await put()
    expect(await traffic()).toEqual({
      routes: [
        {
          kind: 'alb',
          resource: webArns.rule,
          weight: 0,
          raw: { blue: 100, green: 0 },
          // Nobody checks the health of a group that no rule uses.
          targets: { blue: { healthy: 2, total: 2 }, green: { healthy: 0, total: 2 } },
          lastWritten: null,
          drift: null,
          foreignChange: null,
          problem: null,
        },
      ],
      leases: [],
      rollback: null,
    })
  })

  it('takes the side that serves less as the next canary', async () => {
    await put()
    api.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 10, [webArns.green]: 90 } })
    expect((await traffic()).routes[0]).toMatchObject({ weight: 10, raw: { blue: 10, green: 90 } })
  })

  it('takes the canary of the open deployment, and shows its rollback and the lease at work', async () => {
    await put()
    const { id } = await openDeployment()
    await api.deps.deployments.saveMeasures(id, someMeasures())
    api.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 10, [webArns.green]: 90 } })
    await api.deps.leases.take(webArns.rule, 'writer', 20_000)
    expect(await traffic()).toMatchObject({
      routes: [{ weight: 90 }],
      leases: [{ resource: webArns.rule, holder: 'writer', fence: 1, expiresAt: '2026-01-01T00:00:20.000Z' }],
      rollback: { ready: true, reasons: [], estimatedSeconds: 2 },
    })
    await api.clock.sleep(20_000)
    expect((await traffic()).leases).toEqual([])
  })

  it('tells drift from what was last written', async () => {
    await put()
    const lease = await api.deps.leases.take(webArns.rule, 'writer', 20_000)
    const { services, routerFor, leases } = api.deps
    const service = await services.get('web')
    const first = service?.routes[0]
    if (!lease || !first) throw new Error('no lease or no route')
    await leases.confirm(lease, await routerFor(first).read())
    expect((await traffic()).routes[0]).toMatchObject({ lastWritten: { blue: 100, green: 0 }, drift: false })
    api.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 50, [webArns.green]: 50 } })
    const [before, after] = [
      { blue: 100, green: 0 },
      { blue: 50, green: 50 },
    ] as const
    expect((await traffic()).routes[0]).toMatchObject({
      ...{ lastWritten: before, raw: after, drift: true },
      foreignChange: {
        ...{ before, after, beyondWeights: false },
        reason: `${webArns.rule} was changed by somebody else: expected blue 100, green absent, found blue 50, green 50`,
      },
    })
    const other = { weights: { [webArns.blue]: 100, [webArns.green]: 0 }, stickySeconds: 60 }
    api.cloud.routing.set(webArns.rule, other)
    expect((await traffic()).routes[0]?.foreignChange).toMatchObject({
      ...{ before, after: before, beyondWeights: true },
      reason: expect.stringMatching(/; the shares are as expected, but actions or stickiness differ$/),
    })
  })

  it('takes a write of ours whose answer is not in yet for no drift', async () => {
    await put()
    const [service, lease] = [await api.deps.services.get('web'), await api.deps.leases.take(webArns.rule, 'w', 20_000)]
    const first = service?.routes[0]
    if (!lease || !first) throw new Error('no lease or no route')
    const router = api.deps.routerFor(first)
    await api.deps.leases.confirm(lease, await router.read())
    const target = router.target(await router.read(), { canary: 'green', percent: 10, keepIdle: true })
    await api.deps.leases.intend(lease, target)
    api.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 90, [webArns.green]: 10 } })
    expect((await traffic()).routes[0]).toMatchObject({ raw: { blue: 90, green: 10 }, drift: false })
  })

  it('shows the other routes when one cannot be read, and says why', async () => {
    api.cloud.routing.set(otherRule, { weights: { [webArns.blue]: 100 } })
    await put('web', aServiceBody({ routes: [{ ...route, ruleArn: otherRule }, route] }))
    const refused = new Set<string>([otherRule])
    api.cloud.inject({
      before({ action, subject }) {
        if (action === 'router.read' && refused.has(subject)) throw new TransientError('Rate exceeded')
      },
    })
    expect((await traffic()).routes).toMatchObject([
      { resource: otherRule, weight: null, raw: null, drift: null, problem: 'Rate exceeded' },
      { resource: webArns.rule, weight: 0, raw: { blue: 100, green: 0 }, problem: null },
    ])
    refused.add(webArns.rule)
    expect((await api.call('GET', '/v1/services/web/traffic')).status).toBe(503)
  })

  it('shows what is unknown as null: a rule that is gone, health that cannot be had', async () => {
    await put()
    api.cloud.routing.remove(webArns.rule)
    api.deps.targetHealth.read = () => Promise.reject(new TransientError('throttled'))
    expect((await traffic()).routes[0]).toMatchObject({
      weight: null,
      raw: null,
      targets: { blue: null, green: null },
      drift: null,
      problem: expect.stringContaining(webArns.rule),
    })
  })
})
