import { beforeEach, describe, expect, it } from 'vitest'
import { answers } from '../../../../functions/api/schemas/answers.ts'
import type { Deployment } from '../../../../shared/domain/deployment.ts'
import { TransientError } from '../../../../shared/domain/errors.ts'
import { aDeployment, anEvent, aSettledBucket, someMeasures, webArns } from '../../../support/builders.ts'
import { aCompareGate, aMetricGate } from '../../../support/gates.ts'
import { aServiceBody, createMemoryApi, readAs } from '../../../support/memory-api.ts'

let api: ReturnType<typeof createMemoryApi>
beforeEach(async () => {
  api = createMemoryApi()
  await api.call('PUT', '/v1/services/web', { body: aServiceBody() })
})

const start = (body: unknown = { service: 'web' }, key = 'run-1') =>
  api.call('POST', '/v1/deployments', { body, headers: { 'Idempotency-Key': key } })

/** A record as the store keeps it, without going through a start. */
async function store(overrides: Partial<Deployment> = {}) {
  const deployment = aDeployment(overrides)
  await api.deps.deployments.create(deployment)
  return deployment
}

describe('POST /v1/deployments', () => {
  it('answers 202 with the deployment and where it is', async () => {
    const response = await start({
      service: 'web',
      revision: 'git:3f2a91c',
      reason: 'release 42',
      links: { build: 'https://ci.example.com/1' },
    })
    expect(response.status).toBe(202)
    const body = await readAs(answers.deployment, response)
    const self = `http://localhost/v1/deployments/${body.id}`
    expect(response.headers.get('Location')).toBe(self)
    expect(body).toEqual({
      id: expect.stringMatching(/^dep_/),
      driver: null,
      service: 'web',
      revision: 'git:3f2a91c',
      reason: 'release 42',
      phase: 'preparing',
      cause: null,
      version: 1,
      stable: 'blue',
      canary: 'green',
      step: 0,
      weight: 0,
      effectiveWeight: 0,
      observedWeight: null,
      strategy: { type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 600 },
      plan: {
        steps: [
          { weight: 10, effectiveWeight: 10, bakeSeconds: 1800, approval: false },
          { weight: 100, effectiveWeight: 100, bakeSeconds: 600, approval: false },
        ],
        minimumSeconds: 2400,
        exposurePercentMinutes: 300,
      },
      routes: [{ kind: 'alb', resource: webArns.rule, wave: 1 }],
      gates: [],
      findings: [],
      approvals: [],
      rollback: { ready: false, reasons: ['not looked at yet'], estimatedSeconds: 0 },
      createdBy: { kind: 'local', name: 'local-owner' },
      createdAt: '2026-01-01T00:00:00.000Z',
      nextActionAt: '2026-01-01T00:00:00.000Z',
      endedAt: null,
      links: {
        build: 'https://ci.example.com/1',
        self,
        events: `${self}/events`,
        console: `http://localhost/#/deployments/${body.id}`,
      },
    })
    expect(await (await api.call('GET', new URL(self).pathname)).json()).toEqual(body)
  })

  it('answers the same to the same key and body, whatever the order of its fields', async () => {
    const first = await readAs(answers.deployment, await start({ service: 'web', reason: 'a' }))
    const again = await start({ reason: 'a', service: 'web' })
    expect(again.status).toBe(202)
    expect(await readAs(answers.deployment, again)).toEqual(first)
  })

  it('is 409 for the same key with another body', async () => {
    const { id } = await readAs(answers.deployment, await start({ service: 'web', reason: 'a' }))
    const response = await start({ service: 'web', reason: 'b' })
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ deployment: id })
  })

  it('is 409 while another one is open, and names it', async () => {
    const { id } = await readAs(answers.deployment, await start())
    const response = await start({ service: 'web' }, 'run-2')
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ status: 409, deployment: id })
  })

  it.each([
    ['no key', undefined],
    ['an empty key', ''],
    ['a key with a space', 'run 1'],
    ['a key over 255 characters', 'k'.repeat(256)],
    ['a key beyond ASCII', 'r\u00fcn'],
  ])('is 400 with %s, naming the header', async (_, key) => {
    const response = await api.call('POST', '/v1/deployments', {
      body: { service: 'web' },
      headers: key === undefined ? {} : { 'Idempotency-Key': key },
    })
    expect(response.status).toBe(400)
    const { errors, detail } = await readAs(answers.problem, response)
    expect(errors.map((error) => error.path)).toEqual(['Idempotency-Key'])
    expect(detail).toContain('Idempotency-Key')
  })

  it('is 404 for a service that is not there', async () => {
    expect((await start({ service: 'shop' })).status).toBe(404)
  })

  it.each([
    ['the slot that serves', { service: 'web', to: 'blue' }, ['to']],
    ['several wrong fields', { service: 'Web', to: 'red', weight: 3 }, ['service', 'to', 'weight']],
  ])('is 422 with %s', async (_, body, paths) => {
    const response = await start(body)
    expect(response.status).toBe(422)
    expect((await readAs(answers.problem, response)).errors.map((error) => error.path)).toEqual(paths)
  })
})

describe('GET /v1/deployments', () => {
  it('lists the newest first, filtered, in pages', async () => {
    for (const [index, phase] of (['succeeded', 'aborted', 'succeeded'] as const).entries())
      await store({ id: `dep_01KDVDNC00000000000000WEB${index}`, phase, endedAt: '2026-01-01T01:00:00.000Z' })
    const list = async (query: string) => {
      const page = await readAs(answers.deployments, await api.call('GET', `/v1/deployments?${query}`))
      return { ids: page.items.map(({ id }) => id.slice(-1)), nextCursor: page.nextCursor }
    }
    expect(await list('service=web')).toEqual({ ids: ['2', '1', '0'], nextCursor: null })
    expect((await list('phase=succeeded')).ids).toEqual(['2', '0'])
    expect((await list('service=shop')).ids).toEqual([])
    const first = await list('limit=2')
    expect(first.ids).toEqual(['2', '1'])
    expect((await list(`limit=2&cursor=${encodeURIComponent(first.nextCursor ?? '')}`)).ids).toEqual(['0'])
  })
})

describe('GET /v1/deployments/{id}', () => {
  const read = (id: string, query = '') => api.call('GET', `/v1/deployments/${id}${query}`)

  it('joins what is measured beside the record', async () => {
    const { id } = await store({ phase: 'baking', weight: 10, effectiveWeight: 10 })
    const gate = {
      name: 'errors',
      kind: 'metric' as const,
      mode: 'enforce' as const,
      verdict: 'pass' as const,
      reason: '0 of 300 requests failed',
      evidence: { requests: 300 },
      judgedAt: '2026-01-01T00:05:00.000Z',
    }
    await api.deps.deployments.saveMeasures(id, someMeasures({ gates: [gate], observedWeight: 9.7 }))
    expect(await (await read(id)).json()).toMatchObject({
      gates: [gate],
      observedWeight: 9.7,
      rollback: { ready: true, reasons: [], estimatedSeconds: 2 },
    })
  })

  it('is 404 for one that is not there', async () => {
    expect((await read('dep_nowhere')).status).toBe(404)
  })

  it('waits, looking once a second, and answers as soon as the version moves', async () => {
    const deployment = await store({ phase: 'baking' })
    api.onSleep.push(
      () => undefined,
      () => api.deps.deployments.save({ ...deployment, revision: 2, version: 2, phase: 'paused' }),
    )
    const response = await read(deployment.id, '?waitSeconds=25&afterVersion=1')
    expect(await response.json()).toMatchObject({ version: 2, phase: 'paused' })
    expect(api.slept).toEqual([1000, 1000])
  })

  it('takes the version at the call where none is named', async () => {
    const { id } = await store({ phase: 'baking', version: 4 })
    const response = await read(id, '?waitSeconds=2')
    expect(await response.json()).toMatchObject({ version: 4 })
    expect(api.slept).toEqual([1000, 1000])
  })

  it.each([
    ['the version moved before', { phase: 'baking', version: 8 }, '?waitSeconds=25&afterVersion=7', 0],
    ['it has ended', { phase: 'succeeded' }, '?waitSeconds=25&afterVersion=1', 0],
    ['no wait is asked for', { phase: 'baking' }, '?afterVersion=1', 0],
    ['the time is over', { phase: 'baking' }, '?waitSeconds=25&afterVersion=1', 25],
    ['its failed rollback may still succeed', { phase: 'rollback-failed' }, '?waitSeconds=3&afterVersion=1', 3],
  ] as const)('answers at once or at last when %s', async (_, overrides, query, looks) => {
    const { id } = await store(overrides)
    expect((await read(id, query)).status).toBe(200)
    expect(api.slept).toHaveLength(looks)
  })
})

describe('GET /v1/deployments/{id}/events', () => {
  it('tells them in order, weights by slot and 0 for a side that is not in the action', async () => {
    const { id } = await store({
      eventSeq: 2,
      lastEvents: [
        anEvent(),
        anEvent({
          seq: 2,
          type: 'write',
          resource: webArns.rule,
          before: { blue: 100, green: null },
          after: { blue: 90, green: 10 },
        }),
      ],
    })
    const response = await api.call('GET', `/v1/deployments/${id}/events`)
    expect(await response.json()).toEqual({
      items: [
        {
          seq: 1,
          at: '2026-01-01T00:00:00.000Z',
          type: 'note',
          actor: { kind: 'system', name: 'workflow' },
          reason: 'created',
        },
        {
          seq: 2,
          at: '2026-01-01T00:00:00.000Z',
          type: 'write',
          actor: { kind: 'system', name: 'workflow' },
          reason: 'created',
          resource: webArns.rule,
          before: { blue: 100, green: 0 },
          after: { blue: 90, green: 10 },
        },
      ],
      nextCursor: null,
    })
  })

  it('is 404 for a deployment that is not there', async () => {
    expect((await api.call('GET', '/v1/deployments/dep_nowhere/events')).status).toBe(404)
  })
})

describe('GET /v1/deployments/{id}/buckets', () => {
  const gates = [aCompareGate({ name: 'errors' }), aMetricGate({ name: 'rate' }), aCompareGate({ name: 'slow' })]
  const settings = { ...aDeployment().settings, gates }
  const read = (id: string, query = '?gate=errors') => api.call('GET', `/v1/deployments/${id}/buckets${query}`)

  it('lists the counts of both sides, oldest first', async () => {
    const { id } = await store({ settings })
    const later = aSettledBucket(1, {
      step: 1,
      weight: 12.5,
      strata: [
        { stable: { requests: 0, bad: 0 }, canary: { requests: 1e15, bad: 999_999_999_999_999 } },
        { stable: { requests: 90, bad: 0.25 }, canary: { requests: 10, bad: 0 } },
      ],
    })
    await api.deps.deployments.keepBuckets(id, 'errors', [later, aSettledBucket(0)])
    await api.deps.deployments.keepBuckets(id, 'slow', [aSettledBucket(2)])
    expect(await (await read(id)).json()).toEqual({
      items: [
        {
          startAt: '2026-01-01T00:00:00.000Z',
          endAt: '2026-01-01T00:01:00.000Z',
          step: 0,
          weight: 10,
          strata: [{ stable: { requests: 900, bad: 1 }, canary: { requests: 100, bad: 1 } }],
        },
        {
          startAt: '2026-01-01T00:01:00.000Z',
          endAt: '2026-01-01T00:02:00.000Z',
          step: 1,
          weight: 12.5,
          strata: later.strata,
        },
      ],
      nextCursor: null,
    })
  })

  it('lists them in pages of 100, or as many as asked', async () => {
    const { id } = await store({ settings })
    const minutes = Array.from({ length: 103 }, (_, minute) => aSettledBucket(minute))
    await api.deps.deployments.keepBuckets(id, 'errors', minutes)
    const page = async (query: string) => readAs(answers.buckets, await read(id, `?gate=errors${query}`))
    const first = await page('')
    expect(first.items).toHaveLength(100)
    const rest = await page(`&limit=2&cursor=${encodeURIComponent(first.nextCursor ?? '')}`)
    expect(rest.items.map(({ startAt }) => startAt)).toEqual(['2026-01-01T01:40:00.000Z', '2026-01-01T01:41:00.000Z'])
    const last = await page(`&cursor=${encodeURIComponent(rest.nextCursor ?? '')}`)
    expect(last).toEqual({
      items: [expect.objectContaining({ startAt: '2026-01-01T01:42:00.000Z' })],
      nextCursor: null,
    })
  })

  it('shows none while none is settled', async () => {
    const { id } = await store({ settings })
    expect(await (await read(id)).json()).toEqual({ items: [], nextCursor: null })
  })

  it.each(['', '?gate=errors'])('is 404 for a deployment that is not there: "%s"', async (query) => {
    expect((await read('dep_nowhere', query)).status).toBe(404)
  })

  it.each([
    ['no gate', ''],
    ['an empty gate', '?gate='],
    ['a gate that is not there', '?gate=latency'],
    ['the beginning of a name', '?gate=error'],
    ['a gate that compares nothing', '?gate=rate'],
  ])('is 422 with %s, and names the compare gates', async (_, query) => {
    const { id } = await store({ settings })
    const response = await read(id, query)
    expect(response.status).toBe(422)
    expect((await readAs(answers.problem, response)).errors).toEqual([
      { path: 'gate', message: 'must name a compare gate of this deployment: errors, slow' },
    ])
  })

  it('is 422 where the deployment compares nothing', async () => {
    const { id } = await store({ settings: { ...settings, gates: [aMetricGate()] } })
    expect((await readAs(answers.problem, await read(id))).errors).toEqual([
      { path: 'gate', message: 'must name a compare gate, and this deployment has none' },
    ])
  })

  it.each([
    ['a cursor of another list', 'cursor', '&cursor=eyJsaXN0IjoiZXZlbnRzIiwicGxhY2UiOiIxIn0'],
    ['a limit above 100', 'limit', '&limit=101'],
    ['a gate given twice', 'gate', '&gate=slow'],
    ['a parameter that it does not have', 'since', '&since=1'],
  ])('is 422 with %s', async (_, path, more) => {
    const { id } = await store({ settings })
    const response = await read(id, `?gate=errors${more}`)
    expect(response.status).toBe(422)
    expect((await readAs(answers.problem, response)).errors.map((error) => error.path)).toEqual([path])
  })
})

describe('POST /v1/deployments/{id}/abort', () => {
  const abort = (id: string, call = {}) => api.call('POST', `/v1/deployments/${id}/abort`, call)

  it('answers 202 while traffic is on its way back', async () => {
    const { id } = await readAs(answers.deployment, await start())
    const response = await abort(id, { body: { reason: 'wrong build' } })
    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({
      phase: 'rolling-back',
      cause: { type: 'command', reason: 'wrong build' },
    })
    expect(api.rollBacks).toEqual([id])
  })

  it('answers 200 once it is restored, and takes no body at all', async () => {
    const { id } = await readAs(answers.deployment, await start())
    api.deps.rollBackInvoker.rollBack = async () => 'restored'
    expect((await abort(id)).status).toBe(200)
  })

  it('answers 202 when the invocation fails: the goal stands', async () => {
    const { id } = await readAs(answers.deployment, await start())
    api.deps.rollBackInvoker.rollBack = () => Promise.reject(new TransientError('throttled'))
    const response = await abort(id)
    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({ phase: 'rolling-back' })
  })

  it('is 409 where stable cannot serve, and goes back by force', async () => {
    const { id } = await store({ phase: 'baking', stage: 'baking', weight: 10, version: 5 })
    api.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 90, [webArns.green]: 10 } })
    api.cloud.setGroup(webArns.blue, { total: 2, healthy: 0 })
    // The time for asking about health does not run out.
    api.deps.clock.sleep = () => new Promise<void>(() => undefined)
    const refused = await abort(id)
    expect({ status: refused.status, problem: await refused.json(), rollBacks: [...api.rollBacks] }).toEqual({
      ...{ status: 409, rollBacks: [] },
      problem: {
        ...{ type: 'urn:sluice:problem:conflict', title: 'not possible in this state', status: 409, errors: [] },
        ...{ phase: 'halted', version: 6 },
        detail: `${id} was not aborted, as going back would be an outage: stable has 0 of 2 targets healthy and needs 1, while the canary has 2 of 2 healthy. It is halted: nothing raises traffic. Make stable healthy and abort again, or abort with {"force": true}`,
      },
    })
    expect((await abort(id, { body: { force: true } })).status).toBe(202)
    expect(api.rollBacks).toEqual([id])
  })

  it('is 409 for a deployment that succeeded', async () => {
    const { id } = await store({ phase: 'succeeded', endedAt: '2026-01-01T01:00:00.000Z' })
    expect((await abort(id)).status).toBe(409)
  })
})

describe('a command', () => {
  const baking = () => store({ phase: 'baking', stage: 'baking', weight: 10, version: 5 })
  const send = (id: string, name: string, body?: unknown) =>
    api.call('POST', `/v1/deployments/${id}/${name}`, body === undefined ? {} : { body })

  it('pauses until its time-out, a day by default', async () => {
    const { id } = await baking()
    expect(await (await send(id, 'pause')).json()).toMatchObject({
      phase: 'paused',
      nextActionAt: '2026-01-02T00:00:00.000Z',
    })
  })

  it('pauses for good with 0', async () => {
    const { id } = await baking()
    expect(await (await send(id, 'pause', { timeoutSeconds: 0 })).json()).toMatchObject({
      phase: 'paused',
      nextActionAt: null,
    })
  })

  it('resumes what was paused', async () => {
    const { id } = await baking()
    await send(id, 'pause')
    const response = await send(id, 'resume', { reason: 'all is well' })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ phase: 'baking' })
  })

  it('is 409 at another version, with the current one', async () => {
    const { id } = await baking()
    const response = await send(id, 'pause', { expectedVersion: 4 })
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ version: 5, step: 0 })
  })

  it.each(['abort', 'pause', 'resume', 'promote', 'approve', 'reject'])(
    '%s is 404 without a deployment',
    async (name) => {
      expect((await send('dep_nowhere', name)).status).toBe(404)
    },
  )

  it.each([
    ['abort', { why: 'x' }, 'why'],
    ['pause', { timeoutSeconds: -1 }, 'timeoutSeconds'],
    ['resume', { drift: 'ignore' }, 'drift'],
    ['promote', { full: 'yes' }, 'full'],
    ['approve', { expectedStep: -1 }, 'expectedStep'],
    ['reject', { expectedVersion: 1.5 }, 'expectedVersion'],
  ])('%s refuses %j', async (name, body, path) => {
    const { id } = await baking()
    const response = await send(id, name, body)
    expect(response.status).toBe(422)
    expect((await readAs(answers.problem, response)).errors.map((error) => error.path)).toEqual([path])
  })
})
