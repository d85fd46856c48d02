import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import * as sdk from '@aws-sdk/client-route-53'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createCloudWatch } from '../../local/aws/cloudwatch/cloudwatch.ts'
import type { Route53Options } from '../../local/aws/route53/service.ts'
import { createManualClock } from '../../local/clock.ts'
import { createCloudWatchHealthCheckSource } from '../../shared/adapters/cloudwatch/health-check-source.ts'
import { clientSettings, startAwsEndpoint } from '../support/aws-endpoint.ts'
import { startQuietly } from '../support/local-mode.ts'
import { aRecord, aRoute53, aWeighted, aZone, change } from '../support/local-route53.ts'
import { selfSigned } from '../support/self-signed.ts'
import { until } from '../support/until.ts'

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

/** An endpoint that answers a status, which may change. */
async function anEndpoint(status = 200) {
  const requests: { readonly url: string | undefined; readonly host: string | undefined; readonly agent: string }[] = []
  const endpoint = { port: 0, status, requests }
  const server = createHttpServer((request, response) => {
    requests.push({ url: request.url, host: request.headers.host, agent: String(request.headers['user-agent']) })
    response.writeHead(endpoint.status).end()
  })
  endpoint.port = await listen(server)
  return endpoint
}

async function aRig(options: Partial<Route53Options> = {}) {
  const rig = await aRoute53(options)
  let references = 0
  async function create(config: sdk.HealthCheckConfig): Promise<string> {
    const input = { CallerReference: `check-${++references}`, HealthCheckConfig: config }
    const { HealthCheck } = await rig.client.send(new sdk.CreateHealthCheckCommand(input))
    return HealthCheck?.Id ?? ''
  }
  async function status(HealthCheckId: string) {
    const seen = await rig.client.send(new sdk.GetHealthCheckStatusCommand({ HealthCheckId }))
    return seen.HealthCheckObservations?.[0]?.StatusReport
  }
  /** Waits for the outcome of the check that is due now. @returns Its words. */
  function outcome(id: string): Promise<string> {
    return until('the outcome of a health check', async () => {
      const report = await status(id)
      return report?.CheckedTime?.getTime() === rig.clock.now() ? report.Status : undefined
    })
  }
  /** The next check and what it saw. */
  async function next(id: string, seconds = 10): Promise<string> {
    await rig.clock.advance(seconds * 1000)
    return outcome(id)
  }
  return { ...rig, create, status, outcome, next, isHealthy: (id: string) => rig.route53.health.isHealthy(id) }
}

describe('a health check of an endpoint', () => {
  it('turns after as many failures as its threshold, and back after as many successes', async () => {
    const { create, outcome, next, isHealthy } = await aRig()
    const endpoint = await anEndpoint()
    const id = await create({
      ...{ Type: 'HTTP', IPAddress: '127.0.0.1', Port: endpoint.port, ResourcePath: '/health' },
      ...{ RequestInterval: 10, FailureThreshold: 2, FullyQualifiedDomainName: 'app.example.com' },
    })
    expect(isHealthy(id)).toBe(true)
    expect(await outcome(id)).toBe('Success: HTTP Status Code 200, OK')
    expect(endpoint.requests).toEqual([
      {
        url: '/health',
        host: `app.example.com:${endpoint.port}`,
        agent: `Amazon-Route53-Health-Check-Service (ref ${id}; report http://amzn.to/1vsZADi)`,
      },
    ])
    endpoint.status = 500
    const seen = [
      [await next(id), isHealthy(id)],
      [await next(id), isHealthy(id)],
    ]
    expect(seen).toEqual([
      ['Failure: HTTP Status Code 500, Internal Server Error', true],
      ['Failure: HTTP Status Code 500, Internal Server Error', false],
    ])
    endpoint.status = 200
    await next(id)
    expect(isHealthy(id)).toBe(false)
    await next(id)
    expect(isHealthy(id)).toBe(true)
  })

  it('keeps the reason of its last failure', async () => {
    const { client, create, outcome, next } = await aRig()
    const endpoint = await anEndpoint(503)
    const HealthCheckId = await create({
      ...{ Type: 'HTTP', IPAddress: '127.0.0.1', Port: endpoint.port, RequestInterval: 10 },
    })
    await outcome(HealthCheckId)
    endpoint.status = 200
    await next(HealthCheckId)
    const told = await client.send(new sdk.GetHealthCheckLastFailureReasonCommand({ HealthCheckId }))
    expect(told.HealthCheckObservations).toEqual([
      {
        Region: 'us-east-1',
        IPAddress: '127.0.0.1',
        StatusReport: { Status: 'Failure: HTTP Status Code 503, Service Unavailable', CheckedTime: expect.any(Date) },
      },
    ])
  })

  it('checks every 30 local seconds where nothing else is said', async () => {
    const { clock, create, outcome } = await aRig()
    const endpoint = await anEndpoint()
    const id = await create({ Type: 'HTTP', IPAddress: '127.0.0.1', Port: endpoint.port })
    await outcome(id)
    await clock.advance(29_999)
    expect(endpoint.requests).toHaveLength(1)
    await clock.advance(1)
    await outcome(id)
    expect(endpoint.requests).toHaveLength(2)
  })

  const page: RequestListener = (_request, response) => response.writeHead(200).end(`${'x'.repeat(5000)}all is well`)
  const late: RequestListener = (_request, response) => response.writeHead(200).end(`${'x'.repeat(5120)}all is well`)
  it.each<[string, RequestListener, Partial<sdk.HealthCheckConfig>, string]>([
    ['finds its text', page, { SearchString: 'all is well' }, 'Success: HTTP Status Code 200, OK'],
    [
      'misses its text',
      page,
      { SearchString: 'all is bad' },
      'Failure: The search string was not found in the first 5120 bytes of the response body.',
    ],
    [
      'does not look behind 5,120 bytes',
      late,
      { SearchString: 'all is well' },
      'Failure: The search string was not found in the first 5120 bytes of the response body.',
    ],
    [
      'does not search an error',
      (_, response) => response.writeHead(404).end('all is well'),
      { SearchString: 'all is well' },
      'Failure: HTTP Status Code 404, Not Found',
    ],
    [
      'does not follow a redirect',
      (_, response) => response.writeHead(302, { location: '/x' }).end('all is well'),
      { SearchString: 'all is well' },
      'Success: HTTP Status Code 302, Found',
    ],
    [
      'fails where no answer comes',
      () => {},
      { Type: 'HTTP' },
      'Failure: The endpoint did not respond with an HTTP status code within the timeout limit.',
    ],
    [
      'fails where the connection ends',
      (request) => request.socket.destroy(),
      { Type: 'HTTP' },
      'Failure: Connection failed: socket hang up',
    ],
    [
      'fails where the text never comes',
      (_, response) => void response.writeHead(200).write('all'),
      { SearchString: 'all is well' },
      'Failure: The endpoint did not send the response body within the timeout limit.',
    ],
  ])('%s', async (_name, answer, config, expected) => {
    const timeouts = { httpConnectMs: 2000, tcpConnectMs: 2000, responseMs: 300, bodyMs: 300 }
    const { create, outcome } = await aRig({ probeTimeouts: timeouts })
    const server = createHttpServer(answer)
    const Port = await listen(server)
    onTestFinished(() => server.closeAllConnections())
    const id = await create({ Type: 'HTTP_STR_MATCH', IPAddress: '127.0.0.1', Port, ...config })
    expect(await outcome(id)).toBe(expected)
  })

  it('speaks TLS and trusts every certificate', async () => {
    const { create, outcome } = await aRig()
    const names: unknown[] = []
    const server = createHttpsServer(selfSigned, (request, response) => {
      names.push(Reflect.get(request.socket, 'servername'))
      response.end('all is well')
    })
    const Port = await listen(server)
    const config = { Type: 'HTTPS_STR_MATCH', IPAddress: '127.0.0.1', Port, SearchString: 'well' } as const
    const FullyQualifiedDomainName = 'app.example.com'
    const named = await create({ ...config, FullyQualifiedDomainName })
    expect(await outcome(named)).toBe('Success: HTTP Status Code 200, OK')
    const unnamed = await create({ ...config, FullyQualifiedDomainName, EnableSNI: false })
    expect(await outcome(unnamed)).toBe('Success: HTTP Status Code 200, OK')
    expect(names).toEqual(['app.example.com', false])
  })

  it('of type TCP asks for no more than a connection', async () => {
    const { create, outcome, next } = await aRig()
    const server = createTcpServer((socket) => socket.on('error', () => {}))
    const Port = await listen(server)
    const id = await create({ Type: 'TCP', IPAddress: '127.0.0.1', Port, RequestInterval: 10 })
    expect(await outcome(id)).toBe('Success: TCP connection established')
    await new Promise((resolve) => server.close(resolve))
    expect(await next(id)).toBe('Failure: Connection refused by the endpoint.')
  })

  it('finds an endpoint by its name in the local zones, anew each time', async () => {
    const { client, create, outcome, next } = await aRig()
    const endpoint = await anEndpoint()
    const zone = await aZone(client)
    await change(client, zone, ['CREATE', aRecord({ ResourceRecords: [{ Value: '127.0.0.1' }] })])
    const config = { Type: 'HTTP', Port: endpoint.port, RequestInterval: 10 } as const
    const id = await create({ ...config, FullyQualifiedDomainName: 'App.example.com.' })
    expect(await outcome(id)).toBe('Success: HTTP Status Code 200, OK')
    const near = await create({ ...config, FullyQualifiedDomainName: 'localhost' })
    expect(await outcome(near)).toBe('Success: HTTP Status Code 200, OK')
    await change(client, zone, ['DELETE', aRecord({ ResourceRecords: [{ Value: '127.0.0.1' }] })])
    expect(await next(id)).toBe(
      'Failure: DNS resolution failed: no local zone or load balancer answers for app.example.com',
    )
  })

  it.each(['192.0.2.1', '2001:db8::1', '10.0.0.1'])('never leaves the machine for %s', async (IPAddress) => {
    const { create, outcome } = await aRig()
    const id = await create({ Type: 'TCP', IPAddress, Port: 80 })
    expect(await outcome(id)).toMatch(/^Failure: IP: .* loopback addresses only/)
  })

  it('stops when it is deleted or disabled, and counts as healthy then', async () => {
    const { client, clock, create, outcome, next, isHealthy } = await aRig()
    const endpoint = await anEndpoint(500)
    const config = { Type: 'HTTP', IPAddress: '127.0.0.1', Port: endpoint.port, FailureThreshold: 1 } as const
    const HealthCheckId = await create({ ...config, RequestInterval: 10 })
    await outcome(HealthCheckId)
    expect(isHealthy(HealthCheckId)).toBe(false)
    await client.send(new sdk.UpdateHealthCheckCommand({ HealthCheckId, Disabled: true }))
    expect(isHealthy(HealthCheckId)).toBe(true)
    await client.send(new sdk.UpdateHealthCheckCommand({ HealthCheckId, Inverted: true }))
    expect(isHealthy(HealthCheckId)).toBe(false)
    await clock.advance(60_000)
    expect(endpoint.requests).toHaveLength(1)
    await client.send(new sdk.UpdateHealthCheckCommand({ HealthCheckId, Disabled: false }))
    await outcome(HealthCheckId)
    expect(isHealthy(HealthCheckId)).toBe(true)
    await next(HealthCheckId)
    await client.send(new sdk.DeleteHealthCheckCommand({ HealthCheckId }))
    const before = endpoint.requests.length
    await clock.advance(60_000)
    expect([endpoint.requests.length, isHealthy(HealthCheckId)]).toEqual([before, null])
  })
})

describe('a calculated health check', () => {
  it('is healthy with as many healthy children as its threshold', async () => {
    const { client, create, outcome, isHealthy } = await aRig()
    const bad = await anEndpoint(500)
    const good = await anEndpoint()
    const child = async (Port: number) => {
      const id = await create({ Type: 'HTTP', IPAddress: '127.0.0.1', Port, FailureThreshold: 1 })
      await outcome(id)
      return id
    }
    const children = [await child(good.port), await child(bad.port), await child(good.port)]
    const verdicts: unknown[] = []
    for (const HealthThreshold of [0, 1, 2, 3, 4]) {
      const id = await create({ Type: 'CALCULATED', HealthThreshold, ChildHealthChecks: children })
      verdicts.push(isHealthy(id))
    }
    expect(verdicts).toEqual([true, true, true, false, false])
    const inverted = { Type: 'CALCULATED', HealthThreshold: 3, ChildHealthChecks: children, Inverted: true } as const
    expect(isHealthy(await create(inverted))).toBe(true)
    // A child that is gone does not count against its parent.
    const all = await create({ Type: 'CALCULATED', HealthThreshold: 3, ChildHealthChecks: children })
    await client.send(new sdk.DeleteHealthCheckCommand({ HealthCheckId: children[1] }))
    expect(isHealthy(all)).toBe(true)
  })

  it('has no checkers to show, and no calculated children', async () => {
    const { client, create } = await aRig()
    const child = await create({ Type: 'TCP', IPAddress: '127.0.0.1', Port: 1, Disabled: true })
    const HealthCheckId = await create({ Type: 'CALCULATED', HealthThreshold: 1, ChildHealthChecks: [child] })
    await expect(client.send(new sdk.GetHealthCheckStatusCommand({ HealthCheckId }))).rejects.toMatchObject({
      name: 'InvalidInput',
    })
    const nested: sdk.HealthCheckConfig = {
      ...{ Type: 'CALCULATED', HealthThreshold: 1, ChildHealthChecks: [HealthCheckId] },
    }
    await expect(create(nested)).rejects.toMatchObject({ name: 'InvalidInput' })
    await expect(create({ ...nested, ChildHealthChecks: ['gone'] })).rejects.toMatchObject({ name: 'InvalidInput' })
  })
})

describe('the operations of health checks', () => {
  const disabled = { Type: 'HTTP', IPAddress: '127.0.0.1', Port: 1, Disabled: true } as const

  it('create one with its defaults, once for a caller reference', async () => {
    const { client } = await aRig()
    const input = {
      CallerReference: 'one',
      HealthCheckConfig: { ...disabled, Type: 'HTTPS', Port: undefined },
    } as const
    const created = await client.send(new sdk.CreateHealthCheckCommand(input))
    expect(created.$metadata.httpStatusCode).toBe(201)
    const expected = {
      Id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      CallerReference: 'one',
      HealthCheckVersion: 1,
      HealthCheckConfig: {
        ...{
          Type: 'HTTPS',
          IPAddress: '127.0.0.1',
          Port: 443,
          Disabled: true,
          RequestInterval: 30,
          FailureThreshold: 3,
        },
        ...{ MeasureLatency: false, Inverted: false, EnableSNI: true },
      },
    }
    expect(created.HealthCheck).toEqual(expected)
    expect(created.Location).toBe(`https://route53.amazonaws.com/2013-04-01/healthcheck/${created.HealthCheck?.Id}`)
    const again = await client.send(new sdk.CreateHealthCheckCommand(input))
    expect(again.HealthCheck).toEqual(created.HealthCheck)
    const found = await client.send(new sdk.GetHealthCheckCommand({ HealthCheckId: created.HealthCheck?.Id }))
    expect(found.HealthCheck).toEqual(created.HealthCheck)
    await expect(
      client.send(new sdk.CreateHealthCheckCommand({ CallerReference: 'one', HealthCheckConfig: disabled })),
    ).rejects.toMatchObject({ name: 'HealthCheckAlreadyExists', $metadata: { httpStatusCode: 409 } })
    const { HealthCheckCount } = await client.send(new sdk.GetHealthCheckCountCommand({}))
    expect(HealthCheckCount).toBe(1)
  })

  it('update one under its version, and reset members', async () => {
    const { client, create } = await aRig()
    const HealthCheckId = await create({ ...disabled, ResourcePath: '/a', FullyQualifiedDomainName: 'a.example.com' })
    const update = (input: Partial<sdk.UpdateHealthCheckCommandInput>) =>
      client.send(new sdk.UpdateHealthCheckCommand({ HealthCheckId, ...input }))
    const updated = await update({ HealthCheckVersion: 1, Port: 2, ResetElements: ['ResourcePath'] })
    expect(updated.HealthCheck).toMatchObject({
      HealthCheckVersion: 2,
      HealthCheckConfig: { Port: 2, FullyQualifiedDomainName: 'a.example.com' },
    })
    expect(updated.HealthCheck?.HealthCheckConfig).not.toHaveProperty('ResourcePath')
    await expect(update({ HealthCheckVersion: 1 })).rejects.toMatchObject({
      name: 'HealthCheckVersionMismatch',
      $metadata: { httpStatusCode: 409 },
    })
    await expect(update({ Port: 0 })).rejects.toMatchObject({ name: 'InvalidInput' })
    await expect(update({ HealthCheckId: 'gone' })).rejects.toMatchObject({ name: 'NoSuchHealthCheck' })
  })

  it('list them page by page', async () => {
    const { client, create } = await aRig()
    const ids = [await create(disabled), await create(disabled), await create(disabled)].sort()
    const first = await client.send(new sdk.ListHealthChecksCommand({ MaxItems: 2 }))
    expect(first).toMatchObject({ IsTruncated: true, MaxItems: 2, NextMarker: ids[2] })
    const rest = await client.send(new sdk.ListHealthChecksCommand({ Marker: first.NextMarker }))
    expect(rest).toMatchObject({ IsTruncated: false, Marker: ids[2], MaxItems: 1000 })
    expect([first, rest].flatMap(({ HealthChecks = [] }) => HealthChecks.map(({ Id }) => Id))).toEqual(ids)
  })

  it.each<[string, sdk.HealthCheckConfig, string]>([
    ['a type that there is not', { Type: 'PING' as 'TCP' }, 'InvalidInput'],
    ['a type that follows alarms', { Type: 'CLOUDWATCH_METRIC' }, 'NotImplemented'],
    ['neither address nor name', { Type: 'HTTP' }, 'InvalidInput'],
    ['an address that is none', { ...disabled, IPAddress: 'localhost' }, 'InvalidInput'],
    ['port 0', { ...disabled, Port: 0 }, 'InvalidInput'],
    ['port 65,536', { ...disabled, Port: 65_536 }, 'InvalidInput'],
    ['TCP without port', { Type: 'TCP', IPAddress: '127.0.0.1' }, 'InvalidInput'],
    ['TCP with a path', { ...disabled, Type: 'TCP', ResourcePath: '/' }, 'InvalidInput'],
    ['an interval of 20 s', { ...disabled, RequestInterval: 20 }, 'InvalidInput'],
    ['a threshold of 0', { ...disabled, FailureThreshold: 0 }, 'InvalidInput'],
    ['a threshold of 11', { ...disabled, FailureThreshold: 11 }, 'InvalidInput'],
    ['a search without text', { ...disabled, Type: 'HTTP_STR_MATCH' }, 'InvalidInput'],
    ['a text without search', { ...disabled, SearchString: 'x' }, 'InvalidInput'],
    [
      'a text over 255 characters',
      { ...disabled, Type: 'HTTP_STR_MATCH', SearchString: 'x'.repeat(256) },
      'InvalidInput',
    ],
    ['two regions', { ...disabled, Regions: ['us-east-1', 'us-west-1'] }, 'InvalidInput'],
    ['children of an endpoint', { ...disabled, ChildHealthChecks: ['h'] }, 'InvalidInput'],
    ['a calculated one without threshold', { Type: 'CALCULATED', ChildHealthChecks: [] }, 'InvalidInput'],
    ['a calculated one without children', { Type: 'CALCULATED', HealthThreshold: 1 }, 'InvalidInput'],
    [
      'a calculated one with an address',
      { Type: 'CALCULATED', HealthThreshold: 0, ChildHealthChecks: [], IPAddress: '127.0.0.1' },
      'InvalidInput',
    ],
    ['an alarm', { ...disabled, InsufficientDataHealthStatus: 'Healthy' }, 'InvalidInput'],
  ])('refuse %s', async (_name, config, code) => {
    const { create } = await aRig()
    await expect(create(config)).rejects.toMatchObject({ name: code })
  })

  it('refuse the 201st', async () => {
    const { route53, create } = await aRig()
    for (let index = 0; index < 200; index++)
      route53.operations.CreateHealthCheck?.handle(
        { CallerReference: `c${index}`, HealthCheckConfig: disabled },
        { requestId: 'r', region: 'us-east-1' },
      )
    await expect(create(disabled)).rejects.toMatchObject({ name: 'TooManyHealthChecks' })
  })
})

it('takes a record out of its group when its health check fails', async () => {
  const { client, route53, create, outcome } = await aRig()
  const endpoint = await anEndpoint(500)
  const HealthCheckId = await create({
    ...{ Type: 'HTTP', IPAddress: '127.0.0.1', Port: endpoint.port, FailureThreshold: 1 },
  })
  const zone = await aZone(client)
  await change(client, zone, ['CREATE', aWeighted('blue', 50)], ['CREATE', aWeighted('green', 50, { HealthCheckId })])
  await outcome(HealthCheckId)
  expect(route53.health.isHealthy(HealthCheckId)).toBe(false)
  const ask = new sdk.TestDNSAnswerCommand({ HostedZoneId: zone, RecordName: 'app.example.com', RecordType: 'A' })
  const answers = [await client.send(ask), await client.send(ask), await client.send(ask)]
  expect(answers.flatMap(({ RecordData }) => RecordData)).toEqual(['127.0.0.2', '127.0.0.2', '127.0.0.2'])
})

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
