import { beforeEach, describe, expect, it } from 'vitest'
import { deepestJson, isDeeperThan } from '../../../../functions/api/json-depth.ts'
import { answers } from '../../../../functions/api/schemas/answers.ts'
import { aServiceBody, createMemoryApi, readAs } from '../../../support/memory-api.ts'

let api: ReturnType<typeof createMemoryApi>
beforeEach(() => {
  api = createMemoryApi()
})

const headersOf = (response: Response) =>
  Object.fromEntries(
    [...response.headers].filter(([name]) => !['content-type', 'x-request-id', 'content-length'].includes(name)),
  )
const everywhere = {
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

describe('what browsers are told', () => {
  it.each([
    ['an answer', 'GET', '/v1/services', { 'cache-control': 'no-store' }],
    ['a refusal', 'GET', '/v1/services/none', { 'cache-control': 'no-store' }],
    ['a path that is none', 'GET', '/nowhere', { 'cache-control': 'no-store' }],
    ['another method', 'PATCH', '/v1/services', { 'cache-control': 'no-store', allow: 'GET, HEAD' }],
    ['liveness', 'GET', '/healthz', {}],
    ['the document', 'GET', '/openapi.json', {}],
  ])('with %s', async (_what, method, path, more) => {
    expect(headersOf(await api.call(method, path))).toEqual({ ...everywhere, ...more })
  })

  it('with an error of ours', async () => {
    api.deps.services.get = () => Promise.reject(new TypeError('a bug'))
    expect(headersOf(await api.call('GET', '/v1/services/web'))).toEqual({ ...everywhere, 'cache-control': 'no-store' })
  })

  it('with the page of the documentation, which has a style of its own', async () => {
    const { 'content-security-policy': policy, ...others } = headersOf(await api.call('GET', '/docs'))
    const { 'content-security-policy': _, ...expected } = everywhere
    expect(others).toEqual(expected)
    expect(policy).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
  })

  it('is to come over HTTPS only, where there is HTTPS only', async () => {
    const response = await createMemoryApi({}).call('GET', '/v1/services')
    expect(response.status).toBe(401)
    expect(response.headers.get('Strict-Transport-Security')).toBe('max-age=63072000')
  })

  it.each(['OPTIONS', 'GET', 'PUT'])('lets no page of another origin read what it %ss', async (method) => {
    const response = await createMemoryApi({}).call(method, '/v1/services/web', {
      headers: {
        Origin: 'https://evil.example',
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': 'authorization',
      },
    })
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
  })
})

describe('a request that is larger than any of ours', () => {
  const problem = async (response: Response) => {
    const body = await readAs(answers.problem, response)
    expect(body.status).toBe(response.status)
    return body
  }

  it('in its query is 414', async () => {
    const response = await api.call('GET', `/v1/services?cursor=${'x'.repeat(4096)}`)
    expect(await problem(response)).toMatchObject({ status: 414, type: 'urn:sluice:problem:uri-too-long' })
  })

  it('in one header, or in all of them, is 431', async () => {
    const large = await api.call('GET', '/healthz', { headers: { 'X-Large': 'x'.repeat(16 * 1024) } })
    expect(await problem(large)).toMatchObject({ status: 431, type: 'urn:sluice:problem:headers-too-large' })
    const headers = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`X-${index}`, '1']))
    expect(await problem(await api.call('GET', '/healthz', { headers }))).toMatchObject({ status: 431 })
  })

  it('in the depth of its body is 400, also where the parser would follow it', async () => {
    for (const body of ['['.repeat(33), `{"a":`.repeat(50_000), `${'['.repeat(33)}${']'.repeat(33)}`])
      expect(await problem(await api.call('PUT', '/v1/services/web', { body }))).toEqual({
        type: 'urn:sluice:problem:unparsable-request',
        title: 'the request is wrong',
        status: 400,
        detail: 'the body is nested too deep',
        errors: [{ path: '', message: 'must not be nested deeper than 32' }],
      })
  })

  it.each(['__proto__', 'constructor', 'prototype'])('in a member %s is one that is not known', async (name) => {
    const body = JSON.stringify(aServiceBody()).replace('{', `{"${name}":{"polluted":true},`)
    expect(await problem(await api.call('PUT', '/v1/services/web', { body }))).toMatchObject({ status: 422 })
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  it('in a method that another header names is the method of the request', async () => {
    const headers = { 'X-HTTP-Method-Override': 'DELETE', 'X-HTTP-Method': 'DELETE' }
    await api.call('PUT', '/v1/services/web', { body: aServiceBody() })
    expect((await api.call('GET', '/v1/services/web', { headers })).status).toBe(200)
    expect((await api.call('GET', '/v1/services/web')).status).toBe(200)
  })
})

describe('the depth of JSON', () => {
  it.each([
    ['{}', 1],
    ['[[]]', 2],
    ['{"a":[{"b":1}]}', 3],
    ['[[],[],[]]', 2],
    ['"[[[["', 0],
    ['["\\"[[[["]', 1],
    ['["\\\\",[]]', 2],
    ['1', 0],
  ])('of %s is %i', (text, depth) => {
    expect(isDeeperThan(text, depth)).toBe(false)
    expect(isDeeperThan(text, depth - 1)).toBe(depth > 0)
  })

  it('leaves room for four times what a service needs', () => {
    expect(isDeeperThan(JSON.stringify(aServiceBody()), deepestJson / 4)).toBe(false)
  })
})
