import { beforeEach, describe, expect, it } from 'vitest'
import { answers } from '../../../../functions/api/schemas/answers.ts'
import { TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'
import { version } from '../../../../shared/version.ts'
import { aService } from '../../../support/builders.ts'
import { aServiceBody, createMemoryApi, readAs } from '../../../support/memory-api.ts'

type Api = ReturnType<typeof createMemoryApi>
let api: Api
beforeEach(() => {
  api = createMemoryApi()
})

const problemOf = async (response: Response) => {
  expect(response.headers.get('Content-Type')).toBe('application/problem+json')
  const problem = await readAs(answers.problem, response)
  expect(problem.status).toBe(response.status)
  return problem
}

describe('every request', () => {
  it('gets a request id, and keeps one it brings', async () => {
    const fresh = await api.call('GET', '/healthz')
    expect(fresh.headers.get('X-Request-Id')).toMatch(/^[\w-]{10,}$/)
    const kept = await api.call('GET', '/v1/nowhere', { headers: { 'X-Request-Id': 'run-17' } })
    expect(kept.headers.get('X-Request-Id')).toBe('run-17')
  })

  it.each(['/v1', '/v1/nowhere', '/v1/deployments/dep_1/explode', '/healthz/x'])('is 404 at %s', async (path) => {
    const problem = await problemOf(await api.call('GET', path))
    expect(problem).toEqual({
      type: 'urn:sluice:problem:not-found',
      title: 'not found',
      status: 404,
      detail: `there is nothing at ${path}`,
      errors: [],
    })
  })

  it.each([
    ['PATCH', '/v1/services/web', 'PUT, GET, HEAD, DELETE'],
    ['DELETE', '/v1/deployments', 'POST, GET, HEAD'],
    ['GET', '/v1/deployments/dep_1/abort', 'POST'],
    ['POST', '/healthz', 'GET, HEAD'],
  ])('%s %s is 405 and says what is allowed', async (method, path, allow) => {
    const response = await api.call(method, path)
    expect(response.headers.get('Allow')).toBe(allow)
    expect((await problemOf(response)).status).toBe(405)
  })

  it('is 413 over 256 KB', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(256 * 1024) })
    const response = await api.call('PUT', '/v1/services/web', { body })
    expect((await problemOf(response)).status).toBe(413)
    expect(response.headers.get('Connection')).toBe('close')
  })

  it('is 404 at a path that is longer than any of ours', async () => {
    expect((await problemOf(await api.call('GET', `/v1/deployments/${'x'.repeat(512)}`))).status).toBe(404)
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])('is 415 as %s', async (type) => {
    const response = await api.call('PUT', '/v1/services/web', { body: '{}', headers: { 'Content-Type': type } })
    expect((await problemOf(response)).status).toBe(415)
  })

  it.each(['application/json; charset=utf-8', 'application/problem+json', 'Application/JSON'])(
    'reads %s',
    async (type) => {
      const response = await api.call('PUT', '/v1/services/web', {
        body: aServiceBody(),
        headers: { 'Content-Type': type },
      })
      expect(response.status).toBe(201)
    },
  )

  it.each(['{', '{"a":}', 'nul'])('is 400 with the broken JSON %s', async (body) => {
    const problem = await problemOf(await api.call('PUT', '/v1/services/web', { body }))
    expect(problem).toMatchObject({ status: 400, type: 'urn:sluice:problem:unparsable-request' })
  })

  it.each([
    ['/v1/services?colour=red', 'colour'],
    ['/v1/services?limit=0', 'limit'],
    ['/v1/services?limit=101', 'limit'],
    ['/v1/services?limit=ten', 'limit'],
    ['/v1/services?limit=1e1', 'limit'],
    ['/v1/services?limit=', 'limit'],
    ['/v1/services?limit=1&limit=2', 'limit'],
    ['/v1/services?cursor=nonsense', 'cursor'],
    ['/v1/services/web?verbose=1', 'verbose'],
    ['/v1/deployments?phase=running', 'phase'],
    ['/v1/deployments?service=Web', 'service'],
    ['/v1/deployments?cursor=nonsense', 'cursor'],
    ['/v1/deployments/dep_1?waitSeconds=26', 'waitSeconds'],
    ['/v1/deployments/dep_1?waitSeconds=-1', 'waitSeconds'],
    ['/v1/deployments/dep_1?afterVersion=x', 'afterVersion'],
  ])('is 422 at %s and names the parameter', async (path, parameter) => {
    const problem = await problemOf(await api.call('GET', path))
    expect(problem.status).toBe(422)
    expect(problem.errors.map((error) => error.path)).toEqual([parameter])
  })
})

describe('an error', () => {
  it('of a passing kind is 503 with Retry-After', async () => {
    api.deps.services.get = () => Promise.reject(new TransientError('DynamoDB throttles'))
    const response = await api.call('GET', '/v1/services/web')
    expect(response.headers.get('Retry-After')).toBe('2')
    expect(await problemOf(response)).toMatchObject({ status: 503, detail: 'DynamoDB throttles' })
  })

  it('of AWS is 502', async () => {
    api.deps.services.get = () => Promise.reject(new UpstreamError('access denied'))
    expect((await problemOf(await api.call('GET', '/v1/services/web'))).status).toBe(502)
  })

  it('of ours shows no detail and is logged with the request id', async () => {
    const bug = new TypeError('cannot read secret of undefined')
    api.deps.services.get = () => Promise.reject(bug)
    const response = await api.call('GET', '/v1/services/web', { headers: { 'X-Request-Id': 'run-18' } })
    expect(await problemOf(response)).toEqual({
      type: 'urn:sluice:problem:internal',
      title: 'an error of ours',
      status: 500,
      detail: 'something went wrong; the request id names it in the log',
      errors: [],
    })
    expect(api.logged).toEqual([
      { event: 'request-failed', fields: { requestId: 'run-18', path: '/v1/services/web', error: bug } },
    ])
  })
})

describe('healthz', () => {
  it('says version and local time in local mode', async () => {
    const response = await api.call('GET', '/healthz')
    expect(await response.json()).toEqual({ status: 'ok', version, localTime: '2026-01-01T00:00:00.000Z' })
  })

  it('says no local time elsewhere, and asks for no caller', async () => {
    const response = await createMemoryApi({}).call('GET', '/healthz')
    expect(await response.json()).toEqual({ status: 'ok', version })
  })
})

describe('the caller', () => {
  const iam = (userArn?: string) => ({ event: { requestContext: { authorizer: userArn ? { iam: { userArn } } : {} } } })
  const list = (app: Api['app'], env?: object) => app.request('http://api.example.com/v1/services', {}, env)

  it('is who the authorizer says', async () => {
    const { app } = createMemoryApi({})
    expect((await list(app, iam('arn:aws:iam::123456789012:user/ci'))).status).toBe(200)
  })

  it.each([
    ['no event', {}],
    ['an event without authorizer', iam()],
  ])('is nobody with %s: 401', async (_, env) => {
    const { app, logged } = createMemoryApi({})
    const answer = await list(app, env)
    expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="sluice"')
    const { status, detail } = await problemOf(answer)
    expect([status, detail]).toEqual([401, expect.stringMatching(/Authorization: Bearer .* below \/iam$/)])
    const requestId = answer.headers.get('X-Request-Id')
    expect(logged).toEqual([{ event: 'caller-refused', fields: { requestId, path: '/v1/services', reason: detail } }])
  })

  const headers = ['Bearer sluice_nonsense', 'Bearer a.b.c', 'Basic bWVpOnB3', 'Bearer', 'AWS4-HMAC-SHA256 sigv4']
  it.each(headers.flatMap((header) => (['local', 'lambda'] as const).map((mode) => ({ header, mode }))))(
    'is nobody with "$header", not even the owner of the machine: $mode',
    async ({ header, mode }) => {
      const { app, logged } = createMemoryApi({ mode })
      const answer = await app.request('http://localhost/v1/services', { headers: { Authorization: header } })
      expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="sluice", error="invalid_token"')
      const problem = await problemOf(answer)
      expect(problem.status).toBe(401)
      const [, token] = header.split(' ')
      if (token) expect(JSON.stringify([logged, problem])).not.toContain(token)
    },
  )

  it('comes in below /iam too, and is led back there', async () => {
    const { app, deps } = createMemoryApi({})
    await deps.services.put(aService())
    const env = iam('arn:aws:iam::123456789012:user/ci')
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'run-1' } }
    const body = '{"service":"web"}'
    const started = await app.request('https://api.example.com/iam/v1/deployments', { ...init, body }, env)
    expect(started.status).toBe(202)
    const { links } = await readAs(answers.deployment, started)
    expect(links.self).toMatch(/^https:\/\/api\.example\.com\/iam\/v1\/deployments\/dep_/)
    expect(started.headers.get('Location')).toBe(links.self)
    expect((await app.request(links.self ?? '', {}, env)).status).toBe(200)
    for (const path of ['/iam/healthz', '/iam/iam/v1/services', '/iamv1/services'])
      expect((await app.request(`https://api.example.com${path}`, {}, env)).status).toBe(404)
  })

  it('is the owner in local mode, by any loopback name', async () => {
    for (const host of ['127.0.0.1:4500', 'localhost:4500', '[::1]:4500'])
      expect((await api.app.request(`http://${host}/v1/services`)).status).toBe(200)
  })

  it.each([
    ['another host name', 'http://evil.example.com/v1/services', {}, {}],
    ['a page of another origin', 'http://127.0.0.1/v1/services', { Origin: 'https://evil.example.com' }, {}],
    ['a sandboxed page', 'http://127.0.0.1/v1/services', { Origin: 'null' }, {}],
    ['another machine', 'http://127.0.0.1/v1/services', {}, { incoming: { socket: { remoteAddress: '10.0.0.9' } } }],
  ])('is refused in local mode from %s', async (_, url, headers, env) => {
    expect((await problemOf(await api.app.request(url, { headers }, env))).status).toBe(403)
  })

  it('may be a page that the local API served itself', async () => {
    const headers = { Origin: 'http://127.0.0.1:4500' }
    expect((await api.app.request('http://127.0.0.1:4500/v1/services', { headers })).status).toBe(200)
  })
})
