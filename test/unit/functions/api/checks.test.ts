import { beforeEach, describe, expect, it } from 'vitest'
import { answers } from '../../../../functions/api/schemas/answers.ts'
import { TransientError } from '../../../../shared/domain/errors.ts'
import { aServiceBody, createMemoryApi, readAs } from '../../../support/memory-api.ts'

let api: ReturnType<typeof createMemoryApi>
beforeEach(() => {
  api = createMemoryApi()
})

const report = async () => readAs(answers.checkReport, await api.call('POST', '/v1/checks'))

describe('POST /v1/checks', () => {
  it('answers how much was looked at', async () => {
    expect(await report()).toEqual({ checked: 0, failed: [] })
    await api.call('PUT', '/v1/services/web', { body: aServiceBody() })
    await api.call('POST', '/v1/deployments', { body: { service: 'web' }, headers: { 'Idempotency-Key': 'run-1' } })
    expect(await report()).toEqual({ checked: 1, failed: [] })
  })

  it('answers 200 although something could not be checked: that is in the answer', async () => {
    await api.call('PUT', '/v1/services/web', { body: aServiceBody() })
    const headers = { 'Idempotency-Key': 'run-1' }
    const started = await api.call('POST', '/v1/deployments', { body: { service: 'web' }, headers })
    const { id } = await readAs(answers.deployment, started)
    api.deps.deployments.copyEvents = async () => {
      throw new TransientError('the table is busy')
    }
    const response = await api.call('POST', '/v1/checks')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ checked: 1, failed: [{ id, reason: 'the table is busy' }] })
    expect(api.logged).toContainEqual({ event: 'check-failed', fields: expect.objectContaining({ deployment: id }) })
  })

  it('answers 503 where the check itself gives no answer', async () => {
    api.deps.deployments.listPointers = async () => {
      throw new TransientError('the table is busy')
    }
    const response = await api.call('POST', '/v1/checks')
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, expect.stringMatching(/^\d+$/)])
  })

  it.each([
    ['GET', '/v1/checks', 405],
    ['POST', '/v1/checks?force=true', 422],
  ])('%s %s: %i', async (method, path, status) => {
    expect((await api.app.request(`http://localhost${path}`, { method })).status).toBe(status)
  })

  it('is for those alone whom API Gateway let in', async () => {
    const response = await createMemoryApi({ mode: 'lambda' }).app.request('http://localhost/v1/checks', {
      method: 'POST',
    })
    expect(response.status).toBe(401)
  })
})
