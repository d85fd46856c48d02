import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterEach, describe, expect, it } from 'vitest'
import { createLocalClock } from '../../local/clock.ts'
import { createDataDir } from '../../local/data-dir.ts'
import { buildShop } from '../../local/demo/shop.ts'
import { createRehearsalCloud } from '../../local/rehearsal-cloud.ts'
import { callApi, startQuietly, waitForDeployment } from '../support/local-mode.ts'

const variables = ['AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2', 'AWS_ENDPOINT_URL_CLOUDWATCH'] as const

describe('the orchestrator, pointed at another AWS-compatible server by environment variables', () => {
  const closers: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const variable of variables) delete process.env[variable]
    for (const close of closers.splice(0).reverse()) await close()
  })

  it('moves the traffic of that server', { timeout: 60_000 }, async () => {
    const other = createRehearsalCloud({
      clock: createLocalClock({ speed: 60 }),
      dataDir: createDataDir(undefined),
      afterReset: async () => undefined,
      reportError: () => undefined,
    })
    closers.push(() => other.close())
    await other.listen({ aws: 0, dns: 0 })
    for (const variable of variables) process.env[variable] = other.url
    const local = await startQuietly()
    closers.push(local.close)

    const credentials = { accessKeyId: 'any', secretAccessKey: 'thing' }
    const elb = new ElasticLoadBalancingV2Client({ endpoint: other.url, region: 'eu-west-1', credentials })
    const shop = await buildShop(elb, 8300)
    closers.push(shop.close)
    await callApi(local.apiUrl, 'PUT', '/v1/services/shop', {
      routes: [{ kind: 'alb', ruleArn: shop.ruleArn, ...shop.groups }],
      strategy: { type: 'blue-green', bakeSeconds: 30 },
    })
    const { body } = await callApi(local.apiUrl, 'POST', '/v1/deployments', { service: 'shop' })
    await waitForDeployment(local.apiUrl, String(body.id), ({ phase }) => phase === 'succeeded')
    const answer = await fetch(shop.url)
    expect(answer.headers.get('x-version')).toBe('v2')
    elb.destroy()
  })
})
