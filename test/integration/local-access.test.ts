import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LocalRun } from '../../local/start.ts'
import { makeKey, openIssuer, type SigningKey, sign, someClaims } from '../support/issuer.ts'
import { callApi, startQuietly } from '../support/local-mode.ts'

let local: LocalRun
let key: SigningKey
let issuer: Awaited<ReturnType<typeof openIssuer>>
beforeAll(async () => {
  key = await makeKey('k1')
  issuer = await openIssuer()
  issuer.publish(key)
  issuer.json('/.well-known/openid-configuration', { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` })
  vi.stubEnv('SLUICE_TRUSTED_ISSUERS', JSON.stringify([{ issuer: issuer.url, audiences: ['sluice'] }]))
  local = await startQuietly()
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await local.close()
  await issuer.close()
})

/** A call with a token that was made `ageSeconds` ago and is good for five minutes, in real time. */
async function callAsJob(method: string, path: string, ageSeconds = 0, body?: unknown) {
  const at = Math.floor(Date.now() / 1000) - ageSeconds
  const token = await sign(key, someClaims(issuer.url, { iat: at, nbf: at, exp: at + 300 }))
  const response = await fetch(`${local.apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const who = () => ({ kind: 'oidc', issuer: issuer.url, claims: { repository_id: '74' } })
const owner = { name: 'owner', who: { kind: 'local' }, roles: ['admin'], services: ['*'] }

describe('local mode with an issuer that it trusts', { timeout: 60_000 }, () => {
  it('lets a job of it do what the policy says, and writes down who it was', async () => {
    expect(await callAsJob('POST', '/v1/stop', 0, { reason: 'incident' })).toMatchObject({
      status: 403,
      body: { detail: 'no rule of the policy is about repo:octo/shop:environment:production' },
    })
    const rules = [owner, { name: 'jobs', who: who(), roles: ['admin'], services: ['*'], person: 'release' }]
    expect((await callApi(local.apiUrl, 'PUT', '/v1/policy', { rules })).status).toBe(200)
    const by = { kind: 'oidc', name: 'release' }
    expect(await callAsJob('POST', '/v1/stop', 0, { reason: 'incident' })).toMatchObject({ status: 201, body: { by } })
    const { body } = await callApi(local.apiUrl, 'GET', '/v1/audit?command=stop-line&order=oldest-first')
    const identity = `${issuer.url} repo:octo/shop:environment:production`
    expect(body.items).toMatchObject([
      { outcome: 'refused', principal: { ...by, name: 'repo:octo/shop:environment:production', identity } },
      { outcome: 'allowed', principal: { ...by, identity }, reason: 'incident' },
    ])
  })

  it('reckons with real time, however fast its own runs', async () => {
    expect((await callAsJob('GET', '/v1/policy', 290)).status).toBe(200)
    expect(await callAsJob('GET', '/v1/policy', 600)).toMatchObject({
      ...{ status: 401, body: { detail: 'the token has expired' } },
    })
  })

  it('can be governed by the job alone: the issuer is a door', async () => {
    const rules = [{ name: 'jobs', who: who(), roles: ['admin'], services: ['*'] }]
    expect((await callApi(local.apiUrl, 'PUT', '/v1/policy', { rules })).status).toBe(200)
    expect((await callApi(local.apiUrl, 'GET', '/v1/policy')).status).toBe(403)
    const stranger = { ...who(), issuer: 'https://issuer.example.com' }
    const refused = await callAsJob('PUT', '/v1/policy', 0, { rules: [{ ...rules[0], who: stranger }] })
    expect(refused.status).toBe(422)
    expect((await callAsJob('PUT', '/v1/policy', 0, { rules: [owner] })).status).toBe(200)
  })
})
