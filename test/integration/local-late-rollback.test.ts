import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type ElasticLoadBalancingV2Client, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Shop } from '../../local/demo/shop.ts'
import type { LocalRun } from '../../local/start.ts'
import { callApi, waitForDeployment } from '../support/local-mode.ts'
import { type LocalShop, startLocalShop } from '../support/local-shop.ts'
import { until } from '../support/until.ts'

const sluice = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url))

/** With real HTTP: the load balancer of local mode carries requests to two servers, and the API, the check and the command line move them. */
describe('after a success, in local mode with real traffic', () => {
  let opened: LocalShop
  let local: LocalRun
  let elb: ElasticLoadBalancingV2Client
  let shop: Shop

  beforeAll(async () => {
    opened = await startLocalShop(8280)
    ;({ local, elb, shop } = opened)
  })
  afterAll(() => opened.close())

  async function register(more: Record<string, unknown>): Promise<void> {
    const put = await callApi(local.apiUrl, 'PUT', '/v1/services/shop', {
      routes: [{ kind: 'alb', ruleArn: shop.ruleArn, ...shop.groups }],
      strategy: { type: 'blue-green', bakeSeconds: 0 },
      ...more,
    })
    expect([200, 201]).toContain(put.status)
  }
  async function succeed(): Promise<Record<string, unknown>> {
    const { body } = await callApi(local.apiUrl, 'POST', '/v1/deployments', { service: 'shop' })
    return waitForDeployment(local.apiUrl, String(body.id), ({ phase }) => phase === 'succeeded')
  }
  const versionServed = async (headers: Record<string, string> = {}) => {
    const response = await fetch(`${shop.url}/`, { headers })
    return { version: response.headers.get('x-version'), cookies: response.headers.getSetCookie() }
  }
  const read = async (id: unknown) => (await callApi(local.apiUrl, 'GET', `/v1/deployments/${id}`)).body
  const eventsOf = async (id: unknown) =>
    (await callApi(local.apiUrl, 'GET', `/v1/deployments/${id}/events?limit=100`)).body.items as {
      readonly type: string
      readonly reason: string
    }[]
  async function rollback(...options: readonly string[]) {
    const env = { ...process.env, SLUICE_URL: local.apiUrl }
    const child = spawn(process.execPath, [sluice, 'rollback', ...options], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const [stdout, stderr, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve) => child.once('close', resolve)),
    ])
    return { stdout, stderr, code }
  }

  it('a late rollback by the command line brings every request to the version before', {
    timeout: 90_000,
  }, async () => {
    await register({})
    const of = await succeed()
    expect((await versionServed()).version).toBe('v2')
    const { stdout, code } = await rollback('shop', '--reason', 'orders fail', '--json')
    expect(code).toBe(0)
    const late = JSON.parse(stdout) as Record<string, unknown>
    expect(late).toMatchObject({ phase: 'rolled-back', lateRollbackOf: of.id, reason: 'orders fail', weight: 0 })
    expect((await versionServed()).version).toBe('v1')
    expect(await read(of.id)).toMatchObject({ phase: 'succeeded', lateRollbackBy: late.id })
    expect(await rollback('shop')).toMatchObject({ code: 0, stdout: expect.stringContaining(String(late.id)) })
  })

  it('with group stickiness the old side comes back at 0, gets healthy, and then everything', {
    timeout: 90_000,
  }, async () => {
    const stickiness = { TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 86_400 } }
    const TargetGroups = [{ TargetGroupArn: shop.groups.blue, Weight: 100 }]
    const Actions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups, ...stickiness } }]
    await elb.send(new ModifyRuleCommand({ RuleArn: shop.ruleArn, Actions }))
    await register({})
    const of = await succeed()
    const sticky = await versionServed()
    expect(sticky.version).toBe('v2')
    const cookie = sticky.cookies.map((one) => one.split(';')[0]).join('; ')
    expect(cookie).toContain('AWSALBTG')
    const { body } = await callApi(local.apiUrl, 'POST', '/v1/services/shop/rollback', {})
    const late = await waitForDeployment(local.apiUrl, String(body.id), ({ phase }) => phase === 'rolled-back')
    expect(late.lateRollbackOf).toBe(of.id)
    expect((await eventsOf(late.id)).filter(({ type }) => type === 'write').map(({ reason }) => reason)).toEqual([
      'attached at weight 0: only then its health is checked',
      'restored from the snapshot',
    ])
    // The cookie of the side that left the action is honoured no more.
    expect((await versionServed({ cookie })).version).toBe('v1')
  })

  it('says what is missing, and ends with 1', { timeout: 90_000 }, async () => {
    await register({})
    await succeed()
    const TargetGroups = [
      { TargetGroupArn: shop.groups.blue, Weight: 35 },
      { TargetGroupArn: shop.groups.green, Weight: 65 },
    ]
    await elb.send(
      new ModifyRuleCommand({ RuleArn: shop.ruleArn, Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }] }),
    )
    const { stderr, code } = await rollback('shop')
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^sluice: not taken back; what is missing:\n\n {2}routes\[0\] .*was changed by somebody else/,
    )
    expect(await rollback('shop', '--force')).toMatchObject({ code: 0 })
    expect((await versionServed()).version).toBe('v1')
  })

  it('a fault that comes late is taken back alone, where the service says so', { timeout: 120_000 }, async () => {
    const gate = { kind: 'metric', metric: 'error-rate', max: 0.05, failures: 1, minRequests: 1 }
    await register({ gates: [gate], lateWatch: { seconds: 36_000, action: 'roll-back' } })
    const load = setInterval(() => void fetch(`${shop.url}/`).catch(() => undefined), 40)
    try {
      const of = await succeed()
      shop.servers.green.deploy('v2', 0.5)
      const taken = await until('a late rollback', async () => {
        // The record has ended, so a long poll would not wait; the check comes each real second.
        await new Promise((resolve) => setTimeout(resolve, 50))
        const body = await read(of.id)
        return body.lateRollbackBy === undefined ? undefined : body
      })
      const late = await waitForDeployment(
        local.apiUrl,
        String(taken.lateRollbackBy),
        ({ phase }) => phase === 'rolled-back',
      )
      expect(late.cause).toMatchObject({ type: 'gate', gate: 'metric' })
      expect((await versionServed()).version).toBe('v1')
    } finally {
      clearInterval(load)
      shop.servers.green.deploy('v2', 0)
    }
  })

  it('the old side is free when the late watch is over, and the record says so once', { timeout: 90_000 }, async () => {
    await register({ lateWatch: { seconds: 60 } })
    const { id } = await succeed()
    const free = async () => (await eventsOf(id)).filter(({ reason }) => reason.startsWith('old-side-free: '))
    await until('old-side-free', async () => ((await free()).length > 0 ? true : undefined))
    await callApi(local.apiUrl, 'POST', '/v1/checks')
    expect((await free()).map(({ reason }) => reason)).toEqual([
      expect.stringContaining(`the targets of blue may be scaled down: ${shop.groups.blue}`),
    ])
  })
})
