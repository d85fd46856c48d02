import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import * as sdk from '@aws-sdk/client-route-53'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createCloudWatch } from '../../local/aws/cloudwatch/cloudwatch.ts'
import { createManualClock } from '../../local/clock.ts'
import { createCloudWatchHealthCheckSource } from '../../shared/adapters/cloudwatch/health-check-source.ts'
import { clientSettings, startAwsEndpoint } from '../support/aws-endpoint.ts'
import { anEndpoint, aRig } from '../support/health-check-rig.ts'
import { startQuietly } from '../support/local-mode.ts'
import { until } from '../support/until.ts'

describe('after a restart', () => {
  it('a health check is what it was, and is checked on', async () => {
    const { route53, create, outcome, next } = await aRig()
    const endpoint = await anEndpoint(500)
    const id = await create({
      ...{ Type: 'HTTP', IPAddress: '127.0.0.1', Port: endpoint.port, RequestInterval: 10, FailureThreshold: 2 },
    })
    await outcome(id)
    await next(id)
    expect(route53.health.isHealthy(id)).toBe(false)
    const saved: unknown = JSON.parse(JSON.stringify(route53.state.save()))
    route53.close()
    const asked = endpoint.requests.length
    const again = await aRig()
    await again.route53.state.load(saved)
    expect(again.route53.health.isHealthy(id)).toBe(false)
    await until('the next check', () => (endpoint.requests.length > asked ? true : undefined))
  })

  it('local mode finds what turned without a call', { timeout: 60_000 }, async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sluice-health-'))
    const local = await startQuietly({ dataDir })
    const client = new sdk.Route53Client({
      ...{ endpoint: local.awsUrl, region: 'us-east-1' },
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    })
    try {
      const endpoint = await anEndpoint()
      const config: sdk.HealthCheckConfig = {
        ...{ Type: 'HTTP', IPAddress: '127.0.0.1', Port: endpoint.port, RequestInterval: 10, FailureThreshold: 1 },
      }
      await client.send(new sdk.CreateHealthCheckCommand({ CallerReference: 'one', HealthCheckConfig: config }))
      await until('the first check', () => (endpoint.requests.length > 0 ? true : undefined))
      endpoint.status = 500
      await until('the turn on the disk', async () => {
        const saved = await readFile(join(dataDir, 'route53.json'), 'utf8')
        return saved.includes('"status":"unhealthy"') || undefined
      })
    } finally {
      client.destroy()
      await local.close()
      await rm(dataDir, { recursive: true })
    }
  })
})

describe('the metrics of health checks', () => {
  async function aMeasuredRig() {
    const clock = createManualClock()
    const cloudWatch = createCloudWatch({ clock })
    const server = await startAwsEndpoint({ clock, services: [cloudWatch.service] })
    const metricsClient = new CloudWatchClient({ ...clientSettings(server), region: 'us-east-1' })
    onTestFinished(() => {
      cloudWatch.close()
      metricsClient.destroy()
    })
    const rig = await aRig({ clock, metrics: cloudWatch.metrics })
    /** The checks are due on the clock of this rig, not on that of the other. */
    const outcomeAt = (id: string) =>
      until('the outcome of a health check', async () => {
        const report = await rig.status(id)
        return report?.CheckedTime?.getTime() === clock.now() ? report.Status : undefined
      })
    return { ...rig, clock, metricsClient, outcome: outcomeAt }
  }

  it('tell the product what a minute was at its worst', async () => {
    const { clock, create, outcome, metricsClient } = await aMeasuredRig()
    const endpoint = await anEndpoint()
    const id = await create({
      ...{ Type: 'HTTP', IPAddress: '127.0.0.1', Port: endpoint.port, RequestInterval: 10, FailureThreshold: 1 },
    })
    const source = createCloudWatchHealthCheckSource(() => metricsClient, clock)
    const pass = async (seconds: number) => {
      for (let second = 0; second < seconds; second += 10) {
        await clock.advance(10_000)
        await outcome(id)
      }
    }
    await outcome(id)
    expect(await source.read([id])).toEqual([{ id, state: 'no-data', startMs: null }])
    const start = clock.now()
    await pass(180)
    expect(await source.read([id])).toEqual([{ id, state: 'healthy', startMs: start + 60_000 }])
    endpoint.status = 500
    await pass(20)
    endpoint.status = 200
    await pass(160)
    const read = await source.read([id])
    expect(read).toEqual([{ id, state: 'healthy', startMs: start + 240_000 }])
    const { MetricDataResults } = await metricsClient.send(
      new GetMetricDataCommand({
        StartTime: new Date(start),
        EndTime: new Date(start + 240_000),
        ScanBy: 'TimestampAscending',
        MetricDataQueries: ['HealthCheckStatus', 'HealthCheckPercentageHealthy'].map((MetricName, index) => ({
          Id: `m${index}`,
          MetricStat: {
            Metric: { Namespace: 'AWS/Route53', MetricName, Dimensions: [{ Name: 'HealthCheckId', Value: id }] },
            Period: 60,
            Stat: 'Minimum',
          },
        })),
      }),
    )
    expect(MetricDataResults?.map(({ Values }) => Values)).toEqual([
      [1, 1, 1, 0],
      [100, 100, 100, 0],
    ])
  })

  it('are there for calculated checks, and not for one that has seen nothing', async () => {
    const { clock, create, outcome, metricsClient } = await aMeasuredRig()
    const endpoint = await anEndpoint(500)
    const port = { Type: 'HTTP', IPAddress: '127.0.0.1', Port: endpoint.port } as const
    const child = await create({ ...port, FailureThreshold: 1 })
    // Its first nine failures settle nothing.
    const unknown = await create({ ...port, FailureThreshold: 10 })
    const parent = await create({ Type: 'CALCULATED', HealthThreshold: 1, ChildHealthChecks: [child] })
    const open = await create({ Type: 'CALCULATED', HealthThreshold: 1, ChildHealthChecks: [child, unknown] })
    await outcome(child)
    await outcome(unknown)
    await clock.advance(180_000)
    const source = createCloudWatchHealthCheckSource(() => metricsClient, clock)
    const states = (await source.read([child, parent, unknown, open])).map(({ state }) => state)
    expect(states).toEqual(['unhealthy', 'unhealthy', 'no-data', 'no-data'])
  })
})
