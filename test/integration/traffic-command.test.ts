import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type ElasticLoadBalancingV2Client, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startWebService, type WebService } from '../../local/demo/web-service.ts'
import type { LocalRun } from '../../local/start.ts'
import { createBalancer, createGroup, elbClient, portFreeEverywhere } from '../support/balancers.ts'
import { callApi, startQuietly, waitForDeployment } from '../support/local-mode.ts'

const sluice = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url))

async function traffic(url: string, ...options: readonly string[]) {
  const env = { ...process.env, SLUICE_URL: url, SLUICE_TOKEN: '' }
  const child = spawn(process.execPath, [sluice, 'traffic', ...options], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ])
  return { stdout, stderr, code }
}

describe('sluice traffic against local mode', { timeout: 60_000 }, () => {
  let local: LocalRun
  let elb: ElasticLoadBalancingV2Client
  let servers: readonly WebService[]
  let route: { kind: 'alb'; ruleArn: string; blue: string; green: string }
  beforeAll(async () => {
    local = await startQuietly()
    elb = elbClient(local.awsUrl, 'eu-west-1')
    const [v1, v2] = [await startWebService('v1'), await startWebService('v2')]
    servers = [v1, v2]
    const [blue, green] = [await createGroup(elb, 'web-blue', v1), await createGroup(elb, 'web-green', v2)]
    const { ruleArn } = await createBalancer(elb, { name: 'web', port: await portFreeEverywhere(), serves: blue })
    route = { kind: 'alb', ruleArn, blue, green }
  })
  afterAll(async () => {
    await local.close()
    await Promise.all(servers.map((server) => server.close()))
    elb.destroy()
  })

  /** Somebody at the console. */
  async function setGreen(green: number): Promise<void> {
    const TargetGroups = [
      { TargetGroupArn: route.blue, Weight: 100 - green },
      { TargetGroupArn: route.green, Weight: green },
    ]
    const Actions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }]
    await elb.send(new ModifyRuleCommand({ RuleArn: route.ruleArn, Actions }))
  }

  it('shows what Sluice wrote, then what somebody else changed, and tells scripts by its exit code', async () => {
    const steps = [
      { weight: 10, bakeSeconds: 86_400 },
      { weight: 100, bakeSeconds: 60 },
    ]
    const put = await callApi(local.apiUrl, 'PUT', '/v1/services/web', {
      routes: [route],
      strategy: { type: 'steps', steps },
    })
    expect(put).toMatchObject({ status: 201 })
    const before = await traffic(local.apiUrl, 'web', '--fail-on-drift')
    expect(before).toMatchObject({ stderr: '', code: 0 })
    expect(before.stdout).toMatch(
      /^web: no deployment is open\n\nalb rule web\/\w+\n {2}blue +100 +100 % +\d of 1 healthy\n/,
    )
    expect(before.stdout).toContain('  written   never by Sluice\n')

    const started = await callApi(local.apiUrl, 'POST', '/v1/deployments', { service: 'web', revision: 'v2' })
    const id = String(started.body.id)
    await waitForDeployment(local.apiUrl, id, ({ phase }) => phase === 'baking')
    const baking = await traffic(local.apiUrl, 'web', '--fail-on-drift')
    expect(baking).toMatchObject({ stderr: '', code: 0 })
    expect(baking.stdout).toMatch(new RegExp(`^web: ${id} is baking\n`))
    expect(baking.stdout).toContain(
      '  stable blue   90  90 %  1 of 1 healthy\n  canary green  10  10 %  1 of 1 healthy\n',
    )
    expect(baking.stdout).toMatch(new RegExp(`\n {2}written {3}blue 90, green 10 by ${id} at 20\\S+Z\n`))
    expect(baking.stdout).not.toContain('drift')

    await setGreen(60)
    const halted = await waitForDeployment(local.apiUrl, id, ({ phase }) => phase === 'halted')
    const weights = { before: { blue: 90, green: 10 }, after: { blue: 40, green: 60 } }
    expect(halted).toMatchObject({
      cause: { type: 'drift' },
      routes: [{ drift: { ...weights, beyondWeights: false } }],
    })
    const drifted = await traffic(local.apiUrl, 'web')
    expect(drifted).toMatchObject({ stderr: '', code: 0 })
    expect(drifted.stdout).toContain(
      '  drift     somebody else changed it: blue 90, green 10 (green 10 %) -> blue 40, green 60 (green 60 %)\n',
    )
    const asked = await traffic(local.apiUrl, 'web', '--json', '--fail-on-drift')
    expect(asked.code).toBe(3)
    const { body } = await callApi(local.apiUrl, 'GET', '/v1/services/web/traffic')
    expect(JSON.parse(asked.stdout)).toEqual(body)
    expect(body).toMatchObject({
      routes: [{ raw: weights.after, lastWritten: weights.before, drift: true, foreignChange: weights }],
    })

    await callApi(local.apiUrl, 'POST', `/v1/deployments/${id}/abort`, { reason: 'enough' })
    await waitForDeployment(local.apiUrl, id, ({ phase }) => phase === 'aborted')
    const ended = await traffic(local.apiUrl, 'web', '--fail-on-drift')
    expect(ended).toMatchObject({ stderr: '', code: 0 })
    expect(ended.stdout).toContain('  blue   100  100 %')
  })

  it('says which service there is not, and ends with 4', async () => {
    const { stderr, code } = await traffic(local.apiUrl, 'nothing')
    expect({ stderr, code }).toEqual({
      stderr: expect.stringMatching(/answered 404 to \/v1\/services\/nothing\/traffic: .*nothing/),
      code: 4,
    })
  })
})

describe('sluice traffic', () => {
  const closers: (() => void)[] = []
  afterEach(() => {
    for (const close of closers.splice(0)) close()
  })

  /** An API that answers so to its paths, and 503 to all others. */
  async function answering(answers: Readonly<Record<string, unknown>>) {
    const server = createServer(({ url = '' }, response) => {
      const answer = answers[url.split('?')[0] ?? '']
      response.writeHead(answer ? 200 : 503, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer ?? { title: 'Not now', detail: 'try again' }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => server.close())
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const unread = {
    ...{ kind: 'route53', resource: 'route53:Z1/app.example.com/A', weight: null, raw: null },
    ...{
      targets: { blue: null, green: null },
      lastWritten: null,
      drift: null,
      foreignChange: null,
      problem: 'Rate exceeded',
    },
  }
  const path = '/v1/services/web/traffic'

  it('shows the traffic also where nobody can say whose it is, and knows no drift where it cannot read', async () => {
    const url = await answering({ [path]: { routes: [unread], leases: [], rollback: null } })
    expect(await traffic(url, 'web')).toEqual({
      stdout: expect.stringContaining('\n  problem   Rate exceeded\n'),
      ...{ stderr: '', code: 0 },
    })
    expect(await traffic(url, 'web', '--fail-on-drift')).toMatchObject({ code: 1 })
  })

  it.each([
    ['refuses', {}, /answered 503 to .*: try again/],
    ['is another one', { [path]: { hello: 'world' } }, /answered no traffic of a service; is SLUICE_URL right\?/],
  ])('says so where the API %s, and ends with 4', async (_, answers, says) => {
    const url = await answering(answers)
    expect(await traffic(url, 'web')).toEqual({ stdout: '', stderr: expect.stringMatching(says), code: 4 })
  })

  it.each([[[]], [['web', 'api']], [['web', '--jsonn']]])(
    'refuses %j, shows what there is, and ends with 2',
    async (options) => {
      const { stdout, stderr, code } = await traffic('http://127.0.0.1:9', ...options)
      expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
      expect(stderr).toContain('sluice traffic SERVICE [--json] [--fail-on-drift]')
    },
  )

  it('tells about itself', async () => {
    expect(await traffic('http://127.0.0.1:9', '--help')).toMatchObject({
      ...{ stdout: expect.stringMatching(/^sluice traffic: /), stderr: '', code: 0 },
    })
  })
})
