import { beforeEach, describe, expect, it } from 'vitest'
import { answers } from '../../../../functions/api/schemas/answers.ts'
import type { Deployment, RouteProgress } from '../../../../shared/domain/deployment.ts'
import { resourceOf } from '../../../../shared/domain/service.ts'
import { aDeployment, anAlbRoute, aRouteState, webArns } from '../../../support/builders.ts'
import { aServiceBody, createMemoryApi, readAs } from '../../../support/memory-api.ts'
import { aRecordRoute } from '../../../support/preflight.ts'

let api: ReturnType<typeof createMemoryApi>
beforeEach(() => {
  api = createMemoryApi()
})

const second = `${webArns.rule.slice(0, -1)}d`
const alb = { kind: 'alb', ruleArn: webArns.rule, blue: webArns.blue, green: webArns.green }
const records = aRecordRoute({ wave: 3 })
const recordSet = 'route53:Z0000000000000EXAMPLE/app.example.com/A'

const progress = (resource: string, overrides: Partial<RouteProgress> = {}): RouteProgress => ({
  ...{ resource, snapshot: aRouteState(), touched: true, stableHealthyBefore: 2, test: null },
  ...overrides,
})

/** What the API answers of a deployment over a load balancer and DNS. */
async function read(overrides: Partial<Deployment>) {
  const { settings } = aDeployment()
  const deployment = aDeployment({ settings: { ...settings, routes: [anAlbRoute(), records] }, ...overrides })
  await api.deps.deployments.create(deployment)
  return readAs(answers.deployment, await api.call('GET', `/v1/deployments/${deployment.id}`))
}

describe('a deployment over waves', () => {
  it('lists its routes with their waves, and what a rollback came to', async () => {
    const at = '2026-01-01T00:10:00.000Z'
    const reason = 'route53:ChangeResourceRecordSets was throttled'
    const { routes, tail } = await read({
      phase: 'rolling-back',
      routes: [
        progress(webArns.rule, { restore: { status: 'restored', at } }),
        progress(resourceOf(records), { restore: { status: 'failed', at, reason } }),
      ],
    })
    expect(routes).toEqual([
      { kind: 'alb', resource: webArns.rule, wave: 1, restore: { status: 'restored', at } },
      { kind: 'route53', resource: recordSet, wave: 3, restore: { status: 'failed', at, reason } },
    ])
    expect(tail).toBeUndefined()
  })

  it('says how long resolvers may lag, once the records were looked at', async () => {
    const unread = await read({ id: 'dep_01KDVDNC00000000000000WEB2' })
    expect(unread.plan.resolverLagSeconds).toBeUndefined()
    const snapshot = aRouteState({ lagSeconds: 300 })
    const { plan } = await read({ routes: [progress(webArns.rule), progress(recordSet, { snapshot })] })
    expect(plan.resolverLagSeconds).toBe(360)
  })

  it('says until when clients may still come to the side that was left', async () => {
    const tail = { seconds: 120, endsAt: '2026-01-01T00:12:00.000Z' }
    expect((await read({ phase: 'rolled-back', tail })).tail).toEqual(tail)
  })
})

describe('a plan over waves', () => {
  it('runs every step for the first wave, then for the next, and says whose step it is', async () => {
    for (const rule of [webArns.rule, second])
      api.cloud.routing.set(rule, { weights: { [webArns.blue]: 100, [webArns.green]: 0 } })
    const routes = [{ ...alb, ruleArn: second, wave: 7 }, alb]
    expect((await api.call('PUT', '/v1/services/web', { body: aServiceBody({ routes }) })).status).toBe(201)
    const response = await api.call('POST', '/v1/plans', { body: { service: 'web' } })
    const { steps, writes, minimumSeconds } = await readAs(answers.deploymentPlan, response)
    expect(steps.map(({ wave, weight, bakeSeconds }) => [wave, weight, bakeSeconds])).toEqual([
      [1, 10, 1800],
      [1, 100, 600],
      [7, 10, 1800],
      [7, 100, 600],
    ])
    expect(minimumSeconds).toBe(4800)
    expect(writes.filter(({ action }) => action === 'shift').map(({ step, resource }) => [step, resource])).toEqual([
      [0, webArns.rule],
      [1, webArns.rule],
      [2, second],
      [3, second],
    ])
  })
})
