import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildShop, type Shop } from '../../local/demo/shop.ts'
import type { LocalRun } from '../../local/start.ts'
import { callApi, startQuietly, waitForDeployment } from '../support/local-mode.ts'

const minuteMs = 60_000
const finalPhases = ['succeeded', 'rolled-back', 'aborted', 'rejected', 'needs-attention']
const ofService = { Service: 'shop', Slot: '{side}' }
const metric = (metricName: string, stat: string) => ({ namespace: 'Shop', metricName, dimensions: ofService, stat })
const settings = { region: 'eu-west-1', credentials: { accessKeyId: 'any', secretAccessKey: 'thing' } }

/** 100 orders a minute on each side; of green's 20 fail, of blue's 1. */
const publications = [
  { Slot: 'blue', MetricName: 'Orders', Value: 100 },
  { Slot: 'blue', MetricName: 'FailedOrders', Value: 1 },
  { Slot: 'green', MetricName: 'Orders', Value: 100 },
  { Slot: 'green', MetricName: 'FailedOrders', Value: 20 },
]

describe('gates on metrics of the service’s own', () => {
  let local: LocalRun
  let shop: Shop
  let cloudWatch: CloudWatchClient
  let publishedUntilMs: number

  beforeAll(async () => {
    local = await startQuietly()
    const elb = new ElasticLoadBalancingV2Client({ ...settings, endpoint: local.awsUrl })
    // Ports of its own, as every test that builds a shop has.
    shop = await buildShop(elb, 8500)
    elb.destroy()
    cloudWatch = new CloudWatchClient({ ...settings, endpoint: local.awsUrl })
    publishedUntilMs = thisMinute() - 20 * minuteMs
  })
  afterAll(async () => {
    cloudWatch.destroy()
    await shop.close()
    await local.close()
  })

  const thisMinute = () => Math.floor(local.clock.now() / minuteMs) * minuteMs

  /** For the coming two hours at once, the most that CloudWatch takes: nothing here depends on how fast tests run. */
  async function publish(): Promise<void> {
    const fromMs = publishedUntilMs
    publishedUntilMs = thisMinute() + 119 * minuteMs
    const minutes = (publishedUntilMs - fromMs) / minuteMs
    const times = Array.from({ length: minutes }, (_, minute) => new Date(fromMs + minute * minuteMs))
    const MetricData = publications.flatMap(({ Slot, ...datum }) =>
      times.map((Timestamp) => ({
        ...datum,
        Timestamp,
        Dimensions: [
          { Name: 'Service', Value: 'shop' },
          { Name: 'Slot', Value: Slot },
        ],
      })),
    )
    await cloudWatch.send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData }))
  }

  async function put(gate: object) {
    return callApi(local.apiUrl, 'PUT', '/v1/services/shop', {
      routes: [{ kind: 'alb', ruleArn: shop.ruleArn, ...shop.groups }],
      strategy: { type: 'canary', percent: 20, intervalSeconds: 360, bakeSeconds: 0 },
      gates: [{ kind: 'metric', ...gate }],
    })
  }

  /** Puts the service with one gate, deploys, and waits for the end. */
  async function deployWith(gate: object) {
    await publish()
    const stored = await put(gate)
    expect(stored.status).toBeLessThan(300)
    const started = await callApi(local.apiUrl, 'POST', '/v1/deployments', { service: 'shop', revision: 'v2' })
    expect(started.status).toBe(202)
    return waitForDeployment(local.apiUrl, String(started.body.id), ({ phase }) => finalPhases.includes(String(phase)))
  }

  it('roll back when the canary’s metric crosses its limit', { timeout: 90_000 }, async () => {
    const ended = await deployWith({ name: 'orders', metric: metric('FailedOrders', 'Sum'), max: 5 })
    expect(ended).toMatchObject({ phase: 'rolled-back', cause: { gate: 'orders' } })
    const gates = ended.gates as { name: string; verdict: string; evidence: unknown }[]
    expect(gates.find(({ name }) => name === 'orders')).toMatchObject({
      verdict: 'fail',
      reason: expect.stringContaining('2 of 2 bad windows in a row: Sum of FailedOrders 20'),
      evidence: { value: 20, max: 5, source: 'CloudWatch Shop Sum FailedOrders Service shop Slot green' },
    })
  })

  it('pass an expression that stays within its limits', { timeout: 90_000 }, async () => {
    const queries = [
      { id: 'failed', ...metric('FailedOrders', 'Sum') },
      { id: 'all', ...metric('Orders', 'Sum') },
    ]
    const expression = { expression: '100 * failed / all', queries, periodSeconds: 60 }
    const ended = await deployWith({ name: 'share', metric: expression, max: 30, min: 10 })
    expect(ended).toMatchObject({ phase: 'succeeded' })
    const gates = ended.gates as { name: string; evidence: unknown }[]
    expect(gates.find(({ name }) => name === 'share')).toMatchObject({ verdict: 'pass', evidence: { value: 20 } })
  })

  it('say at the PUT what CloudWatch says of a wrong expression', async () => {
    const queries = [{ id: 'failed', ...metric('FailedOrders', 'Sum') }]
    const { status, body } = await put({ name: 'share', metric: { expression: 'NOPE(failed)', queries }, max: 30 })
    expect(status).toBe(200)
    expect(body.findings).toContainEqual(
      expect.objectContaining({
        id: 'not-looked-at:metric:share',
        severity: 'warning',
        detail: expect.stringMatching(/^NOPE\(failed\) of stable could not be read from .* Validation.*: .*'NOPE'/),
      }),
    )
  })
})
