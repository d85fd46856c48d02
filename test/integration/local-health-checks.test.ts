import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createTcpServer } from 'node:net'
import * as sdk from '@aws-sdk/client-route-53'
import { describe, expect, it, onTestFinished } from 'vitest'
import { anEndpoint, aRig, listen } from '../support/health-check-rig.ts'
import { aRecord, aZone, change } from '../support/local-route53.ts'
import { selfSigned } from '../support/self-signed.ts'

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
