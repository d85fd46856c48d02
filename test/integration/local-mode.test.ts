import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LocalRun } from '../../local/start.ts'
import { callApi, startQuietly } from '../support/local-mode.ts'

describe('local mode', () => {
  let local: LocalRun
  beforeAll(async () => {
    local = await startQuietly()
  })
  afterAll(() => local.close())

  it('says what time it is in the rehearsal', async () => {
    const { body } = await callApi(local.apiUrl, 'GET', '/healthz')
    expect(Math.abs(Date.parse(String(body.localTime)) - local.clock.now())).toBeLessThan(60_000)
  })

  it.each(['/_local/reset', '/moto-api/reset'])('is empty and works again after POST %s', async (path) => {
    const reset = await fetch(`${local.awsUrl}${path}`, { method: 'POST' })
    expect(reset.ok).toBe(true)
    expect(await callApi(local.apiUrl, 'GET', '/v1/services')).toMatchObject({
      status: 200,
      body: { items: [], nextCursor: null },
    })
    expect(await callApi(local.apiUrl, 'GET', '/v1/deployments')).toMatchObject({ status: 200, body: { items: [] } })
  })

  it('answers a deployment of an unknown service with a problem that names it', async () => {
    const { status, body } = await callApi(local.apiUrl, 'POST', '/v1/deployments', { service: 'nobody' })
    expect(status).toBe(404)
    expect(body.detail).toContain('nobody')
  })
})

describe('local mode whose port is taken', () => {
  it.each(['port', 'awsPort'] as const)('says so for %s, and leaves nothing running', async (option) => {
    const first = await startQuietly()
    const taken = Number(new URL(option === 'port' ? first.apiUrl : first.awsUrl).port)
    await expect(startQuietly({ [option]: taken })).rejects.toThrow(`cannot listen on 127.0.0.1:${taken}`)
    expect((await callApi(first.apiUrl, 'GET', '/healthz')).status).toBe(200)
    await first.close()
    expect(process.env.AWS_ENDPOINT_URL).toBeUndefined()
  })
})
