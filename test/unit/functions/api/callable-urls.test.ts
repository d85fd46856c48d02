import { beforeEach, describe, expect, it } from 'vitest'
import { createOutboundRules } from '../../../../shared/adapters/http/outbound-rules.ts'
import { aServiceBody, createMemoryApi } from '../../../support/memory-api.ts'

let api: ReturnType<typeof createMemoryApi>
beforeEach(() => {
  api = createMemoryApi()
  Object.assign(api.deps, { outboundRules: createOutboundRules(['10.1.0.0/16']) })
})

const gates = [
  { kind: 'target-health' },
  { kind: 'probe', name: 'metadata', url: 'http://[::ffff:169.254.169.254]/latest/meta-data/' },
  { kind: 'probe', name: 'allowed', url: 'http://10.1.2.3/{side}' },
  { kind: 'webhook', name: 'judge', url: 'http://0x7f.1:9001/', secretName: 'judge' },
]
const errors = [
  {
    path: 'gates[1].url',
    message: 'is an address of metadata, link-local, multicast or reserved: never called',
  },
  {
    path: 'gates[3].url',
    message: 'is the machine itself: the installation must allow it (SLUICE_OUTBOUND_ALLOW)',
  },
]
const refused = {
  type: 'urn:sluice:problem:invalid-request',
  title: 'the request is wrong',
  status: 422,
  detail: 'a gate would call an address that is not allowed',
  errors,
}

describe('a gate that would call an address that is not allowed', () => {
  it('is refused with its service, and nothing is stored', async () => {
    const response = await api.call('PUT', '/v1/services/web', { body: aServiceBody({ gates }) })
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual(refused)
    expect((await api.call('GET', '/v1/services/web')).status).toBe(404)
  })

  it.each(['/v1/deployments', '/v1/plans'])('is refused with what is sent to %s', async (path) => {
    await api.call('PUT', '/v1/services/web', { body: aServiceBody() })
    const headers = { 'Idempotency-Key': 'one' }
    const response = await api.call('POST', path, { body: { service: 'web', gates }, headers })
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual(refused)
    expect(await api.deps.deployments.pointer('web')).toBeNull()
  })
})

describe('a header of a probe', () => {
  it.each(['Content-Length', 'transfer-encoding', 'Connection', 'upgrade', 'Proxy-Authorization'])(
    'that is of the connection (%s) is refused',
    async (name) => {
      const probe = { kind: 'probe', url: 'https://shop.example/', headers: { [name]: '1' } }
      const response = await api.call('PUT', '/v1/services/web', { body: aServiceBody({ gates: [probe] }) })
      expect(await response.json()).toMatchObject({
        status: 422,
        errors: [{ path: `gates[0].headers.${name}`, message: 'must not be a header of the connection' }],
      })
    },
  )
})
