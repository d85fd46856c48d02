import { beforeEach, describe, expect, it } from 'vitest'
import { answers } from '../../../../functions/api/schemas/answers.ts'
import type { PolicyRule } from '../../../../shared/domain/access/policy.ts'
import { TransientError } from '../../../../shared/domain/errors.ts'
import { verifyAudit } from '../../../../shared/use-cases/audit/verify-audit.ts'
import { aDeployment, aService } from '../../../support/builders.ts'
import { aServiceBody, createMemoryApi, readAs } from '../../../support/memory-api.ts'
import { aTokenId, aTokenSecret, aTokenText } from '../../../support/tokens.ts'

type Api = ReturnType<typeof createMemoryApi>
let api: Api
beforeEach(() => {
  api = createMemoryApi()
})

const owner: PolicyRule = { name: 'owner', who: { kind: 'local' }, roles: ['admin'], services: ['*'] }

const aTokenRule = (n: number, overrides: Partial<PolicyRule> = {}): PolicyRule => ({
  ...{ name: `token ${n}`, who: { kind: 'token', ids: [aTokenId(n)] }, roles: ['viewer'], services: ['*'] },
  ...overrides,
})
const putPolicy = (rules: readonly PolicyRule[], more: object = {}) =>
  api.call('PUT', '/v1/policy', { body: { rules, ...more } })
const createToken = (body: object = { name: 'on-call' }) => api.call('POST', '/v1/tokens', { body })
const as = (n: number, headers: Readonly<Record<string, string>> = {}) => ({
  ...headers,
  Authorization: `Bearer ${aTokenText(n)}`,
})
const auditOf = async (query = '') => (await readAs(answers.audit, await api.call('GET', `/v1/audit${query}`))).items

describe('the policy', () => {
  it('is the initial one until somebody saves one', async () => {
    const policy = await readAs(answers.policy, await api.call('GET', '/v1/policy'))
    expect(policy).toMatchObject({ version: 0, updatedAt: null, updatedBy: null })
    const saved = await putPolicy([owner])
    expect([saved.status, await saved.json()]).toEqual([
      200,
      {
        ...{ rules: [owner], version: 1, updatedAt: '2026-01-01T00:00:00.000Z' },
        updatedBy: { kind: 'local', name: 'local-owner' },
      },
    ])
    expect(await (await api.call('GET', '/v1/policy')).json()).toMatchObject({ rules: [owner], version: 1 })
  })

  it('is not replaced where somebody was faster: 409', async () => {
    await putPolicy([owner])
    const answer = await putPolicy([owner], { expectedVersion: 0 })
    expect([answer.status, await answer.json()]).toEqual([409, expect.objectContaining({ version: 1 })])
  })

  it.each([
    { name: 'no rule', rules: [] },
    { name: 'no admin', rules: [{ ...owner, roles: ['viewer'] as const }] },
    { name: 'an admin of some services', rules: [{ ...owner, services: ['web'] }] },
    { name: 'an admin by a token that there is not', rules: [aTokenRule(5, { roles: ['admin'] })] },
    {
      name: 'an admin by a door that is closed',
      rules: [{ ...owner, who: { kind: 'slack' as const, team: 'T', users: ['U'] } }],
    },
  ])('is not replaced by one with $name: 422', async ({ rules }) => {
    const answer = await putPolicy(rules)
    expect(answer.status).toBe(422)
    expect((await readAs(answers.problem, answer)).errors).toEqual([
      { path: 'rules', message: expect.stringMatching(/^nobody could change the policy any more/) },
    ])
    expect((await api.call('GET', '/v1/policy')).status).toBe(200)
  })

  it('counts from the next request on', async () => {
    await createToken()
    const list = () => api.call('GET', '/v1/services', { headers: as(1) })
    expect((await list()).status).toBe(403)
    await putPolicy([owner, aTokenRule(1)])
    expect((await list()).status).toBe(200)
    await putPolicy([owner])
    expect((await list()).status).toBe(403)
  })

  it('lets nobody in that cannot be read: 503, and none for an abort either', async () => {
    const { id } = await api.deps.deployments.create(aDeployment({ phase: 'baking', stage: 'baking', weight: 10 }))
    api.deps.policies.read = () => Promise.reject(new TransientError('DynamoDB throttles'))
    expect((await api.call('GET', '/v1/services')).status).toBe(503)
    expect((await api.call('POST', `/v1/deployments/${id}/abort`)).status).toBe(503)
  })
})

describe('an API token', () => {
  it('is shown once, and nowhere else', async () => {
    const created = await createToken({ name: 'on-call', lifeSeconds: 3600 })
    const token = {
      ...{ id: aTokenId(1), name: 'on-call', lastUsedAt: null, revoked: null },
      createdAt: '2026-01-01T00:00:00.000Z',
      createdBy: { kind: 'local', name: 'local-owner' },
      expiresAt: '2026-01-01T01:00:00.000Z',
    }
    expect([created.status, await created.json()]).toEqual([201, { ...token, token: aTokenText(1) }])
    await putPolicy([owner, aTokenRule(1, { roles: ['admin'] })])
    expect((await api.call('GET', '/v1/services', { headers: as(1) })).status).toBe(200)
    const listed = await (await api.call('GET', '/v1/tokens')).json()
    expect(listed).toEqual({ items: [{ ...token, lastUsedAt: '2026-01-01T00:00:00.000Z' }], nextCursor: null })
    const audit = await (await api.call('GET', '/v1/audit')).text()
    const revoked = await (await api.call('DELETE', `/v1/tokens/${aTokenId(1)}`)).text()
    expect(JSON.stringify([listed, audit, revoked, api.logged])).not.toContain(aTokenSecret)
    expect(audit).toContain(aTokenId(1))
  })

  it('lets in nobody once it was revoked, or ran out', async () => {
    await createToken({ name: 'a', lifeSeconds: 60 })
    await createToken({ name: 'b' })
    await putPolicy([owner, aTokenRule(1), aTokenRule(2)])
    const list = async (n: number) => (await api.app.request('http://localhost/v1/services', { headers: as(n) })).status
    expect([await list(1), await list(2)]).toEqual([200, 200])
    const revoked = await api.call('DELETE', `/v1/tokens/${aTokenId(2)}?reason=lost`)
    const { revoked: revocation } = await readAs(answers.token, revoked)
    expect(revocation).toEqual({
      ...{ at: '2026-01-01T00:00:00.000Z', by: { kind: 'local', name: 'local-owner' }, reason: 'lost' },
    })
    expect([await list(1), await list(2)]).toEqual([200, 401])
    await api.clock.sleep(60_000)
    expect(await list(1)).toBe(401)
    const again = await readAs(answers.token, await api.call('DELETE', `/v1/tokens/${aTokenId(2)}?reason=twice`))
    expect(again.revoked).toEqual(revocation)
  })

  it('of the last admin cannot be revoked: 409', async () => {
    await createToken()
    await api.deps.policies.save({
      ...{ rules: [aTokenRule(1, { roles: ['admin'] })], version: 0, updatedAt: null, updatedBy: null },
    })
    const answer = await api.call('DELETE', `/v1/tokens/${aTokenId(1)}`, { headers: as(1) })
    expect(answer.status).toBe(409)
    expect((await api.call('GET', '/v1/policy', { headers: as(1) })).status).toBe(200)
  })

  it('that there is not is 404', async () => {
    expect((await api.call('DELETE', `/v1/tokens/${aTokenId(7)}`)).status).toBe(404)
  })

  it.each([{ name: '' }, { name: 'x', lifeSeconds: 59 }, { name: 'x', lifeSeconds: 366 * 86_400 + 1 }, {}])(
    'is not made of %j: 422',
    async (body) => {
      expect((await createToken(body)).status).toBe(422)
    },
  )
})

describe('the audit', () => {
  const start = (headers: Readonly<Record<string, string>>, body: object = { service: 'web' }) =>
    api.call('POST', '/v1/deployments', { body, headers: { 'Idempotency-Key': 'run-1', ...headers } })

  /** A refused and an allowed start, and what went before them. */
  async function act() {
    await api.call('PUT', '/v1/services/web', { body: aServiceBody() })
    await createToken()
    await putPolicy([owner, aTokenRule(1)])
    await start(as(1, { 'X-Request-Id': 'run-refused' }))
    await start({ 'X-Request-Id': 'run-allowed' }, { service: 'web', reason: 'release 42' })
  }

  it('has who commanded what, allowed or refused, by which request', async () => {
    await act()
    const items = await auditOf()
    expect(items.map(({ seq, command, outcome }) => [seq, command, outcome])).toEqual([
      [5, 'start-deployment', 'allowed'],
      [4, 'start-deployment', 'refused'],
      [3, 'replace-policy', 'allowed'],
      [2, 'create-token', 'allowed'],
      [1, 'register-service', 'allowed'],
    ])
    const common = { at: '2026-01-01T00:00:00.000Z', source: 'rest', service: 'web', deployment: null }
    const values = { before: null, after: null, hash: expect.any(String), previousHash: expect.any(String) }
    expect(items.slice(0, 2)).toEqual([
      {
        ...{ ...common, ...values, seq: 5, command: 'start-deployment', outcome: 'allowed', requestId: 'run-allowed' },
        principal: { kind: 'local', name: 'local-owner', identity: 'local' },
        reason: 'release 42',
      },
      {
        ...{ ...common, ...values, seq: 4, command: 'start-deployment', outcome: 'refused', requestId: 'run-refused' },
        principal: { kind: 'token', name: `on-call (${aTokenId(1)})`, identity: aTokenId(1) },
        reason: 'start-deployment needs the role deployer or admin on web; the caller has viewer',
      },
    ])
  })

  it('has what was there before a change and what was to be', async () => {
    await act()
    const [policy, token, service] = (await auditOf('?outcome=allowed')).slice(1)
    expect(policy).toMatchObject({ before: { version: 0 }, after: { rules: [owner, aTokenRule(1)] } })
    expect([token?.before, token?.after]).toEqual([null, { id: aTokenId(1), name: 'on-call' }])
    expect(service).toMatchObject({ before: null, after: { name: 'web', strategy: { type: 'canary', percent: 10 } } })
    await api.call('DELETE', '/v1/services/web')
    const [removal] = await auditOf('?command=remove-service')
    expect(removal).toMatchObject({ before: { routes: [{ kind: 'alb' }], concurrency: 'reject' }, after: null })
  })

  it.each([
    ['?command=start-deployment', [5, 4]],
    ['?outcome=refused', [4]],
    ['?service=web', [5, 4, 1]],
    [`?principal=${aTokenId(1)}`, [4]],
    ['?principal=local-owner&order=oldest-first', [1, 2, 3, 5]],
    ['?source=rest&limit=2', [5, 4]],
    ['?source=slack', []],
    ['?since=2026-01-01T00:00:01Z', []],
    ['?until=2026-01-01T00:00:00Z', []],
    ['?deployment=dep_1', []],
  ])('is filtered by %s', async (query, seqs) => {
    await act()
    expect((await auditOf(query)).map(({ seq }) => seq)).toEqual(seqs)
  })

  it.each(['?command=explode', '?source=mail', '?since=yesterday', '?outcome=maybe', '?service=Web', '?format=csv'])(
    'is 422 with %s',
    async (query) => {
      expect((await api.call('GET', `/v1/audit${query}`)).status).toBe(422)
    },
  )

  it('can be had as JSON Lines, page by page, and is intact', async () => {
    await act()
    const lines: string[] = []
    let next: string | null = '/v1/audit?format=jsonl&order=oldest-first&limit=2'
    let pages = 0
    for (; next !== null; pages++) {
      const answer: Response = await api.call('GET', next)
      expect(answer.headers.get('Content-Type')).toBe('application/jsonl')
      lines.push(...(await answer.text()).split('\n').filter((line) => line !== ''))
      const link: RegExpExecArray | null = /^<http:\/\/localhost(.*)>; rel="next"$/.exec(
        answer.headers.get('Link') ?? '',
      )
      next = link?.[1] ?? null
    }
    expect(pages).toBe(3)
    const items = lines.map((line) => answers.audit.shape.items.element.parse(JSON.parse(line)))
    expect(items.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
    const { items: kept } = await api.deps.audit.list({ order: 'oldest-first' }, { limit: 100, cursor: null })
    expect(items).toEqual(kept)
    expect(await verifyAudit(api.deps.audit)).toMatchObject({ intact: true, head: { seq: 5 } })
  })

  it('that cannot be written lets nothing be raised, and an abort pass into the log', async () => {
    await api.deps.services.put(aService())
    api.deps.audit.append = () => Promise.reject(new TransientError('DynamoDB throttles'))
    expect((await start({})).status).toBe(503)
    expect(await api.deps.deployments.list({}, { limit: 1, cursor: null })).toEqual({ items: [], nextCursor: null })
    const { id } = await api.deps.deployments.create(aDeployment({ phase: 'baking', stage: 'baking', weight: 10 }))
    expect((await api.call('POST', `/v1/deployments/${id}/abort`)).status).toBe(202)
    expect(api.logged.map(({ event }) => event)).toContain('audit-not-written')
  })
})

describe('an approval', () => {
  const waiting = (createdBy: { readonly kind: 'local' | 'token'; readonly name: string }) =>
    api.deps.deployments.create(
      aDeployment({
        phase: 'awaiting-approval',
        stage: 'awaiting-approval',
        nextActionAt: '2026-01-02T00:00:00.000Z',
        createdBy,
      }),
    )
  const approve = (id: string) => api.call('POST', `/v1/deployments/${id}/approve`)
  const local = { kind: 'local', name: 'local-owner' } as const

  it('is not given by whoever created the deployment, admin or not: 403', async () => {
    await putPolicy([owner])
    const { id } = await waiting(local)
    const answer = await approve(id)
    expect([answer.status, await answer.json()]).toEqual([
      403,
      expect.objectContaining({ detail: 'local-owner created the deployment; somebody else must decide about it' }),
    ])
    expect((await auditOf())[0]).toMatchObject({ command: 'approve-deployment', outcome: 'refused', deployment: id })
  })

  it('is given by somebody else, and by its creator where the policy lets them', async () => {
    await putPolicy([owner])
    const { id } = await waiting({ kind: 'token', name: 'ci' })
    expect((await approve(id)).status).toBe(200)
    api = createMemoryApi()
    expect((await approve((await waiting(local)).id)).status).toBe(200)
  })
})

describe('a caller of some services', () => {
  beforeEach(async () => {
    await createToken()
    await putPolicy([owner, aTokenRule(1, { services: ['web'] })])
    for (const name of ['api', 'web']) await api.deps.services.put({ ...aService(), name })
    await api.deps.deployments.create(aDeployment())
    await api.deps.deployments.create(aDeployment({ id: 'dep_01KDVDNC00000000000000API1', service: 'api' }))
  })
  const get = (path: string) => api.call('GET', path, { headers: as(1) })

  it('sees their part of each list', async () => {
    const services = await readAs(answers.services, await get('/v1/services'))
    expect(services.items.map(({ name }) => name)).toEqual(['web'])
    const deployments = await readAs(answers.deployments, await get('/v1/deployments'))
    expect(deployments.items.map(({ service }) => service)).toEqual(['web'])
    expect((await readAs(answers.deployments, await get('/v1/deployments?service=web'))).items).toHaveLength(1)
  })

  it.each([
    '/v1/deployments?service=api',
    '/v1/services/api',
    '/v1/services/none',
    '/v1/deployments/dep_01KDVDNC00000000000000API1',
  ])('is 403 at %s', async (path) => {
    expect((await get(path)).status).toBe(403)
  })

  it('is asked once for all of a long poll', async () => {
    let reads = 0
    const { read } = api.deps.policies
    api.deps.policies.read = () => {
      reads++
      return read()
    }
    expect((await get(`/v1/deployments/${aDeployment().id}?waitSeconds=5`)).status).toBe(200)
    expect([reads, api.slept.length]).toEqual([1, 5])
  })

  it('is asked for a HEAD as for a GET', async () => {
    const head = (path: string) => api.app.request(`http://localhost${path}`, { method: 'HEAD', headers: as(1) })
    expect([(await head('/v1/services/web')).status, (await head('/v1/policy')).status]).toEqual([200, 403])
  })
})
