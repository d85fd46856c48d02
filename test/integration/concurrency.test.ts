import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildShop, type Shop } from '../../local/demo/shop.ts'
import type { LocalRun } from '../../local/start.ts'
import { elbClient, portFreeEverywhere } from '../support/balancers.ts'
import { callApi, startQuietly, waitForDeployment } from '../support/local-mode.ts'

describe('concurrency of a service, over HTTP in local mode', () => {
  let local: LocalRun
  let elb: ElasticLoadBalancingV2Client
  let shop: Shop

  beforeAll(async () => {
    local = await startQuietly()
    elb = elbClient(local.awsUrl, 'eu-west-1')
    shop = await buildShop(elb, await portFreeEverywhere())
  })
  afterAll(async () => {
    elb.destroy()
    await shop.close()
    await local.close()
  })

  async function register(concurrency: string, bakeSeconds: number): Promise<void> {
    const { status } = await callApi(local.apiUrl, 'PUT', '/v1/services/shop', {
      routes: [{ kind: 'alb', ruleArn: shop.ruleArn, ...shop.groups }],
      strategy: { type: 'canary', percent: 20, intervalSeconds: bakeSeconds, bakeSeconds: 0 },
      concurrency,
    })
    expect([200, 201]).toContain(status)
  }

  async function start() {
    const { status, body } = await callApi(local.apiUrl, 'POST', '/v1/deployments', { service: 'shop' })
    expect(status).toBe(202)
    return { ...body, id: String(body.id) } as { id: string; phase?: string; queue?: unknown }
  }
  const when = (id: string, phase: string) => waitForDeployment(local.apiUrl, id, (one) => one.phase === phase)

  it('queue: each starts when the one before it has ended, and says until then where it stands', {
    timeout: 120_000,
  }, async () => {
    await register('queue', 60)
    const first = await start()
    const second = await start()
    const third = await start()
    expect([first.phase, second.phase, third.phase]).toEqual(['preparing', 'queued', 'queued'])
    expect(third.queue).toMatchObject({ position: 2, ahead: [first.id, second.id] })
    const ended = []
    for (const { id } of [first, second, third]) ended.push(await when(id, 'succeeded'))
    expect(ended.map(({ stable, canary }) => [stable, canary])).toEqual([
      ['blue', 'green'],
      ['green', 'blue'],
      ['blue', 'green'],
    ])
    const ends = ended.map(({ endedAt }) => String(endedAt))
    expect(ends.toSorted()).toEqual(ends)
    const { body } = await callApi(local.apiUrl, 'GET', `/v1/deployments/${second.id}/events?limit=100`)
    const moves = (body.items as { to?: string }[]).flatMap(({ to }) => (to === undefined ? [] : [to]))
    expect(moves.slice(0, 3)).toEqual(['queued', 'preparing', 'verifying'])
  })

  it('supersede: the open one is restored before the new one starts', { timeout: 120_000 }, async () => {
    await register('supersede', 3600)
    const first = await start()
    await waitForDeployment(local.apiUrl, first.id, ({ phase, weight }) => phase === 'baking' && weight === 20)
    const second = await start()
    const superseded = await when(first.id, 'superseded')
    expect(superseded).toMatchObject({ weight: 0, cause: { type: 'superseded', reason: `${second.id} takes over` } })
    const baking = await when(second.id, 'baking')
    expect(baking).toMatchObject({ stable: superseded.stable, canary: superseded.canary, weight: 20 })
    const eventsOf = async (id: string) => {
      const { body } = await callApi(local.apiUrl, 'GET', `/v1/deployments/${id}/events?limit=100`)
      return body.items as { at: string; type: string; to?: string; after?: Record<string, number> }[]
    }
    const restored = (await eventsOf(first.id)).findLast(({ type }) => type === 'write')
    expect(restored?.after?.[String(superseded.canary)]).toBe(0)
    const begun = (await eventsOf(second.id)).find(({ to }) => to === 'preparing')
    expect(Date.parse(begun?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(restored?.at ?? ''))
    await callApi(local.apiUrl, 'POST', `/v1/deployments/${second.id}/abort`)
  })
})
