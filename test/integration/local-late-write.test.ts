import { type ElasticLoadBalancingV2Client, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Shop } from '../../local/demo/shop.ts'
import type { LocalRun } from '../../local/start.ts'
import { callApi, waitForDeployment } from '../support/local-mode.ts'
import { type LocalShop, startLocalShop } from '../support/local-shop.ts'
import { until } from '../support/until.ts'

describe('after the end of a deployment, in local mode', () => {
  let opened: LocalShop
  let local: LocalRun
  let elb: ElasticLoadBalancingV2Client
  let shop: Shop

  beforeAll(async () => {
    opened = await startLocalShop(8240)
    ;({ local, elb, shop } = opened)
    const put = await callApi(local.apiUrl, 'PUT', '/v1/services/shop', {
      routes: [{ kind: 'alb', ruleArn: shop.ruleArn, ...shop.groups }],
      strategy: { type: 'canary', percent: 20, intervalSeconds: 3600, bakeSeconds: 60 },
    })
    expect(put.status).toBe(201)
  })
  afterAll(() => opened.close())

  /** A deployment that was aborted at 20 %. */
  async function endAborted(): Promise<string> {
    const { body } = await callApi(local.apiUrl, 'POST', '/v1/deployments', { service: 'shop' })
    const id = String(body.id)
    await waitForDeployment(local.apiUrl, id, ({ phase, weight }) => phase === 'baking' && weight === 20)
    await callApi(local.apiUrl, 'POST', `/v1/deployments/${id}/abort`)
    await waitForDeployment(local.apiUrl, id, ({ phase }) => phase === 'aborted')
    return id
  }

  /** What takes effect at the load balancer now, past Sluice. */
  async function put(green: number): Promise<void> {
    const TargetGroups = [
      { TargetGroupArn: shop.groups.blue, Weight: 100 - green },
      { TargetGroupArn: shop.groups.green, Weight: green },
    ]
    const Actions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }]
    await elb.send(new ModifyRuleCommand({ RuleArn: shop.ruleArn, Actions }))
  }

  const rawWeights = async () => {
    const { body } = await callApi(local.apiUrl, 'GET', '/v1/services/shop/traffic')
    return (body.routes as { raw: unknown }[])[0]?.raw
  }

  /** The check that comes by itself may be quicker than ours, and still at it when ours has its answer. */
  const lastEvent = (id: string, type: string) =>
    until(`a ${type} at the end`, async () => {
      const { body } = await callApi(local.apiUrl, 'GET', `/v1/deployments/${id}/events?limit=100`)
      const last = (body.items as { type: string }[]).at(-1)
      return last?.type === type ? last : undefined
    })

  it('a check puts back what a write of ours changed late, and says so', { timeout: 90_000 }, async () => {
    const id = await endAborted()
    await put(20)
    expect(await callApi(local.apiUrl, 'POST', '/v1/checks')).toEqual({ status: 200, body: { checked: 1, failed: [] } })
    expect(await lastEvent(id, 'write')).toMatchObject({
      ...{ resource: shop.ruleArn, before: { blue: 80, green: 20 }, after: { blue: 100, green: 0 } },
      reason: 'a write of this deployment took effect after its end; put back',
    })
    expect(await rawWeights()).toEqual({ blue: 100, green: 0 })
  })

  it('what anybody else changed stays, and is noted', { timeout: 90_000 }, async () => {
    const id = await endAborted()
    await put(35)
    expect(await callApi(local.apiUrl, 'POST', '/v1/checks')).toEqual({ status: 200, body: { checked: 1, failed: [] } })
    expect(await lastEvent(id, 'note')).toMatchObject({
      ...{ resource: shop.ruleArn, after: { blue: 65, green: 35 } },
      reason: expect.stringContaining('was changed by somebody else'),
    })
    expect(await rawWeights()).toEqual({ blue: 65, green: 35 })
  })
})
