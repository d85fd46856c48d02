import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startLoad } from '../../local/demo/load-generator.ts'
import { buildShop, type Shop } from '../../local/demo/shop.ts'
import { callApi, waitForDeployment } from '../support/local-mode.ts'
import { type LocalProcess, startLocalProcess } from '../support/local-process.ts'

const finalPhases = ['succeeded', 'rolled-back', 'aborted']
const credentials = { accessKeyId: 'any', secretAccessKey: 'thing' }

describe('kill -9 of local mode, then a start on the same data', () => {
  let dataDir: string
  let running: LocalProcess
  let shop: Shop

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sluice-'))
    running = await startLocalProcess(dataDir)
    const elb = new ElasticLoadBalancingV2Client({ endpoint: running.awsUrl, region: 'eu-west-1', credentials })
    // Ports of its own: while the process is dead, a test beside this one must not take them.
    shop = await buildShop(elb, 8200)
    elb.destroy()
  })
  afterEach(async () => {
    await running.kill()
    await shop.close()
    await rm(dataDir, { recursive: true, force: true })
  })

  async function start(bakeSeconds: number, gates: readonly object[] = []): Promise<string> {
    const put = await callApi(running.apiUrl, 'PUT', '/v1/services/shop', {
      routes: [{ kind: 'alb', ruleArn: shop.ruleArn, ...shop.groups }],
      strategy: { type: 'canary', percent: 20, intervalSeconds: bakeSeconds, bakeSeconds: 60 },
      gates,
    })
    expect(put.status).toBe(201)
    const started = await callApi(running.apiUrl, 'POST', '/v1/deployments', { service: 'shop', revision: 'v2' })
    expect(started.status).toBe(202)
    return String(started.body.id)
  }

  async function restart(): Promise<void> {
    await running.kill()
    running = await startLocalProcess(dataDir)
  }

  const rawWeights = async () => {
    const { body } = await callApi(running.apiUrl, 'GET', '/v1/services/shop/traffic')
    const routes = body.routes as { raw: { blue: number | null; green: number | null } }[]
    return { blue: routes[0]?.raw.blue ?? 0, green: routes[0]?.raw.green ?? 0 }
  }

  it('finds a deployment that was baking and takes it to its end', { timeout: 90_000 }, async () => {
    const id = await start(300)
    await waitForDeployment(running.apiUrl, id, ({ phase, weight }) => phase === 'baking' && weight === 20)
    await restart()
    const { status } = await fetch(shop.url)
    expect(status).toBe(200)
    const ended = await waitForDeployment(running.apiUrl, id, ({ phase }) => finalPhases.includes(String(phase)))
    expect(ended.phase).toBe('succeeded')
    expect(await rawWeights()).toEqual({ blue: 0, green: 100 })
    const { body } = await callApi(running.apiUrl, 'GET', `/v1/deployments/${id}/events?limit=100`)
    const events = body.items as { seq: number }[]
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
  })

  it('takes a bad canary back that was killed while it baked and again just after the start', {
    timeout: 90_000,
  }, async () => {
    shop.servers.green.deploy('v2', 0.25)
    const load = startLoad({ url: shop.url, rate: 300, longestSeconds: 90 })
    try {
      const errors = { name: 'errors', kind: 'metric', metric: 'error-rate', max: 0.01, minRequests: 20 }
      const id = await start(600, [errors])
      await waitForDeployment(running.apiUrl, id, ({ phase, weight }) => phase === 'baking' && weight === 20)
      await restart()
      await restart()
      const ended = await waitForDeployment(running.apiUrl, id, ({ phase }) => finalPhases.includes(String(phase)))
      expect(ended).toMatchObject({ phase: 'rolled-back', cause: { type: 'gate', gate: 'errors' }, weight: 0 })
      expect(await rawWeights()).toEqual({ blue: 100, green: 0 })
    } finally {
      await load.stop()
    }
  })

  it.each([40, 200])(
    'ends on one side whatever it was doing %i ms after the start',
    { timeout: 90_000 },
    async (delayMs) => {
      const id = await start(60)
      // The moment of the kill is what varies; the outcome is read from the record, however long it takes.
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      await restart()
      const ended = await waitForDeployment(running.apiUrl, id, ({ phase }) => finalPhases.includes(String(phase)))
      const expected = ended.phase === 'succeeded' ? { blue: 0, green: 100 } : { blue: 100, green: 0 }
      expect(await rawWeights()).toEqual(expected)
      const again = await callApi(running.apiUrl, 'POST', '/v1/deployments', { service: 'shop', revision: 'v3' })
      expect(again.status).toBe(202)
    },
  )
})
