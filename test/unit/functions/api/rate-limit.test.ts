import { Hono } from 'hono'
import { beforeEach, describe, expect, it } from 'vitest'
import { sendProblem } from '../../../../functions/api/problem.ts'
import { admit } from '../../../../functions/api/rate-limit.ts'
import { createManualClock } from '../../../../local/clock.ts'
import { createMemoryRateCounts } from '../../../../shared/adapters/memory/rate-counts.ts'
import { UnauthorizedError } from '../../../../shared/domain/errors.ts'
import type { RateCounts } from '../../../../shared/ports/rate-counts.ts'
import { createRateGuard, type RateRules } from '../../../../shared/use-cases/access/rate-guard.ts'
import { aDeployment } from '../../../support/builders.ts'
import { aServiceBody, createMemoryApi } from '../../../support/memory-api.ts'

const rules: RateRules = {
  counted: {
    command: { most: 2, windowSeconds: 60 },
    'take-back': { most: 4, windowSeconds: 60 },
    refused: { most: 2, windowSeconds: 60 },
    forbidden: { most: 2, windowSeconds: 60 },
  },
  reads: { most: 3, perSecond: 1 },
}

let counted: string[]
let looked: string[]
let app: Hono
beforeEach(async () => {
  const clock = createManualClock()
  await clock.advance(60_000 - (clock.now() % 60_000))
  const memory = createMemoryRateCounts({ realNow: clock.now })
  counted = []
  looked = []
  const rateCounts: RateCounts = {
    count: (kind, caller, rule) => {
      counted.push(`${kind} ${caller}`)
      return memory.count(kind, caller, rule)
    },
  }
  const warn = () => undefined
  const guard = createRateGuard({ rateCounts, clock: { realNow: clock.now }, logger: { warn } }, rules)
  app = new Hono()
  app.onError((error, c) => sendProblem(c, error))
  app.all('*', async (c) => {
    const identify = async () => {
      const token = c.req.header('Authorization') ?? ''
      looked.push(token)
      if (!token.includes('good')) throw new UnauthorizedError('nobody')
      return token
    }
    const caller = await admit(guard, c, { identify, keyOf: (key) => (key.includes('owner') ? null : key) })
    return c.text(caller)
  })
})

const good = 'Bearer good'
const bad = 'Bearer bad'
function send(method: string, path: string, authorization = good, sourceIp = '198.51.100.7') {
  const env = { event: { requestContext: { http: { sourceIp } } } }
  return app.request(`http://api.example${path}`, { method, headers: { Authorization: authorization } }, env)
}
async function statuses(times: number, ...request: Parameters<typeof send>) {
  const all: number[] = []
  for (let time = 0; time < times; time++) all.push((await send(...request)).status)
  return all
}

describe('a caller', () => {
  it('who asks too much is told when to come again', async () => {
    expect(await statuses(2, 'POST', '/v1/deployments')).toEqual([200, 200])
    const response = await send('POST', '/v1/deployments')
    expect(response.headers.get('Retry-After')).toBe('90')
    expect(response.headers.get('Content-Type')).toBe('application/problem+json')
    expect(await response.json()).toEqual({
      type: 'urn:sluice:problem:too-many-requests',
      title: 'too many requests',
      status: 429,
      detail: 'too many requests; the next one is taken in 90 s',
      errors: [],
    })
  })

  it('is counted with each command, in one write, and with no read', async () => {
    await statuses(2, 'PUT', '/v1/services/web')
    await statuses(3, 'GET', '/v1/services')
    await statuses(1, 'HEAD', '/v1/services', 'Bearer good 2')
    expect(counted).toEqual([`command ${good}`, `command ${good}`])
  })

  it('may read as much as the bucket of the process holds', async () => {
    expect(await statuses(4, 'GET', '/v1/services')).toEqual([200, 200, 200, 429])
    expect(await statuses(1, 'GET', '/v1/services', 'Bearer good 2')).toEqual([200])
  })

  it.each([
    '/v1/deployments/dep_1/abort',
    '/v1/deployments/dep_1/pause',
    '/v1/deployments/dep_1/reject',
    '/v1/services/web/rollback',
    '/v1/stop',
  ])('who has asked too much can still POST %s', async (path) => {
    expect(await statuses(3, 'POST', '/v1/deployments')).toEqual([200, 200, 429])
    expect(await statuses(5, 'POST', path)).toEqual([200, 200, 200, 200, 429])
  })

  it.each([
    ['DELETE', '/v1/stop'],
    ['POST', '/v1/deployments/dep_1/resume'],
    ['POST', '/v1/deployments/abort'],
    ['POST', '/v1/deployments/dep_1/abort/x'],
  ])('has no more of %s %s than of other commands', async (method, path) => {
    expect(await statuses(3, method, path)).toEqual([200, 200, 429])
  })

  it('without a key is never limited', async () => {
    expect(await statuses(9, 'POST', '/v1/deployments', 'Bearer good owner')).toEqual(
      Array.from({ length: 9 }, () => 200),
    )
    expect(counted).toEqual([])
  })
})

describe('an address that brings nothing good', () => {
  it('gets 429 in place of 401, and its tokens are not looked at any more', async () => {
    expect(await statuses(5, 'POST', '/v1/deployments', bad)).toEqual([401, 401, 429, 429, 429])
    expect(looked).toHaveLength(3)
    expect(counted).toEqual(Array.from({ length: 3 }, () => 'refused 198.51.100.7'))
  })

  it('can take traffic back all the same with a token that is good', async () => {
    await statuses(5, 'POST', '/v1/deployments', bad)
    expect(await statuses(1, 'POST', '/v1/deployments', good)).toEqual([429])
    expect(await statuses(1, 'POST', '/v1/deployments/dep_1/abort', good)).toEqual([200])
    expect(await statuses(1, 'POST', '/v1/deployments/dep_1/abort', bad)).toEqual([429])
  })

  it('keeps out nobody who is known without a token, and no other address', async () => {
    await statuses(5, 'POST', '/v1/deployments', bad)
    expect(await statuses(1, 'POST', '/v1/deployments', 'AWS4-HMAC-SHA256 good')).toEqual([200])
    expect(await statuses(1, 'POST', '/v1/deployments', good, '198.51.100.8')).toEqual([200])
  })

  it.each([
    ['2001:db8:1:2::5', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0:ffff::', '2001:db8:0:0::/64'],
  ])('is the network of %s and %s', async (one, other, network) => {
    await send('GET', '/v1/services', bad, one)
    await send('GET', '/v1/services', bad, other)
    expect(counted).toEqual([`refused ${network}`, `refused ${network}`])
  })

  it('is what the connection says, not what a header says', async () => {
    await app.request('http://api.example/v1/services', {
      headers: { 'X-Forwarded-For': '203.0.113.9', Authorization: bad },
    })
    expect(counted).toEqual(['refused unknown'])
  })
})

describe('the API', () => {
  const iam = (userArn: string) => ({
    event: { requestContext: { authorizer: { iam: { userArn } }, http: { sourceIp: '198.51.100.7' } } },
  })
  const put = (api: ReturnType<typeof createMemoryApi>, arn: string) =>
    api.app.request(
      'http://api.example/v1/services/web',
      { method: 'PUT', body: JSON.stringify(aServiceBody()), headers: { 'Content-Type': 'application/json' } },
      iam(arn),
    )

  it('takes sixty commands of a caller in a minute', async () => {
    const api = createMemoryApi({})
    const all: number[] = []
    for (let time = 0; time < 61; time++) all.push((await put(api, 'arn:aws:iam::123456789012:user/ci')).status)
    expect([all.slice(0, 60).every((status) => status < 300), all[60]]).toEqual([true, 429])
    expect((await put(api, 'arn:aws:iam::123456789012:user/other')).status).toBe(200)
  })

  it('writes down no more than sixty refusals of a caller in a minute, whatever it asks', async () => {
    const api = createMemoryApi({})
    const stranger = iam('arn:aws:iam::210987654321:user/stranger')
    const ask = (method: string, path: string) => api.app.request(`http://api.example${path}`, { method }, stranger)
    const all: number[] = []
    for (let time = 0; time < 62; time++) all.push((await ask('GET', '/v1/services')).status)
    expect([new Set(all.slice(0, 61)), all[61]]).toEqual([new Set([403]), 429])
    expect((await ask('POST', '/v1/deployments')).status).toBe(429)
    const { items } = await api.deps.audit.list({ order: 'oldest-first' }, { limit: 100, cursor: null })
    expect(items).toHaveLength(61)
    expect((await ask('POST', '/v1/services/web/rollback')).status).toBe(403)
    expect((await put(api, 'arn:aws:iam::123456789012:user/ci')).status).toBe(201)
  })

  it.each(['GET /v1/deployments/ID', 'GET /v1/deployments/ID/events', 'POST /v1/deployments/ID/abort'])(
    'tells a stranger by %s of no deployment whether there is one',
    async (route) => {
      const api = createMemoryApi({})
      await api.deps.deployments.create(aDeployment({ id: 'dep_01KDVDNC00000000000000AAAA' }))
      const stranger = iam('arn:aws:iam::210987654321:user/stranger')
      const statusOf = async (id: string) => {
        const [method = '', path = ''] = route.replace('ID', id).split(' ')
        return (await api.app.request(`http://api.example${path}`, { method }, stranger)).status
      }
      expect(await statusOf('dep_01KDVDNC00000000000000AAAA')).toBe(403)
      expect(await statusOf('dep_01KDVDNC00000000000000BBBB')).toBe(403)
    },
  )

  it('limits nothing of the owner of the machine', async () => {
    const api = createMemoryApi()
    for (let time = 0; time < 70; time++) {
      const response = await api.app.request('http://localhost/v1/services/none', { method: 'DELETE' })
      expect(response.status).toBe(404)
    }
  })
})
