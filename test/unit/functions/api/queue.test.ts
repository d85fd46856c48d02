import { beforeEach, describe, expect, it } from 'vitest'
import { answers } from '../../../../functions/api/schemas/answers.ts'
import { aServiceBody, createMemoryApi, readAs } from '../../../support/memory-api.ts'

let api: ReturnType<typeof createMemoryApi>
beforeEach(async () => {
  api = createMemoryApi()
  await register('queue')
})

const register = async (concurrency: string, more: object = {}) => {
  const body = aServiceBody({ concurrency, ...more })
  return readAs(answers.service, await api.call('PUT', '/v1/services/web', { body }))
}
const post = (key: string, body: object = {}) =>
  api.call('POST', '/v1/deployments', { body: { service: 'web', ...body }, headers: { 'Idempotency-Key': key } })
const start = async (key: string, body: object = {}) => {
  const response = await post(key, body)
  expect(response.status).toBe(202)
  return readAs(answers.deployment, response)
}
const read = async (id: string) => readAs(answers.deployment, await api.call('GET', `/v1/deployments/${id}`))
const command = (id: string, word: string, body: object = {}) =>
  api.call('POST', `/v1/deployments/${id}/${word}`, { body })

describe('a service that queues', () => {
  it('keeps and shows its word', async () => {
    expect((await register('supersede')).concurrency).toBe('supersede')
    expect((await register('reject')).concurrency).toBe('reject')
  })

  it('answers the second start 202, with its place', async () => {
    const first = await start('a')
    const second = await start('b', { to: 'blue' })
    const third = await start('c')
    expect(first).toMatchObject({ phase: 'preparing' })
    expect(first.queue).toBeUndefined()
    expect(second).toMatchObject({
      ...{ phase: 'queued', version: 1, nextActionAt: null, endedAt: null, stable: 'green', canary: 'blue' },
      queue: { position: 1, ahead: [first.id], reason: `${first.id} is preparing` },
    })
    expect(third.queue).toEqual({
      position: 2,
      ahead: [first.id, second.id],
      reason: `${second.id} starts before it`,
    })
    expect(await read(third.id)).toEqual(third)
  })

  it('answers the same to the same key, and takes no second place', async () => {
    await start('a')
    const second = await start('b')
    expect(await start('b')).toEqual(second)
    expect(await api.deps.deployments.queueOf('web')).toHaveLength(1)
  })

  it('lists what waits', async () => {
    const first = await start('a')
    const second = await start('b')
    const { items } = await readAs(
      answers.deployments,
      await api.call('GET', '/v1/deployments?service=web&phase=queued'),
    )
    expect(items).toEqual([second])
    expect(items[0]?.queue?.ahead).toEqual([first.id])
  })

  it('says what a turn waits for that is kept from starting', async () => {
    const first = await start('a')
    const second = await start('b')
    await api.call('POST', '/v1/stop', { body: { reason: 'incident 7' } })
    await command(first.id, 'abort')
    await api.deps.deployments.freePointer('web', first.id)
    await api.call('POST', '/v1/checks')
    expect(await read(second.id)).toMatchObject({
      phase: 'queued',
      waitsFor: { finding: 'stopped', until: null },
      queue: { position: 1, ahead: [], reason: expect.stringContaining('incident 7') },
    })
  })

  it('takes an abort of what waits, and 409 for every other command', async () => {
    await start('a')
    const second = await start('b')
    for (const word of ['pause', 'promote', 'approve', 'resume']) {
      const response = await command(second.id, word)
      expect(response.status).toBe(409)
      expect(await readAs(answers.problem, response)).toMatchObject({
        ...{ phase: 'queued', version: 1 },
        detail: `${second.id} is queued: it has no traffic until its turn comes, and can only be aborted`,
      })
    }
    expect((await command(second.id, 'abort', { expectedVersion: 9 })).status).toBe(409)
    const response = await command(second.id, 'abort', { reason: 'enough', expectedVersion: 1 })
    expect(response.status).toBe(200)
    const aborted = await readAs(answers.deployment, response)
    expect(aborted).toMatchObject({ phase: 'aborted', version: 2, cause: { type: 'command', reason: 'enough' } })
    expect(aborted.queue).toBeUndefined()
    expect(api.rollBacks).toEqual([])
  })

  it('can be removed only when nothing waits', async () => {
    const first = await start('a')
    const second = await start('b')
    await api.deps.deployments.freePointer('web', first.id)
    const refused = await api.call('DELETE', '/v1/services/web')
    expect(refused.status).toBe(409)
    expect(await readAs(answers.problem, refused)).toMatchObject({ deployment: second.id })
    await api.deps.deployments.takePointer('web', first.id)
    await command(second.id, 'abort')
    await api.deps.deployments.freePointer('web', first.id)
    expect((await api.call('DELETE', '/v1/services/web')).status).toBe(204)
  })

  it('refuses a start past those who wait once it queues no more, naming the first', async () => {
    const first = await start('a')
    const second = await start('b')
    await register('reject')
    await api.deps.deployments.freePointer('web', first.id)
    const response = await post('c')
    expect(response.status).toBe(409)
    expect(await readAs(answers.problem, response)).toMatchObject({ deployment: second.id })
  })

  it('may change its routes while something only waits', async () => {
    const first = await start('a')
    await start('b')
    expect((await api.call('PUT', '/v1/services/web', { body: changed })).status).toBe(409)
    await api.deps.deployments.freePointer('web', first.id)
    expect((await api.call('PUT', '/v1/services/web', { body: changed })).status).toBe(200)
  })
})

const changed = aServiceBody({ concurrency: 'queue', routes: [{ ...aServiceBody().routes[0], wave: 2 }] })

describe('a service whose deployments supersede', () => {
  it('records the wish to roll the open one back, asks the roll-back function, and lets the new one wait', async () => {
    await register('supersede')
    const first = await start('a')
    const second = await start('b', { reason: 'release 43' })
    expect(api.rollBacks).toEqual([first.id])
    expect(await read(first.id)).toMatchObject({
      phase: 'rolling-back',
      cause: {
        ...{ type: 'superseded', actor: { kind: 'local', name: 'local-owner' } },
        reason: `${second.id} takes over: release 43`,
      },
    })
    expect(second.queue).toEqual({
      ...{ position: 1, ahead: [first.id] },
      reason: `${first.id} is rolling-back: ${second.id} takes over: release 43`,
    })
    await start('b', { reason: 'release 43' })
    expect(api.rollBacks).toEqual([first.id])
  })
})

it.each([
  ['reject', /^a start would be refused until dep_\w+ has ended$/],
  ['queue', /^a start would wait until dep_\w+, and what waits already, has ended$/],
  ['supersede', /^a start would roll dep_\w+ back and take its place$/],
])('a plan says what a start would meet: %s', async (concurrency, detail) => {
  await start('a')
  await register(concurrency)
  const plan = await readAs(answers.deploymentPlan, await api.call('POST', '/v1/plans', { body: { service: 'web' } }))
  expect(plan.findings.find(({ id }) => id === 'deployment-open')?.detail).toMatch(detail)
})
